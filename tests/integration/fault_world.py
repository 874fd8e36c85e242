"""The world of the fault schedule: a real engine behind a proxy, clients who know nothing of the faults and behave as
docs/protocol.md asks, and the history of all they did."""

import asyncio
import contextlib
import json
import random
import shutil
import signal
import time

import crash_actors
from fault_kit import Client, Engine, Lost
from fault_watch import DESCRIPTORS_AT_REST, GROWS_MAX, Resources, judge_latency, resources
from healthy_pair import HealthyPair
from log_model import milliseconds
from tcp_proxy import TcpProxy

CLINICS = ["sakura", "ume"]
BEAT_MS, DOUBT_AFTER_MS, DEAD_AFTER_MS = 2000, 1000, 1900
# As by default no less than the longest silence of an open connection, or who is on a slow line is given up on it.
LEAVE_AFTER_MS = BEAT_MS + DEAD_AFTER_MS + 100
# After the last fault: silence is noticed, the patience goes by, and a margin for storing and showing it.
CONVERGES_WITHIN_S = (BEAT_MS + DEAD_AFTER_MS + LEAVE_AFTER_MS) / 1000 + 4
# Who enters is shown as soon as it is stored.
SHOWN_WITHIN_S = 2
# From exec to the ready line, when the store is there.
READY_WITHIN_S = 5
ANSWER_WITHIN_S = 8
PAIR_ROOM = "pair"
SETTINGS = {
    "presence": {"leave_after_ms": LEAVE_AFTER_MS, "alive_interval_ms": 250},
    "store": {"commit_interval_us": 500, "connect_timeout_ms": 2000, "lock_timeout_ms": 2000,
              "statement_timeout_ms": 3000, "index_interval_ms": 200},
    "command": {"remember_max": 1000000, "timeout_ms": 4000},
    "connection": {
        "beat_interval_ms": BEAT_MS, "doubt_after_ms": DOUBT_AFTER_MS, "dead_after_ms": DEAD_AFTER_MS,
        # Every position is awaited, so nothing may collapse (abuse_test.py shows that it does).
        "send_soft_bytes": 2**29, "send_hard_bytes": 2**30, "send_reserved_bytes": 2**30,
        "connections_per_address_max": 2000, "failed_tokens_per_minute": 100000,
    },
    "clinic": {"rooms_max": 100000, "persons_max": 1000000, "snapshot_every_events": 400},
}


class Front:
    """The engine as its clients see it: behind the proxy, and only that."""

    def __init__(self, engine, proxy):
        self.engine, self.listen = engine, proxy.address

    def token(self, *given, **more):
        return self.engine.token(*given, **more)


class ImpatientClient(Client):
    """Gives a connection up on which an answer does not come."""

    async def outcome(self, future, seconds=ANSWER_WITHIN_S):
        try:
            return await asyncio.wait_for(future, seconds)
        except asyncio.TimeoutError as why:
            self.abort()
            raise Lost() from why

    async def connect(self, *given, **more):
        try:
            return await asyncio.wait_for(super().connect(*given, **more), 2 * ANSWER_WITHIN_S)
        except asyncio.TimeoutError as why:
            self.abort()
            raise Lost() from why


class Steady:
    """How the crash test's people behave when nobody tells them what breaks: they come again, ever later."""

    client_class = ImpatientClient

    def __init__(self, *given, **more):
        super().__init__(*given, **more)
        self.sent, self.follower.reloads = {}, True
        # Entries that were asked for and answered on one connection, and how far each connection was told.
        self.entered, self.told_to, self.sent_on, self.connections = [], {}, {}, 0

    async def live(self):
        pause_s = 0.05
        while not self.world.stopping:
            try:
                await asyncio.wait_for(self.come_back(), 60)
                pause_s = 0.05
                while not self.world.stopping:
                    await asyncio.wait_for(self.step(), 60)
            except (Lost, asyncio.TimeoutError):
                self.world.dropped.add((self.clinic, self.sub))
                self.world.note_close(self.client.close_code)
                await asyncio.sleep(pause_s * self.world.random.uniform(0.5, 1.5))
                pause_s = min(2 * pause_s, 2.0)

    def dispatch(self, kind, command, fields):
        self.sent[command] = self.sent.get(command, 0) + 1
        self.sent_on[command] = self.connections
        return super().dispatch(kind, command, fields)

    def note_undecided(self, command, code):
        """What may have happened all the same is asked again; what was refused at once must not have happened."""
        if code in ("timed_out", "in_flight"):
            return
        super().note_undecided(command, code)
        if self.sent[command] == 1:
            self.world.refused.append([self.clinic, self.sub, command])

    def note_reply(self, frame):
        what = self.unanswered.get(frame["id"])
        asked_here = self.sent.get(frame["id"]) == 1 and self.sent_on.get(frame["id"]) == self.connections
        super().note_reply(frame)
        if what and frame["ok"] and asked_here and what[0] in ("enter_room", "enter_waiting_room"):
            self.entered.append([what[1]["room"], frame["seq"], self.connections])

    def check(self, frame):
        super().check(frame)
        if "at" in frame:
            self.world.newest_event_s = milliseconds(frame["at"]) / 1000
        if frame.get("seq") is not None and frame["type"] != "welcome":
            self.told_to[self.connections] = max(self.told_to.get(self.connections, 0), frame["seq"])

    def kept(self):
        """(clinic, person, room, seq of the entry, last seq its connection was told): present all the while."""
        return [[self.clinic, self.sub, room, seq, self.told_to[number]] for room, seq, number in self.entered]

    async def come_back(self):
        self.connections += 1
        await self.come()
        await self.recover()

    async def pause(self):
        await asyncio.sleep(self.world.random.expovariate(1 / 0.1))


