#!/usr/bin/env python3
"""The crash test's load in a memory cgroup that is too small: the kernel kills the engine, or it ends by itself; then
the crash test's judge, and a start without the limit goes on from there. Root, cgroup v1; elsewhere skipped.

    out_of_memory_test.py EXE [--rounds N] [--seed N]"""

import argparse
import asyncio
import contextlib
import os
import pathlib
import random
import signal
import sys
import tempfile
import time

import crash_test
from fault_kit import Engine, until

GROUPS = pathlib.Path("/sys/fs/cgroup/memory")
# It dies within seconds, at another place each time.
LEAST_BYTES, ROOM_BYTES = 1 << 20, (0, 256 << 10, 1 << 20)
PATIENCE_S = 20


class Group:
    """A memory cgroup of the engine's own."""

    def __init__(self):
        self.path = GROUPS / f"machiai-memory-{os.getpid()}"
        self.path.mkdir()

    def put(self, name, value):
        (self.path / name).write_text(str(value))

    def limit(self, engine, room):
        """From now on the engine may take so much more than it holds, which stays charged to its former group."""
        self.put("memory.limit_in_bytes", -1)
        self.put("cgroup.procs", engine.process.pid)
        self.put("memory.limit_in_bytes", LEAST_BYTES + room)

    def remove(self):
        until(lambda: not (self.path / "cgroup.procs").read_text().strip(), 30, "the group empty")
        self.path.rmdir()


class HungryWorld(crash_test.World):
    """A world whose engines die of hunger."""

    group, deaths, starving = None, None, False

    def engine_lives(self):
        # Its connections end a moment before the process is gone.
        return not self.starving and super().engine_lives()

    async def starve(self, tasks):
        await asyncio.sleep(self.random.uniform(0.2, 0.6))
        self.starving = True
        self.group.limit(self.engine, self.random.choice(ROOM_BYTES))
        hungry = asyncio.create_task(self.ask_for_much())
        end = time.monotonic() + PATIENCE_S
        while super().engine_lives() and time.monotonic() < end:
            await asyncio.sleep(0.01)
        hungry.cancel()
        status = self.engine.process.poll()
        self.deaths.append(status)
        self.kill()
        await asyncio.wait_for(asyncio.gather(*tasks), 120)
        # An answer that is read only now still belongs to this life.
        readers = [x.client.reading for x in self.actors + self.new_guests if x.client.reading]
        await asyncio.wait_for(asyncio.gather(*readers), 120)
        self.starving = False

    async def ask_for_much(self):
        """Connections that hold half a message each."""
        held = []
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while True:
                reader, writer = await asyncio.open_connection(*self.engine.listen)
                writer.write(b"PUT /v1/clinics/x HTTP/1.1\r\nHost: x\r\nContent-Length: 250000\r\n\r\n" + b" " * 200000)
                held.append((reader, writer))
                await asyncio.sleep(0.005)


async def go_hungry(exe, folder, seed, rounds, group):
    engine = Engine(exe, folder, None, {**crash_test.SETTINGS})
    world = HungryWorld(engine, seed)
    world.group, world.deaths = group, []
    engine.start()
    try:
        world.open_clinics()
        for world.life in range(1, rounds + 1):
            world.book()
            await world.load(world.starve)
            judge = crash_test.Judge(world)
            judge.judge()
            judge.note_present(last=world.life == rounds)
            engine.start()
        judge = await crash_test.quiet_end(world)
        crash_test.check_usage(world, judge)
    finally:
        engine.kill()
    events = sum(map(len, judge.events.values()))
    killed = world.deaths.count(-signal.SIGKILL)
    print(f"{rounds} rounds, ends {world.deaths}, {events} events, {world.bills} bills, {world.repeated} answers repeated")
    assert killed > 0, "the kernel never killed it: the limit is too high to show anything"
    # Killed, ended by itself with the documented status of a defect, aborted, or lived on and shed.
    assert set(world.deaths) <= {-signal.SIGKILL, -signal.SIGABRT, 1, None}, world.deaths


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("exe")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    try:
        group = Group()
    except OSError as why:
        print(f"skipped: needs a writable memory cgroup (v1): {why}")
        return
    seed = given.seed if given.seed is not None else random.randrange(2**32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="machiai-memory-") as folder:
        try:
            asyncio.run(go_hungry(given.exe, pathlib.Path(folder), seed, given.rounds, group))
        except AssertionError as why:
            sys.exit(f"seed {seed}: {why}")
        finally:
            group.remove()


if __name__ == "__main__":
    main()
