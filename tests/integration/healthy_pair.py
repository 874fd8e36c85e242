"""Two consoles that do nothing wrong, straight at the engine, in a thread of their own: one locks and unlocks a room,
the other sees it. How long that takes is what everybody else notices of a fault (I8), and what is acknowledged while
nothing can be stored is a lie (I9)."""

import asyncio
import threading
import time

from fault_kit import Client, Lost

ANSWER_WITHIN_S = 2
PAUSE_S = 0.06


class HealthyPair(threading.Thread):
    """`samples` are (sent, seconds until the other console saw it or None, what happened instead), in seconds of
    time.monotonic(); `acked`, `seen` and `streams` are as the history wants them."""

    def __init__(self, engine, clinic, room):
        super().__init__(daemon=True)
        self.engine, self.clinic, self.room = engine, clinic, room
        self.samples, self.answers, self.acked, self.seen, self.told = [], [], [], [], []
        self.stopping, self.number = threading.Event(), 0
        self.sub, self.broken = "pair-asks", None

    def stop(self):
        self.stopping.set()
        self.join(30)

    def run(self):
        try:
            asyncio.run(self.work())
        except Exception as why:
            self.broken = why

    async def work(self):
        asks, sees = (Client(self.engine, self.clinic, "staff", sub) for sub in (self.sub, "pair-sees"))
        asks.on_frame, sees.on_frame = self.note_answer, self.note
        connected = False
        while not self.stopping.is_set():
            begun, connected = time.monotonic(), connected and not (asks.ended.is_set() or sees.ended.is_set())
            try:
                await asyncio.wait_for(self.ask(asks, sees, connected), ANSWER_WITHIN_S)
                connected = True
            except (Lost, OSError, AssertionError, asyncio.TimeoutError) as why:
                self.samples.append((begun, None, f"{why!r} after {time.monotonic() - begun:.2f} s"))
                connected = False
                for x in (asks, sees):
                    await x.drop()
            await asyncio.sleep(PAUSE_S)
        for x in (asks, sees):
            await x.drop()

    async def ask(self, asks, sees, connected):
        """Connects both, or sends one command and waits for what it changes."""
        if not connected:
            for x in (asks, sees):
                await x.connect()
            await sees.see(self.shown(sees), ANSWER_WITHIN_S, "a board")
            return
        self.number += 1
        lock = not sees.views[f"room:{self.room}"]["locked"]
        kind, begun = "lock_room" if lock else "unlock_room", time.monotonic()
        self.asked = (kind, begun)
        reply = await asks.ask(kind, f"{self.sub}-{self.number}", room=self.room)
        if not reply["ok"]:
            self.samples.append((begun, None, reply["error"]["code"]))
            return
        await sees.see(lambda: self.shown(sees)() and sees.views[f"room:{self.room}"]["locked"] == lock, ANSWER_WITHIN_S)
        self.samples.append((begun, time.monotonic() - begun, "seen"))

    def shown(self, client):
        return lambda: client.views.get(f"room:{self.room}")

    def note_answer(self, frame):
        if frame["type"] == "reply" and frame["ok"]:
            kind, sent = self.asked
            self.answers.append((sent, time.monotonic()))
            self.acked.append([self.clinic, self.sub, kind, {"room": self.room}, frame])

    def note(self, frame):
        if frame["type"] == "event" and "name" in frame:
            self.seen.append([self.clinic, frame["seq"], frame["name"], frame["at"], frame.get("by")])
        if "seq" in frame and frame["type"] != "reply":
            self.told.append([frame["type"], frame["seq"], frame.get("outcome"), frame.get("more", False)])
