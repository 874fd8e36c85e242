"""What a clinic's event log must mean, written a second time and naively: who is where, what may follow what, and what
a consultation costs (domain.md 9.2). Every step that cannot be is an AssertionError naming the position."""

import datetime

UNIT_MS, UNIT_YEN, ADDITIONAL_YEN = 1_800_000, 100, 50


def milliseconds(text):
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1000)


def story(rows, about):
    """The events around one of them and all of its subject, a line each."""
    near = [x for x in rows if abs(x["seq"] - about["seq"]) < 30 or x["subject"] == about["subject"]]
    lines = (f"{x['epoch']}/{x['seq']} {x['at']} {x['kind']} {x['room']} {x['author']} {x['body']}" for x in near)
    return "\n".join(lines)


class Person:
    def __init__(self, name):
        self.name, self.where, self.party = name, "absent", None
        self.admitted = self.removed = False
        self.since = self.doubt = self.media = self.tested = None
        self.stable = 0

    @property
    def present(self):
        return self.where in ("waiting", "in_room")

    def last_proof(self, clinic_proof):
        """Until when the log and what proves its clinic alive prove the person there."""
        return self.doubt if self.doubt is not None else max(self.since, self.stable, clinic_proof)


class Room:
    def __init__(self, name):
        self.name, self.people, self.stays, self.bills = name, {}, [], []
        self.locked = self.ended = self.cancelled = False
        self.invites, self.redeemed, self.last_at = {}, set(), 0


class Clinic:
    """Folds one clinic's events; `rooms` is the end, `where_at` and `at` look back."""

    def __init__(self, window_ms=30000):
        self.rooms, self.seq, self.epoch, self.window_ms = {}, 0, 0, window_ms
        self.where = {}
        self.locks, self.ends = {}, {}
        self.before = None
        self.must_follow = None

    def read(self, rows):
        for row in rows:
            try:
                self.step(row)
            except (AssertionError, KeyError) as why:
                raise AssertionError(f"{story(rows, row)}\n{row['clinic']} seq {row['seq']}: {why!r}") from why
        assert self.must_follow is None, f"the log ends in the middle of a command: {self.must_follow} should follow"
        return self

    def step(self, row):
        assert row["seq"] == self.seq + 1, "a gap in the numbering"
        assert row["epoch"] >= self.epoch, "the epoch falls"
        self.seq, self.epoch = row["seq"], row["epoch"]
        kind, room = row["kind"].split(".")[1], row["room"]
        if self.must_follow:
            kinds, where, who = self.must_follow
            fits = kind in kinds and room == where and who in (None, row["subject"])
            assert fits, f"one of {kinds} in {where} should be here"
            self.must_follow = None
        if room:
            handler = getattr(self, kind, None)
            silent = ("appointment_booked", "appointment_changed", "attention_changed", "invite_revoked", "archived")
            assert handler or kind in silent, "unknown"
            if kind == "appointment_booked":
                assert room not in self.rooms, "booked twice"
                self.rooms[room] = Room(room)
            state = self.rooms[room]
            assert row["at"] >= state.last_at, "time runs backwards"
            state.last_at = row["at"]
            if handler:
                handler(state, row, row["body"])
        self.before = row

    def person(self, room, row):
        return room.people.setdefault(row["subject"], Person(row["subject"]))

    def place(self, room, who, where, row):
        """Moves a person and keeps the history, by which a reply's effect is checked at its own position."""
        who.where = where
        if where != "in_room":
            who.media = None
        self.where.setdefault((room.name, who.name), []).append((row["seq"], where))

    def exit(self, room, who, at, reason):
        """Closes the person's stay, if there is one."""
        for stay in room.stays:
            if stay["person"] == who.name and stay["exit"] is None:
                stay["exit"], stay["reason"] = max(at, stay["enter"]), reason

    def appointment_cancelled(self, room, row, body):
        assert not room.cancelled and not room.stays, "cancelled twice or too late"
        room.cancelled = True

    def participant_arrived(self, room, row, body):
        who = self.person(room, row)
        assert not who.present and not room.ended and not who.removed and not who.admitted, "cannot arrive"
        self.place(room, who, "waiting", row)
        who.since, who.party = row["at"], body["party"]

    def participant_admitted(self, room, row, body):
        who = self.person(room, row)
        was_in = any(stay["person"] == who.name for stay in room.stays)
        let_in = was_in or not room.locked
        assert who.where == "waiting" and not who.admitted and let_in and not room.ended, "cannot be admitted"
        who.admitted = True
        self.must_follow = (["participant_entered"], room.name, who.name)

    def participant_entered(self, room, row, body):
        who = self.person(room, row)
        just_admitted = self.before["kind"] == "room.participant_admitted" and self.before["subject"] == who.name
        allowed = just_admitted if who.present else (body["party"] == "doctor" or who.admitted)
        assert who.where != "in_room" and allowed and not room.ended and not who.removed, "cannot enter"
        self.place(room, who, "in_room", row)
        who.since, who.party = row["at"], body["party"]
        room.stays.append({"person": who.name, "doctor": who.party == "doctor", "enter": row["at"], "exit": None})
        elsewhere = [x.name for x in self.rooms.values() if x is not room and self.is_doctor_in(x, who)]
        assert not elsewhere, f"the doctor is in {elsewhere} too"

    @staticmethod
    def is_doctor_in(room, who):
        return who.party == "doctor" and who.name in room.people and room.people[who.name].where == "in_room"

    def participant_sent_back(self, room, row, body):
        who = self.person(room, row)
        assert who.where == "in_room", "is not in the room"
        self.exit(room, who, row["at"] if who.doubt is None else who.doubt, "sent_back")
        self.place(room, who, "waiting", row)
        who.since, who.admitted = row["at"], False

    def participant_unstable(self, room, row, body):
        who = self.person(room, row)
        assert who.present and who.doubt is None, "doubt about nobody, or twice"
        who.doubt = milliseconds(body["last_proof_at"])
        assert who.doubt <= row["at"], "doubt since the future"

    def participant_stable(self, room, row, body):
        who = self.person(room, row)
        assert who.present and who.doubt is not None, "no doubt to end"
        who.doubt, who.stable = None, row["at"]

    def participant_left(self, room, row, body):
        who = self.person(room, row)
        left_at = milliseconds(body["left_at"])
        assert who.present and left_at <= row["at"], "cannot leave"
        if body["reason"] == "lost" and who.doubt is not None:
            # A silent connection that is then lost may have a later proof, which moves the doubt (actors/model/presence.cpp).
            assert left_at >= who.doubt, "left before it was last seen"
        self.exit(room, who, left_at, body["reason"])
        self.place(room, who, "left", row)
        who.doubt = None
        if body["reason"] == "ended":
            kinds = ["participant_left", "consultation_ended", "appointment_cancelled"]
            self.must_follow = (kinds, room.name, None)

    def media_changed(self, room, row, body):
        who, media = self.person(room, row), (body["video"], body["audio"])
        assert who.where == "in_room" and who.media != media, "sends nothing here, or this before"
        who.media = media

    def device_tested(self, room, row, body):
        who, found = self.person(room, row), [body[x] for x in ("camera", "microphone", "speaker", "network")]
        assert who.present and who.tested != found, "is not there, or found this before"
        who.tested = found

    def participant_removed(self, room, row, body):
        who = self.person(room, row)
        assert not who.removed, "removed twice"
        self.exit(room, who, row["at"] if who.doubt is None else who.doubt, "removed")
        if who.present:
            self.place(room, who, "left", row)
        who.admitted, who.removed, who.doubt = False, True, None

    def guest_invited(self, room, row, body):
        assert body["invite"] not in room.invites, "invited twice by one command"
        room.invites[body["invite"]] = row["author"]

    def invite_redeemed(self, room, row, body):
        assert body["invite"] in room.invites and body["invite"] not in room.redeemed, "used twice"
        room.redeemed.add(body["invite"])

    def locked(self, room, row, body):
        self.locked_now(room, row, True)

    def unlocked(self, room, row, body):
        self.locked_now(room, row, False)

    def locked_now(self, room, row, locked):
        assert room.locked != locked, "is so already"
        room.locked = locked
        self.locks.setdefault(room.name, []).append((row["seq"], locked))

    def ended_now(self, room, row, ended):
        assert room.ended != ended, "is so already"
        room.ended = ended
        self.ends.setdefault(room.name, []).append((row["seq"], ended))

    def consultation_ended(self, room, row, body):
        assert not [x.name for x in room.people.values() if x.present], "ended over somebody's head"
        self.ended_now(room, row, True)
        if room.locked:
            self.locked_now(room, row, False)
        for who in room.people.values():
            who.admitted = False
        room.bills.append(body["bill"])
        assert body["revision"] == len(room.bills), "revision"
        expected = naive_bill(room.stays, self.window_ms)
        said = {name: body["bill"][name] for name in expected}
        assert said == expected, f"the bill says {said}, the rule {expected}"

    def consultation_reopened(self, room, row, body):
        self.ended_now(room, row, False)

    def at(self, history, seq, default):
        """A history's value at a position."""
        values = [value for when, value in history if when <= seq]
        return values[-1] if values else default

    def where_at(self, room, person, seq):
        return self.at(self.where.get((room, person), []), seq, "absent")


