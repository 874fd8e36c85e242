#!/usr/bin/env python3
"""The planned end while the database is slow, and while a connection that only reads gets no answer at all.
`slow_end_test.py EXE`; $MACHIAI_ROUNDS: how many ends under load"""

import asyncio
import contextlib
import os
import pathlib
import random
import signal
import tempfile
import time

import crash_test
import machiai_test
from fault_kit import Engine, run_sql, until
from postgres import Postgres
from tcp_proxy import TcpProxy

ROUNDS = int(os.environ.get("MACHIAI_ROUNDS", "3"))
HARD_LIMIT_MS, WINDOW_MS = 20000, 500
# What the watch over the end grants, and a crowded machine.
LAST_WORDS_S = 2.5 + 3
# `machiai engine …` is the session that writes.
READERS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'machiai' AND datname = current_database()"


class World(crash_test.World):
    """Its engines end as planned: then connections close, and commands are refused."""

    ending = False

    def engine_lives(self):
        return not self.ending and super().engine_lives()


class slow_end(machiai_test.TestCase):
    def test_a_reader_without_an_answer_does_not_keep_the_engine(self):
        """The auditor's session stands still in the server, for longer than anybody waits."""
        server = Postgres()
        self.addCleanup(server.remove)
        engine = self.engine(store_url=server.new_database(), settings={"drain": {"reconnect_window_ms": WINDOW_MS}})
        engine.seed_visit("r1", patient="p1", doctor="d1")
        staff = engine.connect("staff", "s1")
        readers = until(lambda: run_sql(engine.store_url, READERS), what="the auditor's session")
        for reader in readers:
            os.kill(int(reader), signal.SIGSTOP)
        # By then it has asked.
        looked = engine.metric("machiai_audit_looks_total")
        time.sleep(1)
        self.assertLessEqual(engine.metric("machiai_audit_looks_total"), looked + 2)
        staff.ok("lock_room", room="r1")
        begun = time.monotonic()
        engine.process.send_signal(signal.SIGTERM)
        self.assertEqual(engine.wait(), 0, engine.log()[-1000:])
        took = time.monotonic() - begun
        print(f"ended {took:.1f} s after SIGTERM beside a reader that gets no answer", flush=True)
        self.assertLess(took, WINDOW_MS / 1000 + LAST_WORDS_S)
        for reader in readers:
            with contextlib.suppress(OSError):
                os.kill(int(reader), signal.SIGCONT)
        clean = run_sql(engine.store_url, "SELECT clean FROM alive_marks")
        self.assertEqual(clean, ["t"])

    def test_an_end_under_load_on_a_slow_database_comes_in_time_and_loses_nothing(self):
        seed = random.randrange(2**32)
        print(f"seed {seed}", flush=True)
        with tempfile.TemporaryDirectory(prefix="machiai-slow-end-") as folder:
            asyncio.run(self.rounds(pathlib.Path(folder), random.Random(seed), seed))

    async def rounds(self, folder, dice, seed):
        server = Postgres()
        self.addCleanup(server.remove)
        proxy = TcpProxy(lambda: ("127.0.0.1", server.port))
        self.addCleanup(proxy.close)
        url = server.new_database()
        settings = {name: dict(values) for name, values in crash_test.SETTINGS.items()}
        settings["drain"] = {"reconnect_window_ms": WINDOW_MS, "hard_limit_ms": HARD_LIMIT_MS}
        engine = Engine(machiai_test.EXE, folder, url.replace(str(server.port), str(proxy.address[1])), settings)
        world = World(engine, seed)
        engine.start()
        self.addCleanup(engine.kill)
        world.open_clinics()
        for world.life in range(1, ROUNDS + 1):
            world.book()
            await world.load(lambda tasks: self.end(world, proxy, dice, tasks))
            proxy.delay_s = 0.0
            crash_test.Judge(world).judge()
            world.ending = False
            engine.start()
        engine.kill()

    async def end(self, world, proxy, dice, tasks):
        await asyncio.sleep(dice.uniform(0.3, 1.5))
        proxy.delay_s = dice.choice([0.002, 0.01, 0.05, 0.1])
        await asyncio.sleep(dice.uniform(0.1, 1.0))
        if dice.random() < 0.3:
            proxy.reset_all()
        begun, world.ending = time.monotonic(), True
        world.engine.terminate()
        status = await asyncio.to_thread(world.engine.wait, HARD_LIMIT_MS / 1000 + LAST_WORDS_S)
        took = time.monotonic() - begun
        world.died_ms = time.time() * 1000
        print(f"delay {proxy.delay_s * 1000:.0f} ms: exit {status} after {took:.1f} s", flush=True)
        self.assertEqual(status, 0, world.engine.errors.read_text()[-1500:])
        for task in tasks:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(task, 60)


if __name__ == "__main__":
    machiai_test.main()
