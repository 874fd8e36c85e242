"""A TCP proxy on loopback that delays, freezes and cuts what passes, in a thread of its own."""

import asyncio
import contextlib
import threading


class TcpProxy:
    """Stands before `target()`, asked anew for each connection. All that it does wrong is switched by attributes, from
    any thread: `delay_s` for each piece, `frozen` (nothing goes either way, nothing breaks), `cut` for the next piece
    of at least `cut_bytes` from a client: "before" the server sees it or "after", with the answer thrown away."""

    def __init__(self, target):
        self.target = target
        self.delay_s, self.frozen, self.cut, self.cut_bytes, self.cuts = 0.0, False, None, 1, 0
        self.links, self.address = set(), None
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result(10)

    async def listen(self):
        server = await asyncio.start_server(self.accept, "127.0.0.1", 0, backlog=1024)
        self.address = server.sockets[0].getsockname()
        return server

    async def accept(self, reader, writer):
        try:
            up_reader, up_writer = await asyncio.open_connection(*self.target())
        except OSError:
            writer.transport.abort()
            return
        link = (writer, up_writer)
        self.links.add(link)
        try:
            pumps = [self.pump(reader, up_writer, link, True), self.pump(up_reader, writer, link, False)]
            await asyncio.gather(*pumps)
        finally:
            self.links.discard(link)

    async def pump(self, reader, writer, link, from_client):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                while self.frozen:
                    await asyncio.sleep(0.02)
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if from_client and self.cut and len(data) >= self.cut_bytes:
                    self.cuts += 1
                    if self.cut == "after":
                        writer.write(data)
                        await writer.drain()
                    self.cut = None
                    link[0].transport.abort()
                    break
                writer.write(data)
                await writer.drain()
        for one in link:
            with contextlib.suppress(OSError):
                one.close()

    def reset_all(self):
        self.loop.call_soon_threadsafe(lambda: [x.transport.abort() for link in list(self.links) for x in link])

    def close(self):
        self.loop.call_soon_threadsafe(self.server.close)
        self.reset_all()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
