#!/usr/bin/env python3
"""Judges a recorded history together with the store that an engine left (reliability.md, I1 to I5 and I10).

    history_checker.py EXE HISTORY.json STORE_URL

- What was acknowledged is stored once, with the answer that was told, and holds at its position; what nobody knows the
  outcome of is stored at most once.
- Every frame that anybody saw stands in the log at its position; a console was told every position once, in order.
- The log can be: gap-free, chained, and each event may follow those before it (log_model.py, which also bills).
- Who was let in by an answer was not given up while that connection lasted; who was given up had the whole patience.
- At the end exactly those are present who should be, on the boards and in the log.
- `verify` finds nothing, and `usage` charges what the naive rule makes of the log."""

import json
import pathlib
import sys
import types

import crash_test
from fault_kit import Engine
from log_model import milliseconds
from stream_follower import StreamFollower


class Wrong(Exception):
    """The history and the store cannot both be."""


class Verdict(crash_test.Judge):
    """The crash test's judge, on a history that was written down."""

    def __init__(self, exe, history, store):
        self.history = history
        engine = Engine.__new__(Engine)
        engine.exe, engine.store = str(exe), store
        actors = {}

        def actor(clinic, sub):
            made = types.SimpleNamespace(clinic=clinic, sub=sub, commands=[])
            return actors.setdefault((clinic, sub), made)

        acked = [(actor(clinic, sub), (kind, fields), reply) for clinic, sub, kind, fields, reply in history["acked"]]
        world = types.SimpleNamespace(
            engine=engine, acked=acked, requests=[tuple(x) for x in history["requests"]], seen=history["seen"],
            faults=history["faults"], dropped={tuple(x) for x in history["dropped"]}, ends={}, life="the schedule's",
        )
        super().__init__(world)
        self.happened = self.given_up = 0

    def judge(self):
        history = self.history
        if history["faults"]:
            raise Wrong("; ".join(map(str, history["faults"][:5])))
        self.count_unknown()
        self.check_numbering()
        self.check_answers()
        self.check_frames()
        self.check_streams()
        self.check_kept()
        self.check_patience()
        self.check_present()
        self.check_verify()
        crash_test.check_usage(self.world, self)

    def count_unknown(self):
        """A command takes effect at most once: read_answers refuses two rows of one; here those nobody knows of."""
        keys = [tuple(x) for x in self.history["unknown"]]
        self.happened = sum(key in self.answers for key in keys)
        stored = [x for x in map(tuple, self.history["refused"]) if x in self.answers]
        assert not stored, f"refused at once, but stored: {stored[:5]}"

    def check_streams(self):
        for who, told in self.history["streams"].items():
            follower = StreamFollower(who, reloads=True)
            for kind, seq, outcome, more in told:
                follower.follow(kind, seq, outcome, more)

    # The crash test's check_returns and check_leaves ask what an engine's last mark proved at its death, and when by the
    # clock a client was back. Here engines die unseen, marks are overwritten and clocks step. The two below say the
    # same by positions in the log: a return in time is answered before the leave, which is then never written; and a
    # leave cannot be written before the patience is over by the engine's own times.

    def check_kept(self):
        """From the answer to an entry until the last frame on the same connection nobody was given up (I4)."""
        for clinic, sub, room, entered, told in self.history["kept"]:
            rows = self.events[clinic][entered:told]
            lost = [row["seq"] for row in rows if self.is_loss(row, types.SimpleNamespace(sub=sub), {"room": room})]
            assert not lost, f"{clinic} {room} {sub} was connected from {entered} to {told}, and given up at {lost}"

    def check_patience(self):
        """Who was given up was so no earlier than its patience after its last proof, which is none before it came."""
        for clinic, rows in self.events.items():
            since, doubted = {}, set()
            for row in rows:
                key, kind = (row["room"], row["subject"]), row["kind"].split(".")[1]
                if kind in ("participant_arrived", "participant_entered", "participant_stable", "participant_sent_back"):
                    since[key] = row["at"]
                if kind == "participant_unstable":
                    doubted.add(key)
                elif kind == "participant_left" and row["body"]["reason"] == "lost":
                    who, left_at = f"{clinic} {' '.join(key)}", milliseconds(row["body"]["left_at"])
                    early = row["at"] < left_at + self.history["leave_after_ms"]
                    assert not early, f"{who} was given up at {row['seq']} before the patience was over"
                    self.given_up += 1
                    # Somebody in doubt may still be let in, and leaves at the doubt (log_model.py).
                    proven = key in doubted or left_at >= since[key]
                    assert proven, f"{who} left at {left_at}, but was there at {since[key]}"
                if kind in ("participant_stable", "participant_left", "participant_removed"):
                    doubted.discard(key)

    def check_present(self):
        final = self.history["final"]
        stored = []
        for clinic, seq in final["seqs"].items():
            model = self.models[clinic]
            people = ((room.name, who) for room in model.rooms.values() for who in room.people)
            there = (x for x in people if model.where_at(*x, seq) in ("waiting", "in_room"))
            stored += [f"{clinic} {room} {who}" for room, who in there]
        wanted = final["expected"]
        assert sorted(final["present"]) == wanted, f"present on the boards {final['present']}, should be {wanted}"
        assert sorted(stored) == wanted, f"present in the log {sorted(stored)}, should be {wanted}"


def check(exe, history, store):
    """A sentence that says what was judged; Wrong when something is."""
    counts = {name: len(history[name]) for name in ("acked", "requests", "seen", "unknown", "refused", "kept")}
    try:
        verdict = Verdict(exe, history, store)
        verdict.judge()
    except (AssertionError, KeyError) as why:
        raise Wrong(str(why)) from why
    events = sum(map(len, verdict.events.values()))
    bills = sum(len(room.bills) for model in verdict.models.values() for room in model.rooms.values())
    return (
        f"{events} events, {bills} bills; {counts['acked']} answers and {counts['requests']} of HTTP, "
        f"{counts['refused']} refused at once, {counts['unknown']} unknown, of which {verdict.happened} happened; "
        f"{counts['seen']} frames; {counts['kept']} entries kept, {verdict.given_up} given up"
    )


if __name__ == "__main__":
    try:
        print(check(sys.argv[1], json.loads(pathlib.Path(sys.argv[2]).read_text()), sys.argv[3]))
    except Wrong as why:
        sys.exit(str(why))
