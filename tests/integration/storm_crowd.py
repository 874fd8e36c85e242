"""Thousands of patients' pages in one process: raw sockets under asyncio, each coming back as docs/protocol.md asks."""

import asyncio
import concurrent.futures
import http.client
import json
import random
import time

from fault_kit import upgrade_request, ws_frame

PATIENTS_PER_CLINIC = 250
# "A random factor", as the protocol asks for after a loss.
FACTOR = (0.5, 1.5)
# A connection that does not get so far within this has failed, and its page waits as after any other loss.
GIVE_UP_S = 30


def seed(engine, count):
    """Clinics of 250 patients, each patient with a visit of its own; the patients as (clinic, patient, room)."""
    patients = [(f"c{i // PATIENTS_PER_CLINIC}", f"p{i}", f"r{i}") for i in range(count)]
    token = {"Authorization": "Bearer " + engine.token("operator", "root")}

    def put_all(clinic):
        link = http.client.HTTPConnection(*engine.listen, timeout=60)
        requests = [(clinic, {"name": clinic})]
        for _, patient, room in (x for x in patients if x[0] == clinic):
            visit = {"starts_at": "2026-11-22T09:00:00.000Z", "patients": [patient]}
            requests += [(f"{clinic}/patients/{patient}", {"name": "患者"}), (f"{clinic}/appointments/{room}", visit)]
        for path, body in requests:
            link.request("PUT", "/v1/clinics/" + path, json.dumps(body), token)
            answer = link.getresponse()
            assert answer.status == 200, (path, answer.status, answer.read())
            answer.read()
        link.close()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(put_all, sorted({x[0] for x in patients})))
    return patients


class Link(asyncio.Protocol):
    """One connection of a page."""

    def __init__(self, page):
        self.page, self.buffer, self.upgraded, self.transport = page, bytearray(), False, None

    def connection_made(self, transport):
        self.transport, self.page.link = transport, self
        transport.write(upgrade_request())

    def data_received(self, data):
        self.buffer += data
        if not self.upgraded:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in self.buffer[:20]:
                self.page.turned_away += 1
                self.transport.abort()
                return
            del self.buffer[: end + 4]
            self.upgraded = True
            self.say(self.page.hello())
        while frame := self.next_frame():
            self.page.take(*frame)

    def next_frame(self):
        if len(self.buffer) < 2:
            return None
        size, start = self.buffer[1] & 127, 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(self.buffer[2:start], "big")
        if len(self.buffer) < start + size:
            return None
        frame = self.buffer[0] & 15, bytes(self.buffer[start : start + size])
        del self.buffer[: start + size]
        return frame

    def say(self, message):
        self.transport.write(ws_frame(1, json.dumps(message)))

    def connection_lost(self, why):
        self.page.lost()


class Page:
    """A patient's page: it connects, says hello, says that it waits, and comes back when the connection ends."""

    def __init__(self, crowd, clinic, patient, room, token):
        self.crowd, self.clinic, self.patient, self.room, self.token = crowd, clinic, patient, room, token
        self.link = self.resume = self.window_ms = self.code = None
        self.inside, self.pause_s, self.wait, self.turned_away, self.attempts, self.entries = False, 0.0, None, 0, 0, 0
        self.begun = 0.0
        self.returns = True

    def hello(self):
        hello = {"type": "hello", "token": self.token, "room": self.room}
        return {**hello, "resume": self.resume} if self.resume else hello

    def take(self, opcode, payload):
        if opcode == 9:
            self.link.transport.write(ws_frame(10, payload))
        elif opcode == 8:
            self.code = int.from_bytes(payload[:2], "big")
            self.link.transport.close()
        elif opcode == 1:
            self.take_message(json.loads(payload))

    def take_message(self, frame):
        kind = frame["type"]
        if kind in ("welcome", "visit"):
            self.resume = {"epoch": frame["epoch"], "seq": frame["seq"]}
        if kind == "welcome":
            self.entries += 1
            command = f"{self.patient}-{self.entries}"
            self.link.say({"type": "enter_waiting_room", "id": command, "room": self.room})
        elif kind == "reply":
            assert frame["ok"], frame
            self.inside, self.pause_s = True, 0.0
            self.crowd.came_in(self)
        elif kind == "reconnect":
            self.window_ms = frame["window_ms"]

    async def connect(self):
        self.attempts += 1
        self.begun, self.code, self.wait = time.monotonic(), None, None
        loop = asyncio.get_running_loop()
        try:
            made = loop.create_connection(lambda: Link(self), *self.crowd.listen)
            await asyncio.wait_for(made, GIVE_UP_S)
            self.wait = loop.call_later(GIVE_UP_S, self.give_up)
        except (OSError, asyncio.TimeoutError):
            self.lost()

    def give_up(self):
        if not self.inside and self.link:
            self.crowd.gave_up += 1
            self.link.transport.abort()

    def lost(self):
        if self.wait:
            self.wait.cancel()
        was_inside, self.inside, self.link = self.inside, False, None
        if was_inside:
            self.crowd.inside -= 1
        if not self.returns or self.crowd.over:
            return
        if self.window_ms is not None:
            pause_s, self.window_ms = random.uniform(0, self.window_ms / 1000), None
        elif was_inside and self.code is None:
            pause_s = 0.0
        else:
            self.pause_s = min(max(1.0, 2 * self.pause_s), 30.0)
            pause_s = self.pause_s * random.uniform(*FACTOR)
        self.crowd.loop.call_later(pause_s, lambda: self.crowd.loop.create_task(self.connect()))


class Crowd:
    """All pages, and when each came in since `count_anew`: `arrivals` as times, `delays_s` from its last attempt on."""

    def __init__(self, engine, patients):
        self.loop, self.listen = asyncio.get_running_loop(), engine.listen
        tokens = (engine.token("patient", patient, clinic) for clinic, patient, _ in patients)
        self.pages = [Page(self, *x, token) for x, token in zip(patients, tokens)]
        self.inside, self.over, self.gave_up = 0, False, 0
        self.count_anew()

    def count_anew(self):
        self.arrivals, self.delays_s, self.gave_up = [], [], 0
        for page in self.pages:
            page.attempts = page.turned_away = 0

    def came_in(self, page):
        now = time.monotonic()
        self.inside += 1
        self.arrivals.append(now)
        self.delays_s.append(now - page.begun)

    async def fill(self, per_second):
        """All come for the first time, so many a second."""
        for i, page in enumerate(self.pages):
            self.loop.create_task(page.connect())
            if i % 50 == 49:
                await asyncio.sleep(50 / per_second)

    async def all_inside(self, count, seconds):
        end = time.monotonic() + seconds
        while self.inside < count or len(self.arrivals) < count:
            assert time.monotonic() < end, f"only {self.inside} of {count} are back after {seconds} s"
            await asyncio.sleep(0.02)

    def end(self):
        self.over = True
        for page in self.pages:
            if page.link:
                page.link.transport.abort()
