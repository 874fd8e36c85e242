#!/usr/bin/env python3
"""The judges of the fault schedule can fail: a true history of a real engine passes, and each lie told into it, or into
a copy of its store, is found and named. `history_checker_test.py EXE`"""

import asyncio
import contextlib
import copy
import hashlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import struct
import sys
import tempfile
import unittest

import fault_watch
import history_checker
from fault_kit import read_events
from fault_world import FaultWorld
from stream_follower import StreamFollower

SEED = 1
COLUMNS = ("clinic", "seq", "epoch", "at", "kind", "room", "subject", "author", "body")


async def act(world):
    """Some seconds of work with a crash among them, and an end at which some stay and some vanish."""
    await world.start_engine()
    world.open()
    watching = asyncio.create_task(world.watch_engine())
    await asyncio.sleep(2)
    async with world.engine_lock:
        with world.window("kill", "engine"):
            world.kill()
            await world.start_engine()
    await asyncio.sleep(fault_watch.RECOVERS_WITHIN_S + 3)
    await world.settle()
    watching.cancel()
    await asyncio.gather(watching, *world.tasks, return_exceptions=True)


def chained(path):
    """Makes a store's log, changed by hand, fit its chain again: numbers and hashes anew."""
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        triggers = [x[0] for x in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in triggers:
            db.execute(f"DROP TRIGGER {name}")
        last = {}
        for row in db.execute(f"SELECT rowid, {', '.join(COLUMNS)} FROM event_log ORDER BY rowid").fetchall():
            rowid, clinic, values = row[0], row[1], list(row[1:])
            number, previous = last.get(clinic, (0, bytes(32)))
            values[1] = number + 1
            text = previous
            for value in values:
                raw = struct.pack(">q", value) if isinstance(value, int) else value.encode()
                text += struct.pack(">I", len(raw)) + raw
            last[clinic] = (number + 1, hashlib.sha256(text).digest())
            db.execute("UPDATE event_log SET seq = -?, hash = ? WHERE rowid = ?", (number + 1, last[clinic][1], rowid))
        db.execute("UPDATE event_log SET seq = -seq")


class HistoryCheckerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="machiai-history-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.store = cls.folder / "machiai.db"
        world = FaultWorld(EXE, cls.folder, f"sqlite:{cls.store}", SEED)
        cls.addClassCleanup(world.close)
        asyncio.run(act(world))
        world.kill()
        world.write_history(cls.folder / "history.json", SEED, [])
        cls.true = json.loads((cls.folder / "history.json").read_text())
        cls.events = read_events(f"sqlite:{cls.store}")

    def check(self, history, store=None, exe=None):
        return history_checker.check(exe or EXE, history, f"sqlite:{store or self.store}")

    def assert_wrong(self, words, history=None, store=None, exe=None):
        with self.assertRaises(history_checker.Wrong) as caught:
            self.check(history or self.true, store, exe)
        self.assertRegex(str(caught.exception).replace("\n", " "), words)

    def falsified(self, *statements, rechained=False):
        """A copy of the store after these statements."""
        path = pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / "machiai.db"
        with contextlib.closing(sqlite3.connect(self.store)) as db, contextlib.closing(sqlite3.connect(path)) as other:
            db.backup(other)
            for name, kind in other.execute("SELECT name, type FROM sqlite_master WHERE type = 'trigger'").fetchall():
                other.execute(f"DROP {kind} {name}")
            for statement in statements:
                other.execute(*statement)
            other.commit()
        if rechained:
            chained(path)
        return path

    def acked(self, history, *kinds):
        return next(x for x in history["acked"] if x[2] in kinds and x[4]["ok"])

    def lost(self):
        """A leave of a lost person that is not the end of its log: (clinic, row)."""
        rows = [(clinic, x) for clinic, some in self.events.items() for x in some
                if x["kind"] == "room.participant_left" and x["body"]["reason"] == "lost" and x["seq"] < len(some)]
        self.assertTrue(rows, "nobody was lost")
        return rows[0]

    def stream(self, history):
        """A console's frames, and where in them three whole events follow one another."""
        for told in history["streams"].values():
            for i in range(len(told) - 2):
                three = told[i : i + 3]
                if all(x[0] == "event" and not x[3] for x in three) and [x[1] - told[i][1] for x in three] == [0, 1, 2]:
                    return told, i
        return self.fail("no stream has three events in a row")

    def test_the_true_history_passes(self):
        self.assertRegex(self.check(self.true), r"[1-9]\d* events, [1-9]\d* bills; [1-9]\d* answers and [1-9]\d* of HTTP")
        self.assertRegex(self.check(self.true), r"[1-9]\d* entries kept, [1-9]\d* given up")

    def test_a_fault_that_was_noted(self):
        self.assert_wrong("^it was seen$", {**self.true, "faults": ["it was seen"]})

    def test_an_answer_that_nobody_stored(self):
        history = copy.deepcopy(self.true)
        self.acked(history, "lock_room", "unlock_room")[4]["id"] = "never-sent"
        self.assert_wrong("^acknowledged, not stored: .*never-sent", history)

    def test_another_answer_than_the_stored_one(self):
        history = copy.deepcopy(self.true)
        self.acked(history, "lock_room", "unlock_room")[4]["seq"] += 1
        self.assert_wrong("told .*, stored ", history)

    def test_an_answer_that_promises_what_does_not_hold(self):
        for kind, other, words in (
            ("lock_room", "unlock_room", "unlock_room without effect at"),
            ("end_consultation", "reopen_consultation", "reopen_consultation without effect at"),
            ("enter_waiting_room", "leave_room", r"leave_room .*: (waiting|in_room)"),
            ("admit", "send_back", "send_back .*: in_room"),
        ):
            with self.subTest(kind):
                history = copy.deepcopy(self.true)
                history["dropped"] = []
                self.acked(history, kind)[2] = other
                self.assert_wrong(words, history)

    def test_an_answer_beyond_the_end_of_the_log(self):
        history = copy.deepcopy(self.true)
        clinic, sub, _, _, reply = self.acked(history, "lock_room")
        reply["seq"] = 10**6
        change = "UPDATE answer_log SET answer = json_set(answer, '$.seq', 1000000) " \
                 "WHERE clinic = ? AND principal = ? AND command = ?"
        store = self.falsified((change, (clinic, sub, reply["id"])))
        self.assert_wrong("lock_room acknowledged at 1000000, the log ends at", history, store)

    def test_two_answers_of_one_command(self):
        clinic, sub, _, _, reply = self.acked(self.true, "lock_room")
        names = "position, clinic, seq, principal, command, answer"
        with contextlib.closing(sqlite3.connect(self.store)) as db:
            names = ", ".join(x[1] for x in db.execute("PRAGMA table_info(answer_log)") if not x[5])
        twice = f"INSERT INTO answer_log ({names}) SELECT {names} FROM answer_log " \
                "WHERE clinic = ? AND principal = ? AND command = ?"
        self.assert_wrong("^two answers of", None, self.falsified((twice, (clinic, sub, reply["id"]))))

    def test_an_answer_of_http_that_is_stored_otherwise(self):
        history = copy.deepcopy(self.true)
        good = next(x for x in history["requests"] if x[3] == 200)
        good[3] = 409
        self.assert_wrong("409 .*, stored", history)
        history = copy.deepcopy(self.true)
        next(x for x in history["requests"] if x[3] == 200)[4]["seq"] += 1
        self.assert_wrong("told .*, stored", history)

    def test_a_refused_command_that_was_stored(self):
        history = copy.deepcopy(self.true)
        clinic, sub, _, _, reply = self.acked(history, "lock_room")
        history["refused"].append([clinic, sub, reply["id"]])
        self.assert_wrong("^refused at once, but stored", history)

    def test_a_frame_that_the_log_does_not_have(self):
        for change, words in (
            (lambda x: x.__setitem__(1, 10**6), "was seen at 1000000, the log ends at"),
            (lambda x: x.__setitem__(2, "room.imagined"), "saw room.imagined, stored"),
            (lambda x: x.__setitem__(3, "2020-01-01T00:00:00.000Z"), "saw .*, stored"),
            (lambda x: x.__setitem__(4, {"role": "staff", "id": "nobody"}), "by staff:nobody, stored"),
        ):
            with self.subTest(words):
                history = copy.deepcopy(self.true)
                change(next(x for x in history["seen"] if x[4]))
                self.assert_wrong(words, history)

    def test_a_stream_with_something_wrong(self):
        def gap(told, i):
            del told[i + 1]

        def repeated(told, i):
            told.insert(i + 1, told[i])

        def swapped(told, i):
            told[i], told[i + 1] = told[i + 1], told[i]

        def turned_back(told, i):
            told.insert(i + 3, ["board", told[i][1], None, False])

        def ahead(told, i):
            told.insert(i + 1, ["beat", told[i][1] + 5, None, False])

        def nothing_missed(told, i):
            told.insert(i + 2, ["welcome", told[i + 2][1] + 1, "nothing_missed", False])

        for change, words in (
            (gap, r"position \d+ where \d+ is due"),
            (repeated, r"position \d+ where \d+ is due"),
            (swapped, r"position \d+ where \d+ is due"),
            (turned_back, "a board of .* that nobody announced"),
            (ahead, "a beat ahead of its frames"),
            (nothing_missed, r"nothing missed at \d+, but \d+ is awaited"),
        ):
            with self.subTest(change.__name__):
                history = copy.deepcopy(self.true)
                change(*self.stream(history))
                self.assert_wrong(words, history)

    def test_somebody_given_up_while_connected(self):
        clinic, row = self.lost()
        history = copy.deepcopy(self.true)
        history["kept"].append([clinic, row["subject"], row["room"], row["seq"] - 1, row["seq"]])
        self.assert_wrong("was connected from .* and given up at", history)

    def test_a_patience_that_was_cut_short(self):
        self.assert_wrong("given up at .* before the patience was over", {**self.true, "leave_after_ms": 10**7})

    def test_a_leave_before_the_arrival(self):
        """Of somebody who was never in doubt, as by an engine that died; the model compares a doubt's time itself."""
        clinic, row = self.lost()
        rows = self.events[clinic][: row["seq"]]
        mine = [x for x in rows if (x["room"], x["subject"]) == (row["room"], row["subject"])]
        doubt = [x["seq"] for x in mine if x["kind"] == "room.participant_unstable"][-1:]
        store = self.falsified(
            ("UPDATE event_log SET body = json_set(body, '$.left_at', '2020-01-01T00:00:00.000Z') "
             "WHERE clinic = ? AND seq = ?", (clinic, row["seq"])),
            ("UPDATE event_log SET kind = 'room.attention_changed' WHERE clinic = ? AND seq = ?", (clinic, *(doubt or [0]))),
            rechained=True,
        )
        self.assert_wrong("left at 1577836800000, but was there at", {**self.true, "seen": []}, store)

    def test_a_ghost_and_a_missing_person(self):
        ghost = "sakura r1 ghost"
        for name, change, words in (
            ("a ghost on the boards", lambda x: x["present"].append(ghost), "^present on the boards .*ghost.*, should be"),
            ("missing on the boards", lambda x: x["present"].pop(), "^present on the boards"),
            ("a ghost in the log", lambda x: (x["present"].pop(), x["expected"].pop()), "^present in the log"),
            ("missing in the log", lambda x: (x["present"].append(ghost), x["expected"].append(ghost)), "^present in the log"),
        ):
            with self.subTest(name):
                history = copy.deepcopy(self.true)
                change(history["final"])
                history["final"]["expected"].sort()
                self.assert_wrong(words, history)

    def test_a_log_that_lacks_an_event(self):
        clinic, row = self.lost()
        gone = ("DELETE FROM event_log WHERE clinic = ? AND seq = ?", (clinic, row["seq"]))
        self.assert_wrong(f"seq {row['seq'] + 1} where {row['seq']} should be", None, self.falsified(gone))

    def test_a_changed_event_and_one_whose_chain_was_mended(self):
        clinic, row = next((clinic, x) for clinic, rows in self.events.items() for x in rows
                           if x["kind"] == "room.consultation_ended")
        change = "UPDATE event_log SET body = json_set(body, '$.bill.total_yen_ex_tax', 50000) WHERE clinic = ? AND seq = ?"
        self.assert_wrong(f"the chain breaks at seq {row['seq']}", None, self.falsified((change, (clinic, row["seq"]))))
        mended = self.falsified((change, (clinic, row["seq"])), rechained=True)
        self.assert_wrong("the bill says .*50000.*, the rule", None, mended)

    def test_an_event_left_out_of_a_mended_chain(self):
        clinic, row = next((clinic, x) for clinic, rows in self.events.items() for x in rows
                           if x["kind"] == "room.participant_admitted")
        gone = ("DELETE FROM event_log WHERE clinic = ? AND seq = ?", (clinic, row["seq"]))
        self.assert_wrong("cannot enter", None, self.falsified(gone, rechained=True))

    def wrapped(self, case):
        """The program, but for one command."""
        path = pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / "machiai"
        path.write_text(f'#!/bin/sh\ncase "$1" in {case} esac\nexec {EXE} "$@"\n')
        path.chmod(0o755)
        return path

    def test_what_verify_finds_and_what_usage_charges(self):
        self.assert_wrong("verify exits 1: broken", exe=self.wrapped("verify) echo broken; exit 1;;"))
        wrong = self.wrapped("""usage) echo '{"total_yen_ex_tax": 1}'; exit 0;;""")
        self.assert_wrong("usage says 1 yen, the rule", exe=wrong)


class WatchTest(unittest.TestCase):
    def complaints(self, samples, windows=()):
        return fault_watch.judge_latency(samples, list(windows), lambda text: None)

    def test_slow_or_lost_commands_outside_faults(self):
        good = [(x / 10, 0.01, "seen") for x in range(200)]
        self.assertEqual(self.complaints(good), [])
        slow = [(x, 0.6 if x in (5.0, 6.0, 7.0) else took, how) for x, took, how in good]
        self.assertRegex(self.complaints(slow)[0], "outside faults, p99 of 200 commands is 0.600 s")
        self.assertRegex(self.complaints([*good, (3.0, None, "Lost")])[0], "a healthy pair got Lost")
        self.assertRegex(self.complaints(good[:10])[0], "only 10 commands were measured")

    def test_a_fault_excuses_itself_and_a_bad_client_nothing(self):
        good = [(x / 10, 0.01, "seen") for x in range(200)]
        window = {"name": "x", "kind": "engine", "begin": 1.0, "end": 2.0}
        self.assertEqual(self.complaints([*good, (1.5, None, "Lost")], [window]), [])
        late = (2.5 + fault_watch.RECOVERS_WITHIN_S, None, "Lost")
        self.assertRegex(self.complaints([*good, late], [window])[0], "outside faults, a healthy pair got Lost")
        flood = {**window, "kind": "clients"}
        self.assertRegex(self.complaints([*good, (1.5, None, "Lost")], [flood])[0], "under bad clients, a healthy pair")


class StreamFollowerTest(unittest.TestCase):
    def follow(self, *frames, reloads=False):
        follower = StreamFollower("s1", reloads)
        for frame in frames:
            follower.follow(*frame)

    def test_what_may_come(self):
        begin = [("welcome", 7, "reload"), ("board", 7), ("event", 8)]
        self.follow(*begin, ("event", 9, None, True), ("event", 9), ("beat", 9), ("welcome", 9, "nothing_missed"), ("event", 10))
        self.follow(*begin, ("welcome", 12, "replayed"), ("event", 9), ("event", 10))
        self.follow(*begin, ("board", 9), ("event", 10), reloads=True)

    def test_what_may_not_come(self):
        begin = [("welcome", 7, "reload"), ("board", 7), ("event", 8)]
        for words, *frames in (
            ("position 10 where 9 is due", ("event", 10)),
            ("position 8 where 9 is due", ("event", 8)),
            ("position 10 where 9 is due", ("event", 9, None, True), ("event", 10)),
            ("a board of 9 that nobody announced", ("board", 9)),
            ("a board of 6 that nobody announced", ("welcome", 9, "reload"), ("board", 6)),
            ("a beat ahead of its frames", ("beat", 9)),
            ("nothing missed at 9, but 9 is awaited", ("welcome", 9, "nothing_missed")),
        ):
            with self.subTest(words), self.assertRaisesRegex(AssertionError, re.escape(words)):
                self.follow(*begin, *frames)


if __name__ == "__main__":
    EXE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