class Visitor(Steady, crash_actors.Visitor):
    pass


class Doctor(Steady, crash_actors.Doctor):
    pass


class Reception(Steady, crash_actors.Reception):
    def note(self, frame):
        if "seq" in frame and frame["type"] != "reply":
            told = [frame["type"], frame["seq"], frame.get("outcome"), frame.get("more", False)]
            self.world.streams.setdefault(f"{self.clinic} {self.sub}", []).append(told)
        super().note(frame)


class FaultWorld:
    """What crash_actors expects of a world, filled until the history is written. `database` is (host, port) of the
    PostgreSQL server that `store` leads to through a proxy."""

    def __init__(self, exe, folder, store, seed, database=None):
        self.random = random.Random(seed)
        self.real = Engine(exe, folder, store, SETTINGS)
        self.proxy = TcpProxy(lambda: self.real.listen)
        self.database_proxy = None
        if database:
            self.database_proxy = TcpProxy(lambda: database)
            self.real.store = store.replace(f":{database[1]}/", f":{self.database_proxy.address[1]}/")
        self.direct_store = store
        self.engine = Front(self.real, self.proxy)
        self.actors, self.rooms = [], {clinic: [] for clinic in CLINICS}
        self.seen, self.acked, self.requests, self.refused = [], [], [], []
        self.were_present, self.dropped, self.faults = {}, set(), []
        self.outcomes, self.closes, self.streams = {}, {}, {}
        self.life = self.repeated = self.compared = 0
        self.stopping, self.tasks, self.begun = False, [], time.monotonic()
        self.final, self.environment, self.ended, self.engine_lock = {}, {}, [], asyncio.Lock()
        self.windows, self.measures, self.newest_event_s, self.pairs = [], {}, 0, []
        self.failed_starts, self.same_ports = [], True
        self.resources = Resources(self.real)

    def say(self, text):
        print(f"{time.monotonic() - self.begun:6.1f} s  {text}", flush=True)

    def fault(self, text):
        self.faults.append(text)

    def measure(self, what, seconds):
        self.measures.setdefault(what, []).append(round(seconds, 2))

    @contextlib.contextmanager
    def window(self, name, kind):
        """Keeps from when to when a fault was in force."""
        window = {"name": name, "kind": kind, "begin": time.monotonic(), "end": None}
        self.windows.append(window)
        try:
            yield
        finally:
            window["end"] = time.monotonic()

    def disturbed(self, *kinds, since=None):
        """The faults of these kinds in force, now or since a moment."""
        return [x["name"] for x in self.windows if x["kind"] in kinds and (x["end"] or 1e18) >= (since or 1e17)]

    def note_close(self, code):
        self.closes[str(code)] = self.closes.get(str(code), 0) + 1

    def any_room(self, clinic):
        return self.random.choice(self.rooms[clinic])

    def visitors_of(self, clinic, room):
        return [x for x in self.actors if (x.clinic, x.room) == (clinic, room) and isinstance(x, Visitor)]

    def add_guest(self, clinic, room, person, token):
        guests = sum(x.role == "guest" for x in self.actors)
        if guests < 8:
            self.act(Visitor(self, clinic, "guest", person, room, token))

    def act(self, actor):
        self.actors.append(actor)
        self.tasks.append(asyncio.create_task(actor.live()))

    def open(self):
        """Clinics, rooms and people; everybody acts from here on."""
        for clinic in CLINICS:
            self.real.put(clinic, {"name": clinic})
            for doctor in ("d1", "d2"):
                self.real.put(f"{clinic}/doctors/{doctor}", {"name": doctor})
            for room, count in (("r1", 1), ("r2", 2), ("r3", 2)):
                patients = [f"{room}-p{i}" for i in range(count)]
                for patient in patients:
                    self.real.put(f"{clinic}/patients/{patient}", {"name": "患者"})
                body = {"starts_at": "2026-11-22T09:00:00.000Z", "patients": patients, "doctors": ["d1"]}
                self.real.put(f"{clinic}/appointments/{room}", body)
                self.rooms[clinic].append(room)
                for patient in patients:
                    self.act(Visitor(self, clinic, "patient", patient, room))
            for doctor in ("d1", "d2"):
                self.act(Doctor(self, clinic, "doctor", doctor))
            for staff in ("s1", "s2"):
                self.act(Reception(self, clinic, "staff", staff))
            self.watch_from_outside(clinic)
        self.resources.start()

    def watch_from_outside(self, clinic):
        self.real.put(f"{clinic}/patients/{PAIR_ROOM}", {"name": "患者"})
        body = {"starts_at": "2026-11-22T09:00:00.000Z", "patients": [PAIR_ROOM], "doctors": ["d1"]}
        self.real.put(f"{clinic}/appointments/{PAIR_ROOM}", body)
        pair = HealthyPair(self.real, clinic, PAIR_ROOM)
        self.pairs.append(pair)
        pair.start()

    def pair_answers(self):
        return [x for pair in self.pairs for x in list(pair.answers)]

    def stop_watching(self):
        """Ends what measured the run, and complains about what it saw."""
        for pair in self.pairs:
            pair.stop()
            if pair.broken or pair.is_alive():
                self.fault(f"the healthy pair of {pair.clinic} ended with {pair.broken!r}")
        samples = [x for pair in self.pairs for x in pair.samples]
        self.resources.stop()
        for text in [*judge_latency(samples, self.windows, self.say), *self.resources.complaints()]:
            self.fault(text)
        resident, descriptors, threads = self.resources.highest()
        self.say(f"at most {resident >> 20} MiB, {descriptors} descriptors, {threads} threads; {self.measures}")

    def alive(self):
        return self.real.process is not None and self.real.process.poll() is None

    async def start_engine_once(self, **environment):
        """Starts it, on its former ports as a rule."""
        self.real.environment = {**self.environment, **environment}
        begun = time.monotonic()
        await asyncio.to_thread(self.real.start, self.same_ports and self.real.listen is not None)
        took = time.monotonic() - begun
        self.measure("ready after a start", took)
        if took > READY_WITHIN_S and not self.disturbed("store", "network", since=begun):
            self.fault(f"the engine was ready only {took:.1f} s after its start")

    async def start_engine(self):
        """The same, as often as its store or its ports need a moment; an AssertionError when it does not in a
        minute."""
        await self.start_armed(None)

    async def start_armed(self, point):
        """The same with a fail point; False when it died at it before it was ready."""
        end = time.monotonic() + 60
        while True:
            begun = time.monotonic()
            try:
                await self.start_engine_once(**({"MACHIAI_FAIL_POINT": point} if point else {}))
                return True
            except AssertionError:
                if point and self.real.process.returncode == -signal.SIGKILL and time.monotonic() - begun < 60:
                    return False
                self.failed_starts.append((begun, self.real.process.returncode))
                if not self.disturbed("store", since=begun):
                    raise
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(0.3)

    async def watch_engine(self):
        """What a service manager does: an engine that ends by itself is started again. It must not crash."""
        while True:
            async with self.engine_lock:
                if not self.alive():
                    code = self.real.wait()
                    self.say(f"the engine ended with {code}")
                    self.ended.append(code)
                    if code < 0:
                        self.fault(f"the engine died with {code}: {self.real.errors.read_text()[-2000:]}")
                    await self.start_engine()
            await asyncio.sleep(0.1)

    def kill(self):
        if self.alive():
            self.real.process.kill()
        return self.real.wait()

    async def acked_more(self, count, seconds):
        """Whether so many more commands are acknowledged in time: the engine works."""
        begun, end = len(self.acked), time.monotonic() + seconds
        while len(self.acked) < begun + count and time.monotonic() < end:
            await asyncio.sleep(0.05)
        return len(self.acked) >= begun + count

    async def settle(self):
        """After the last fault: work goes on; then all stop, some stay, the others vanish, and the boards must say so
        in time."""
        works = await self.acked_more(20, 60)
        free = shutil.disk_usage(self.real.folder).free
        assert works, f"after the last fault nothing is acknowledged any more, with {free >> 10} KiB of disk free"
        self.stopping = True
        done, late = await asyncio.wait(self.tasks, timeout=90)
        for task in done:
            task.result()
        assert not late, f"{len(late)} clients do not end"
        stay = [x for x in self.actors if x.role == "staff" or (x.role != "doctor" and self.random.random() < 0.5)]
        for x in self.actors:
            await x.client.drop()
        self.stop_watching()
        vanished, wanted = time.monotonic(), {}
        for x in stay:
            entered = await self.come_to_stay(x)
            if x.role != "staff":
                wanted[f"{x.clinic} {x.room} {x.sub}"] = entered
        await self.converge(wanted, vanished + CONVERGES_WITHIN_S)
        await self.compare_views(stay)
        await self.give_back()

    async def come_to_stay(self, x):
        """Whether a visitor may be there; a busy engine may need to be asked more than once."""
        end = time.monotonic() + 60
        while True:
            try:
                await x.come_back()
                reply = None if x.role == "staff" else await x.send("enter_waiting_room", room=x.room)
                return bool(reply and reply["ok"])
            except Lost:
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(0.5)

    async def give_back(self):
        """What the clients held, whatever became of them, is free again when they are gone (I7)."""
        for x in self.actors:
            await x.client.drop()
        end = time.monotonic() + CONVERGES_WITHIN_S
        while (held := self.real.descriptors_open()) > DESCRIPTORS_AT_REST:
            if time.monotonic() > end:
                return self.fault(f"{held} descriptors are open, and nobody is connected")
            await asyncio.sleep(0.2)
        pid, resident, _, threads = resources(self.real)
        if first := self.resources.first_of(pid):
            self.say(f"{(resident - first[2]) >> 20:+} MiB and {threads - first[4]:+} threads since the start")
            if resident - first[2] > GROWS_MAX or threads > first[4]:
                self.fault(f"of {first[2:]} bytes, descriptors and threads there remain {resident} and {threads}")

    def present(self):
        """Who is there by the boards, and where in its clinic's log each board stands."""
        result, seqs = {}, {}
        for clinic in CLINICS:
            status, board = self.real.request("GET", f"/v1/clinics/{clinic}/board",
                                              token=self.real.token("staff", "s1", clinic), seconds=30)
            assert status == 200, (status, board)
            seqs[clinic] = board["seq"]
            for card in board["cards"]:
                for x in card["participants"]:
                    if x["whereabouts"] in ("waiting", "in_room"):
                        result[f"{clinic} {card['room']} {x['person']}"] = x.get("unstable", False)
        return result, seqs

    async def converge(self, wanted, ghosts_until):
        expected, begun = {name for name, entered in wanted.items() if entered}, time.monotonic()
        end = max(ghosts_until, begun + SHOWN_WITHIN_S)
        while True:
            present, seqs = await asyncio.to_thread(self.present)
            if set(present) == expected and not any(present.values()):
                self.measure("converged after", time.monotonic() - begun)
                break
            if time.monotonic() > end:
                more, less = sorted(set(present) - expected), sorted(expected - set(present))
                self.fault(f"not within {end - begun:.1f} s: ghosts {more}, missing {less}, boards {present}")
                break
            await asyncio.sleep(0.2)
        self.final = {"present": sorted(present), "expected": sorted(expected), "seqs": seqs}

    async def compare_views(self, people):
        for x in people:
            if x.role in ("patient", "guest"):
                fresh = ImpatientClient(self.engine, x.clinic, x.role, x.sub, x.client.room)
                await fresh.connect(token=x.token)
                await x.client.see(lambda: fresh.views and x.client.views == fresh.views, 20, f"{x.sub}: the fresh view")
                await fresh.drop()

    def write_history(self, path, seed, schedule):
        """All that the checker needs besides the store."""
        acked = [[x.clinic, x.sub, kind, fields, reply] for x, (kind, fields), reply in self.acked]
        unknown = [[x.clinic, x.sub, command] for x in self.actors for command in x.unanswered]
        path.write_text(json.dumps({
            "seed": seed,
            "schedule": schedule,
            "clinics": CLINICS,
            "leave_after_ms": LEAVE_AFTER_MS,
            "acked": acked + [x for pair in self.pairs for x in pair.acked],
            "unknown": unknown,
            "refused": self.refused,
            "requests": self.requests,
            "seen": self.seen + [x for pair in self.pairs for x in pair.seen],
            "streams": {**self.streams, **{f"{x.clinic} pair": x.told for x in self.pairs}},
            "kept": [x for actor in self.actors for x in actor.kept()],
            "dropped": sorted(self.dropped),
            "faults": self.faults,
            "final": self.final,
        }))

    def close(self):
        for thread in (*self.pairs, self.resources):
            thread.stopping.set()
        with contextlib.suppress(Exception):
            self.kill()
        for proxy in (self.proxy, self.database_proxy):
            if proxy:
                proxy.close()
