#!/usr/bin/env python3
"""What docs/operations.md says of backup and restore, done: a backup of a busy engine, restored elsewhere, is the clinic
as it was, and what happened after the backup is part of no stream any more. `backup_test.py EXE`"""

import json
import re
import shutil
import subprocess
import threading
import time

import contracts
import machiai_test
from fault_kit import read_events, until
from postgres import BINARIES, Postgres


# The clients here ask as fast as they get answers.
SETTINGS = {"connection": {"messages_per_second": 10000, "messages_burst": 10000}}


def documented_sqlite_backup():
    """The command as it stands in docs/operations.md."""
    return re.search(r"SQLite: `(sqlite3 machiai\.db [^`]*)`", (contracts.DOCS / "operations.md").read_text()).group(1)


def cards_at(frames, seq):
    """The cards as a console had them that was told these frames, at this position."""
    cards = {}
    for frame in frames:
        if frame["type"] == "board":
            cards = {card["room"]: card for card in frame["cards"]}
        elif frame["type"] == "event" and frame["key"].startswith("room:") and frame["seq"] <= seq:
            cards[frame["card"]["room"]] = frame["card"]
    return cards


class backup(machiai_test.TestCase):
    def back_up_sqlite(self, engine):
        subprocess.run(documented_sqlite_backup(), shell=True, check=True, cwd=engine.folder, timeout=60)
        return engine.folder / "copy.db"

    def restore_sqlite(self, copy, engine):
        shutil.copy(copy, engine.folder / "machiai.db")

    def back_up_postgres(self, engine):
        dump = engine.folder / "dump"
        subprocess.run([BINARIES / "pg_dump", "-Fc", "-f", dump, engine.store_url], check=True, timeout=60)
        return dump

    def restore_postgres(self, dump, engine):
        engine.store_url = Postgres.shared().new_database()
        subprocess.run([BINARIES / "pg_restore", "-d", engine.store_url, dump], check=True, timeout=60)

    def open_clinic(self, store):
        engine = self.engine(store, SETTINGS)
        engine.seed_visit("r1", patient="p1", doctor="d1")
        engine.seed_visit("r2", patient="p2", doctor="d1")
        desk = engine.connect("staff", "s1")
        engine.connect("patient", "p1", room="r1").ok("enter_waiting_room", room="r1")
        return engine, desk

    def board_at(self, engine, seq):
        asked = ["--store", engine.store_url, "--clinic", "c1", "--at", seq, "--json"]
        return json.loads(engine.run("board", *asked))

    def backed_up_while_busy(self, store, engine, desk):
        stop = threading.Event()

        def be_busy():
            while not stop.is_set():
                desk.ok("lock_room", room="r2")
                desk.ok("unlock_room", room="r2")
                time.sleep(0.01)

        busy = threading.Thread(target=be_busy)
        busy.start()
        try:
            copy = getattr(self, "back_up_" + store)(engine)
        finally:
            stop.set()
            busy.join()
        return copy

    def go_on_without_backup(self, engine, desk):
        """What the restore will throw away; the positions a client saw of it, in two epochs."""
        desk.ok("lock_room", room="r1", id="thrown-away")
        first = desk.until(lambda state: state["room:r1"]["locked"]) and desk.position
        engine.kill()
        engine.start()
        desk = engine.connect("staff", "s1")
        for i in range(3):
            desk.ok("invite", room="r1", party="family", display_name=f"家族 {i}")
        desk.until(lambda state: len(state["room:r1"]["invitations"]) == 3)
        self.assertGreater(desk.position[0], first[0])
        engine.kill()
        return first, desk.position

    def restored(self, store, copy, former):
        engine = machiai_test.Engine(settings=SETTINGS)
        self.addCleanup(self._end, engine)
        shutil.copy(former.folder / "operator-key", engine.folder)
        getattr(self, "restore_" + store)(copy, engine)
        return engine

    def restore(self, store):
        former, desk = self.open_clinic(store)
        copy = self.backed_up_while_busy(store, former, desk)
        told = desk.frames
        thrown_away = self.go_on_without_backup(former, desk)

        engine = self.restored(store, copy, former)
        rows = read_events(engine.store_url)["c1"]
        kept = (rows[-1]["epoch"], rows[-1]["seq"])
        board = self.board_at(engine, kept[1])
        self.assertEqual(board, self.board_at(former, kept[1]))
        self.assertEqual({card["room"]: card for card in board["cards"]}, cards_at(told, kept[1]))

        # An epoch is the second of a start: nobody restores a backup within the second of the engine it replaces.
        until(lambda: int(time.time()) > thrown_away[1][0], what="the next second")
        engine.start()
        self.assertRegex(engine.run("verify", "--store", engine.store_url), r"\Ac1: ok \d+ [0-9a-f]{64}\n\Z")
        self.assertFalse(engine.board()["cards"]["r1"]["locked"])
        self.assertEqual(engine.board()["cards"]["r1"]["invitations"], [])
        again = engine.connect("staff", "s1", resume=kept)
        self.assertIn(again.welcome["outcome"], ("nothing_missed", "replayed"))

        for _ in range(2):
            for position in thrown_away:
                back = engine.connect("staff", "s1", resume=position)
                self.assertEqual(back.welcome["outcome"], "reload", position)
                self.assertFalse(back.state["room:r1"]["locked"])
            # A second time with a history that has grown beyond those positions.
            while again.position[1] <= thrown_away[1][1]:
                again.ok("lock_room", room="r2")
                again.ok("unlock_room", room="r2")
        self.assertTrue(again.send("lock_room", room="r1", id="thrown-away")["ok"])
        self.assertTrue(again.until(lambda state: state["room:r1"]["locked"]))
        engine.terminate()
        self.assertRegex(engine.run("verify", "--store", engine.store_url), r"\Ac1: ok \d+ [0-9a-f]{64}\n\Z")

    def test_a_sqlite_store_is_restored_from_its_online_backup(self):
        self.restore("sqlite")

    def test_a_postgres_store_is_restored_from_pg_dump(self):
        self.restore("postgres")


if __name__ == "__main__":
    machiai_test.main()