def bridge(stays, window_ms):
    """One person's stays, a lost connection joined to a return in time."""
    joined = []
    for stay in sorted(stays, key=lambda x: (x["enter"], x["exit"])):
        last = joined[-1] if joined else None
        if last and last["reason"] == "lost" and stay["enter"] - last["exit"] <= window_ms:
            if stay["exit"] >= last["exit"]:
                last["exit"], last["reason"] = stay["exit"], stay["reason"]
        else:
            joined.append(dict(stay))
    return joined


def naive_bill(stays, window_ms):
    """domain.md 9.2, instant by instant: each piece between two edges is looked at on its own."""
    by_person = {}
    for stay in stays:
        assert stay["exit"] is not None, "an open stay cannot be billed"
        by_person.setdefault((stay["person"], stay["doctor"]), []).append(stay)
    joined = {person: bridge(own, window_ms) for person, own in by_person.items()}
    edges = sorted({x[name] for own in joined.values() for x in own for name in ("enter", "exit")})
    doctor_ms, peak, together = 0, 0, set()
    for begin, end in zip(edges, edges[1:]):
        inside = {who for who, own in joined.items() if any(x["enter"] <= begin and end <= x["exit"] for x in own)}
        if any(is_doctor for _, is_doctor in inside):
            doctor_ms += end - begin
            peak = max(peak, len(inside))
            together |= inside
    units = -(-doctor_ms // UNIT_MS)
    additional = len(together) - 2 if peak >= 3 else 0
    base, more = UNIT_YEN * units, ADDITIONAL_YEN * additional * units
    return {
        "doctor_in_room_ms": doctor_ms,
        "units": units,
        "additional_participants": additional,
        "base_yen": base,
        "additional_yen": more,
        "total_yen_ex_tax": base + more,
    }
