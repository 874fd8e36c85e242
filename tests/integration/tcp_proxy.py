"""A TCP proxy on loopback that delays, throttles, freezes and cuts what passes, in a thread of its own."""

import asyncio
import contextlib
import threading


class TcpProxy:
    """Stands before `target()`, asked anew for each connection. All that it does wrong is switched by attributes, from
    any thread: `delay_s` for each piece, `rate_bytes_s` for each way of a connection (0: any), `frozen` (nothing goes
    either way, nothing breaks), `cut` for the next piece of at least `cut_bytes` from a client: "before" the server
    sees it or "after", with the answer thrown away. What it did is counted: `held` pieces, `throttled_bytes`, `cuts`."""

    def __init__(self, target):
        self.target = target
        self.delay_s, self.rate_bytes_s, self.frozen = 0.0, 0, False
        self.cut, self.cut_bytes = None, 1
        self.held = self.throttled_bytes = self.cuts = 0
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

    async def stand_still(self):
        if self.frozen:
            self.held += 1
        while self.frozen:
            await asyncio.sleep(0.02)

    async def go_slowly(self, size):
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if rate := self.rate_bytes_s:
            self.throttled_bytes += size
            for _ in range(size * 20 // rate + 1):
                # Looked at often, so that nobody sleeps on when the line is quick again.
                if self.rate_bytes_s:
                    await asyncio.sleep(min(size / rate, 0.05))

    async def pump(self, reader, writer, link, from_client):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self.stand_still()
                await self.go_slowly(len(data))
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
        """How many connections it cut."""

        async def reset():
            links = list(self.links)
            for link in links:
                for x in link:
                    x.transport.abort()
            return len(links)

        return asyncio.run_coroutine_threadsafe(reset(), self.loop).result(10)

    def close(self):
        self.loop.call_soon_threadsafe(self.server.close)
        self.reset_all()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
