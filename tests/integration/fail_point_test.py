#!/usr/bin/env python3
"""The engine dies at every named fail point under the crash test's load; each time the store is judged, and once more
after a life of the plain engine on it. The names are those in the sources, so none is forgotten.

    fail_point_test.py EXE FAULTY [--seed N] [--stores sqlite,postgres] [--points NAME,...]"""

import argparse
import asyncio
import contextlib
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

import crash_test
from fault_kit import Engine
from postgres import Postgres

SOURCES = pathlib.Path(__file__).resolve().parents[2]
SETTINGS = {
    **crash_test.SETTINGS,
    "clinic": {**crash_test.SETTINGS["clinic"], "snapshot_every_events": 40},
    "store": {**crash_test.SETTINGS["store"], "index_interval_ms": 100},
}
# Points passed only a few times in a life; of all others one of the first passings is drawn.
SELDOM = {"takeover": 1, "index": 2, "mark": 2, "snapshot": 2}
OFTEN = 60
DIES_WITHIN_S = 60


def points(store_kind):
    """The names of all fail points that a store of this kind passes, in the order of the sources."""
    names = []
    for path in sorted(SOURCES.glob("*/**/*.cpp")):
        if path.relative_to(SOURCES).parts[0] in ("store", "actors", "gateway", "commands"):
            for call in re.findall(r"\bfail_point\(([^;]*)\);", path.read_text()):
                names += re.findall(r'"([a-z.]+)"', call)
    others = {"sqlite": "postgres.", "postgres": "sqlite."}[store_kind]
    return [name for name in names if not name.startswith(others)]


class PointWorld(crash_test.World):
    """A world whose engine dies by itself: a connection ends a moment before the process does."""

    def engine_lives(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.engine.process.wait(5)
            return False
        return True

    async def die_at_point(self, tasks):
        end = time.monotonic() + DIES_WITHIN_S
        while self.engine.process.poll() is None and time.monotonic() < end and not self.faults:
            await asyncio.sleep(0.002)
        self.died_ms = time.time() * 1000
        died_by_itself = self.engine.process.poll() == -signal.SIGKILL
        self.kill()
        await asyncio.wait_for(asyncio.gather(*tasks), 120)
        readers = [x.client.reading for x in self.actors + self.new_guests if x.client.reading]
        await asyncio.wait_for(asyncio.gather(*readers), 120)
        assert died_by_itself, f"the point was never passed; {self.faults[:3]}"

    def judge(self, last=False):
        judge = crash_test.Judge(self)
        judge.judge()
        judge.note_present(last=last)

    def starts(self):
        """False when the engine died at its point before it was ready."""
        begun = time.monotonic()
        try:
            self.engine.start(seconds=DIES_WITHIN_S)
            return True
        except AssertionError:
            if self.engine.process.returncode != -signal.SIGKILL or time.monotonic() - begun >= DIES_WITHIN_S:
                raise
            self.died_ms = time.time() * 1000
            return False

    async def pass_point(self, point, nth, faulty, last):
        """With a plain engine running: one life that ends at the point, and one of the plain engine after it."""
        self.life += 1
        self.book()
        self.kill()
        plain = self.engine.exe
        self.engine.exe, self.engine.environment = faulty, {"MACHIAI_FAIL_POINT": f"{point}:{nth}"}
        if self.starts():
            await self.load(self.die_at_point)
        self.engine.exe, self.engine.environment = plain, {}
        self.judge()
        self.engine.start()
        self.life += 1
        await self.load(self.die_at_random)
        self.judge(last)
        self.engine.start()


async def die_everywhere(exe, faulty, folder, store, seed, names):
    engine = Engine(exe, folder, store, SETTINGS)
    world = PointWorld(engine, seed)
    engine.start()
    world.open_clinics()
    with contextlib.ExitStack() as cleaning:
        cleaning.callback(engine.kill)
        for name in names:
            nth = world.random.randint(1, SELDOM.get(name.split(".")[-2], OFTEN))
            try:
                await world.pass_point(name, nth, faulty, last=name == names[-1])
            except AssertionError as why:
                raise AssertionError(f"{name}:{nth}: {why}") from why
        judge = await crash_test.quiet_end(world)
        crash_test.check_usage(world, judge)
    events = sum(map(len, judge.events.values()))
    print(f"{store.split(':')[0]}: died at {len(names)} points, {events} events, {world.bills} bills", flush=True)


def die_in_migration(exe, faulty, folder, store, name, nth):
    """A store whose making or migration was interrupted is as good as new for the next engine."""
    engine = Engine(faulty, folder, store, SETTINGS)
    engine.environment = {"MACHIAI_FAIL_POINT": f"{name}:{nth}"}
    try:
        engine.start()
    except AssertionError:
        assert engine.process.returncode == -signal.SIGKILL, f"{name}:{nth}: {engine.errors.read_text()[-500:]}"
    else:
        engine.kill()
        raise AssertionError(f"{name}:{nth} was never passed")
    engine.exe, engine.environment = str(exe), {}
    engine.start()
    engine.put("sakura", {"name": "sakura"})
    engine.kill()
    engine.verify()
    rows = crash_test.read_events(store)
    assert [x["kind"] for x in rows["sakura"]] == ["clinic.created"], rows


def new_store(kind, folder):
    return Postgres.shared().new_database() if kind == "postgres" else f"sqlite:{folder}/machiai.db"


def run(exe, faulty, kind, seed, wanted):
    names = [name for name in points(kind) if not wanted or name in wanted]
    of_migration = [name for name in names if ".migration." in name]
    for name in of_migration:
        for nth in (1, 2, 3):
            with tempfile.TemporaryDirectory(prefix="machiai-points-") as folder:
                die_in_migration(exe, faulty, folder, new_store(kind, folder), name, nth)
    names = [name for name in names if name not in of_migration]
    random.Random(seed).shuffle(names)
    with tempfile.TemporaryDirectory(prefix="machiai-points-") as folder:
        asyncio.run(die_everywhere(exe, faulty, folder, new_store(kind, folder), seed, names))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("exe")
    parser.add_argument("faulty")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--stores", default="sqlite,postgres")
    parser.add_argument("--points", default="")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.randrange(2**32)
    print(f"seed {seed}", flush=True)
    wanted = set(filter(None, given.points.split(",")))
    for kind in given.stores.split(","):
        try:
            run(given.exe, given.faulty, kind, seed, wanted)
        except AssertionError as why:
            sys.exit(f"{kind}, seed {seed}: {why}")


if __name__ == "__main__":
    main()
