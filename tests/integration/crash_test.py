#!/usr/bin/env python3
"""kill -9 at random moments under load, and again, and again; after each death the store is read and judged.

    crash_test.py EXE [--rounds N] [--seed N] [--stores sqlite,postgres]
    crash_test.py EXE --self-test      the checks must find what is wrong on purpose

What must hold: acknowledged means stored, a command id takes effect once and gets one answer, nothing is half there,
numbering has no gap and the chain verifies, nobody sees what a crash could take back, who is back in time was never
away, who is not left at the last proof, and every bill is what the rule makes of the log."""

import argparse
import asyncio
import contextlib
import copy
import json
import pathlib
import random
import re
import sys
import tempfile
import time

from crash_actors import Doctor, Reception, Visitor
from fault_kit import Client, Engine, read_answers, read_events, read_rows, run_sql
from log_model import Clinic, milliseconds, naive_bill, story
from postgres import Postgres

CLINICS = ["sakura", "ume", "matsu"]
ACTIVE_LIVES = 3
LEAVE_AFTER_MS = 2000
SETTINGS = {
    "presence": {"leave_after_ms": LEAVE_AFTER_MS, "alive_interval_ms": 250},
    "store": {"commit_interval_us": 500},
    # Any command of any life may be asked again.
    "command": {"remember_max": 1000000},
    # A board that grows with the rounds fills a connection's queue, whose frames then collapse as they should; here
    # every position is awaited.
    "connection": {"send_soft_bytes": 2**29, "send_hard_bytes": 2**30, "send_reserved_bytes": 2**30},
    "clinic": {"rooms_max": 100000, "persons_max": 1000000},
}
# How long after its patience a leave may take to be stored, on a crowded machine.
SLACK_MS = 5000


class World:
    """Clinics, their people, and all that is known about what they were told."""

    def __init__(self, engine, seed):
        self.engine, self.random, self.life = engine, random.Random(seed), 0
        self.actors, self.rooms = [], {clinic: [] for clinic in CLINICS}
        self.seen, self.acked, self.requests = [], [], []
        self.were_present, self.away, self.dropped, self.faults = {}, {}, set(), []
        self.outcomes, self.ends = {}, dict.fromkeys(CLINICS, 0)
        self.died_ms = 0
        self.repeated = self.compared = self.returned_in_time = self.left_for_good = self.bills = 0
        self.new_guests = []

    def fault(self, text):
        self.faults.append(text)

    def engine_lives(self):
        return self.engine.process.poll() is None

    def any_room(self, clinic):
        return self.random.choice(self.rooms[clinic][-2 * ACTIVE_LIVES :])

    def visitors_of(self, clinic, room):
        people = self.actors + self.new_guests
        return [x for x in people if (x.clinic, x.room) == (clinic, room) and x.role in ("patient", "guest")]

    def add_guest(self, clinic, room, person, token):
        self.new_guests.append(Visitor(self, clinic, "guest", person, room, token))

    def open_clinics(self):
        for clinic in CLINICS:
            self.engine.put(clinic, {"name": clinic})
            for doctor in ("d1", "d2"):
                self.engine.put(f"{clinic}/doctors/{doctor}", {"name": doctor})
                self.actors.append(Doctor(self, clinic, "doctor", doctor))
            self.actors.append(Reception(self, clinic, "staff", "s1"))

    def book(self):
        """Two new visits a clinic: one patient alone, and two together."""
        for clinic in CLINICS:
            for number, count in enumerate((1, 2)):
                room = f"r{self.life}-{number}"
                patients = [f"p{self.life}-{number}-{i}" for i in range(count)]
                for patient in patients:
                    self.engine.put(f"{clinic}/patients/{patient}", {"name": "患者"})
                body = {"starts_at": "2026-11-22T09:00:00.000Z", "patients": patients, "doctors": ["d1"]}
                self.engine.put(f"{clinic}/appointments/{room}", body)
                self.rooms[clinic].append(room)
                self.actors += [Visitor(self, clinic, "patient", x, room) for x in patients]

    def acting(self):
        """Who acts in this life: all but those gone for good and the visitors of rooms long past."""
        self.actors += self.new_guests
        self.new_guests = []
        recent = {(clinic, room) for clinic in CLINICS for room in self.rooms[clinic][-2 * ACTIVE_LIVES :]}
        staff = ("doctor", "staff")
        return [x for x in self.actors if not x.gone and (x.role in staff or (x.clinic, x.room) in recent)]

    async def load(self, kill_after):
        """One life: everybody comes back and acts; `kill_after` ends it, or nobody does and all stay connected."""
        self.dropped.clear()
        tasks = [asyncio.create_task(x.live()) for x in self.acting()]
        await kill_after(tasks)
        return tasks

    async def die_at_random(self, tasks):
        """After a time, or on the heels of an acknowledgement; sometimes before the engine is properly awake."""
        begun = len(self.acked)
        patience = self.random.choice([0.02, 0.1]) if self.random.random() < 0.15 else self.random.uniform(0.3, 0.9)
        target = begun + self.random.randint(20, 200) if self.random.random() < 0.5 else None
        end = time.monotonic() + patience
        while time.monotonic() < end and (target is None or len(self.acked) < target):
            await asyncio.sleep(0.0005)
        self.kill()
        await asyncio.wait_for(asyncio.gather(*tasks), 120)
        # An answer that is read only now still belongs to this life.
        readers = [x.client.reading for x in self.actors + self.new_guests if x.client.reading]
        await asyncio.wait_for(asyncio.gather(*readers), 120)

    def kill(self):
        self.died_ms = time.time() * 1000
        self.engine.process.kill()
        self.engine.wait()


class Judge:
    """Reads a dead engine's store and holds it against what the world was told."""

    def __init__(self, world):
        self.world = world
        store = world.engine.store
        self.events, self.answers = read_events(store), read_answers(store)
        marks = {row["engine"]: row for row in read_rows(store, "alive_marks", ["engine", "at", "ran_ms"])}
        owners = read_rows(store, "clinic_epochs", ["clinic", "engine", "settled_ran_ms", "proof_at"])
        self.proofs = {x["clinic"]: self.proof_of(x, marks[x["engine"]]) for x in owners}
        self.models = {clinic: Clinic().read(rows) for clinic, rows in self.events.items()}

    @staticmethod
    def proof_of(owner, mark):
        """The mark of the engine that had the clinic last; what that one was told if it died before it could store who
        came back to it. An engine that died before it took the clinic over proves nothing."""
        settled = owner["proof_at"] is None or mark["ran_ms"] >= owner["settled_ran_ms"]
        return mark["at"] if settled else owner["proof_at"]

    def judge(self):
        assert not self.world.faults, self.world.faults[:5]
        self.check_numbering()
        self.check_answers()
        self.check_frames()
        self.check_invites()
        self.check_returns()
        self.check_leaves()
        self.check_verify()
        self.world.bills = sum(len(room.bills) for x in self.models.values() for room in x.rooms.values())

    def check_verify(self):
        try:
            self.world.engine.verify()
        except AssertionError as why:
            place = re.search(r"(\S+): seq (\d+)", str(why))
            rows = self.events[place[1]][int(place[2]) - 6 : int(place[2]) + 3] if place else []
            raise AssertionError(f"{why}\n{story(rows, rows[0]) if rows else ''}") from why

    def check_numbering(self):
        for clinic, rows in self.events.items():
            assert len(rows) >= self.world.ends.get(clinic, 0), f"{clinic}: the log became shorter"
            self.world.ends[clinic] = len(rows)

    def check_answers(self):
        for actor, (kind, fields), reply in self.world.acked:
            key = (actor.clinic, actor.sub, reply["id"])
            assert key in self.answers, f"acknowledged, not stored: {key} {kind} {reply}"
            stored = json.loads(self.answers[key]["answer"])
            said = {name: reply[name] for name in stored}
            assert stored == said, f"{key}: told {said}, stored {stored}"
            if reply["ok"]:
                self.check_effect(actor, reply["id"], kind, fields, reply["seq"])
        for clinic, sub, key, status, answer in self.world.requests:
            stored = json.loads(self.answers[clinic, sub, key]["answer"])
            assert stored["ok"] == (status == 200), f"{key}: {status} {answer}, stored {stored}"
            assert not stored["ok"] or stored == answer, f"{key}: told {answer}, stored {stored}"
        self.world.acked.clear()
        self.world.requests.clear()

    def check_effect(self, actor, command, kind, fields, seq):
        """What an acknowledged command promised holds at its own position in the log."""
        model = self.models[actor.clinic]
        assert seq <= model.seq, f"{kind} acknowledged at {seq}, the log ends at {model.seq}"
        room = fields["room"]
        where = model.where_at(room, fields.get("person", actor.sub), seq)
        wanted = {"enter_room": ["in_room"], "enter_waiting_room": ["waiting", "in_room"], "admit": ["in_room"]}
        wanted["send_back"] = ["waiting"]
        if kind == "leave_room" and (actor.clinic, actor.sub) not in self.world.dropped:
            wanted[kind] = ["absent", "left"]
        if where not in wanted.get(kind, [where]):
            said = f"{command}: {kind} {fields} of {actor.clinic} {actor.sub} at {seq}, life {self.world.life}: {where}"
            raise AssertionError(said + "\n" + self.story(actor, room, seq))
        locked = model.at(model.locks.get(room, []), seq, False)
        ended = model.at(model.ends.get(room, []), seq, False)
        assert {"lock_room": locked, "unlock_room": not locked}.get(kind, True), f"{kind} without effect at {seq}"
        promised = {"end_consultation": ended, "reopen_consultation": not ended}
        assert promised.get(kind, True), f"{kind} without effect at {seq}"

    def story(self, actor, room, seq):
        """What the log and the answers say about a person in a room up to a position and a little after."""
        rows = self.events[actor.clinic][: seq + 3]
        told = [f"{x['seq']} {x['kind']} by {x['author']} {x['body']}" for x in rows if x["room"] == room]
        mine = [x for x in self.answers.values() if (x["clinic"], x["principal"]) == (actor.clinic, actor.sub)]
        answers = [f"{x['command']}: {x['answer']}" for x in mine]
        return "\n".join([*told[-12:], *answers[-20:], str(actor.commands[-40:])])

    def check_frames(self):
        """Durable before visible: whatever anybody saw stands in the log at that position."""
        for clinic, seq, name, at, by in self.world.seen:
            rows = self.events[clinic]
            assert seq <= len(rows), f"{clinic}: {name} was seen at {seq}, the log ends at {len(rows)}"
            row = rows[seq - 1]
            assert (row["kind"], row["at"]) == (name, milliseconds(at)), f"{clinic} {seq}: saw {name}, stored {row}"
            author = f"{by['role']}:{by.get('id', '')}" if by else row["author"]
            assert row["author"] == author, f"{clinic} {seq}: by {author}, stored {row['author']}"
        self.world.told_last, self.world.seen = self.world.seen, []

    def check_invites(self):
        """An invitation is the command that changes something every time: as many as commands that got an ok."""
        for clinic, model in self.models.items():
            made = sum(len(room.invites) for room in model.rooms.values())
            asked = sum(1 for row in self.events[clinic] if row["kind"] == "room.guest_invited")
            assert made == asked, f"{clinic}: {asked} invitations, {made} different"
        for x in self.world.actors:
            for (kind, fields), reply in x.answered.values():
                if kind == "invite" and reply["ok"]:
                    assert reply["invite"] in self.models[x.clinic].rooms[fields["room"]].invites, f"lost {reply}"

    def check_returns(self):
        """Who was present at the last death and came back in time has not been recorded as lost since."""
        for x in self.world.actors:
            life, where, at_ms, reply = x.back or (None, None, 0, {"ok": False})
            if life != self.world.life or not reply["ok"] or at_ms >= where["proof"] + LEAVE_AFTER_MS:
                continue
            rows = self.events[x.clinic][where["end"] : reply["seq"]]
            lost = [row["seq"] for row in rows if self.is_loss(row, x, where)]
            assert not lost, f"{x.clinic} {x.sub} was back in time but left at {lost}"
            self.world.returned_in_time += 1

    @staticmethod
    def is_loss(row, who, where):
        is_leave = row["kind"] == "room.participant_left" and row["body"]["reason"] == "lost"
        return is_leave and (row["subject"], row["room"]) == (who.sub, where["room"])

    def check_leaves(self):
        """Who did not come back left at the last proof, once the patience was over and an engine there to see it."""
        for key, away in list(self.world.away.items()):
            (clinic, sub), room = key, away["room"]
            ends = ("room.participant_left", "room.participant_removed")
            rows = [x for x in self.events[clinic][away["end"] :] if (x["room"], x["subject"]) == (room, sub)]
            left = next((x for x in rows if x["kind"] in ends), None)
            deadline = away["proof"] + LEAVE_AFTER_MS
            if not left:
                seen_until = self.world.died_ms if self.world.died_ms > deadline else 0
                late = seen_until - max(deadline, self.world.engine.started_at * 1000)
                assert late < SLACK_MS, f"{clinic} {room} {sub} is a ghost, {late:.0f} ms after its time"
                continue
            if left["kind"] == "room.participant_left":
                at = milliseconds(left["body"]["left_at"])
                assert at == away["proof"], f"{clinic} {room} {sub} left at {at}, last proof {away['proof']}"
                early = left["body"]["reason"] == "lost" and left["at"] <= deadline
                assert not early, f"{clinic} {room} {sub} was given up before the patience was over"
            self.world.left_for_good += 1
            del self.world.away[key]

    def note_present(self, last=False):
        """Who is there by the log; some of them will never come back."""
        self.world.were_present = {}
        acting = {(x.clinic, x.sub): x for x in self.world.acting()}
        for clinic, model in self.models.items():
            for room in model.rooms.values():
                for who in room.people.values():
                    key = (clinic, who.name)
                    if not who.present:
                        continue
                    proof = who.last_proof(self.proofs[clinic])
                    if key in self.world.away:
                        continue
                    where = {"room": room.name, "proof": proof, "end": model.seq}
                    actor = acting.get(key)
                    drawn = actor and actor.role != "doctor" and self.world.random.random() < 0.25
                    if actor is None or (drawn and not last):
                        self.world.away[key] = where
                        if actor:
                            actor.gone = True
                    else:
                        self.world.were_present[key] = where


async def quiet_end(world):
    """The last life: everybody stays, the absent are given up, and resumed views equal fresh ones."""
    patience = max([0, *(x["proof"] + LEAVE_AFTER_MS for x in world.away.values())]) / 1000 - time.time()
    people = world.acting()
    for x in people:
        await x.come()
        await x.recover()
    await asyncio.sleep(max(patience, 0))
    await everybody_given_up(world)
    for x in people:
        fresh = Client(world.engine, x.clinic, x.role, x.sub, x.client.room)
        await fresh.connect(token=x.token)
        if x.role in ("patient", "guest"):
            await x.client.see(lambda: fresh.views and x.client.views == fresh.views, what=f"{x.sub}: as the fresh view")
        await fresh.drop()
    here = {(x.clinic, x.sub) for x in people}
    world.kill()
    judge = Judge(world)
    judge.judge()
    rooms = [(clinic, room) for clinic, model in judge.models.items() for room in model.rooms.values()]
    present = {(clinic, who.name) for clinic, room in rooms for who in room.people.values() if who.present}
    assert present <= here, f"ghosts at the end: {present - here}"
    assert not world.away, f"never left: {world.away}"
    return judge


async def everybody_given_up(world, seconds=60):
    """Who is away has left by the boards, which show nothing before it is stored; ghosts are the judge's to name."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        present = set()
        for clinic in CLINICS:
            token = world.engine.token("staff", "s1", clinic)
            path = f"/v1/clinics/{clinic}/board"
            _, board = await asyncio.to_thread(world.engine.request, "GET", path, token=token, seconds=60)
            there = (x for card in board["cards"] for x in card["participants"])
            present |= {(clinic, x["person"]) for x in there if x["whereabouts"] in ("waiting", "in_room")}
        if not present & set(world.away):
            return
        await asyncio.sleep(0.05)


def check_usage(world, judge):
    """What the clinic is charged is what the naive rule makes of all its rooms."""
    for clinic, model in judge.models.items():
        total = 0
        for room in model.rooms.values():
            if room.bills:
                total += room.bills[-1]["total_yen_ex_tax"]
        said = 0
        for month in sorted({time.strftime("%Y-%m", time.gmtime(time.time() + 9 * 3600 - back)) for back in (0, 3600)}):
            asked = ["usage", "--clinic", clinic, "--month", month, "--json", "--store", world.engine.store]
            result = world.engine.run(*asked)
            assert result.returncode == 0, result.stderr
            said += json.loads(result.stdout)["total_yen_ex_tax"]
        assert said == total, f"{clinic}: usage says {said} yen, the rule {total}"


async def crash(exe, folder, store, seed, rounds, tamper=lambda world, judge: None):
    engine = Engine(exe, folder, store, SETTINGS)
    world = World(engine, seed)
    engine.start()
    world.open_clinics()
    with contextlib.ExitStack() as cleaning:
        cleaning.callback(engine.kill)
        for world.life in range(1, rounds + 1):
            world.book()
            await world.load(world.die_at_random)
            judge = Judge(world)
            judge.judge()
            judge.note_present(last=world.life == rounds)
            tamper(world, judge)
            engine.start()
        judge = await quiet_end(world)
        check_usage(world, judge)
    events = sum(map(len, judge.events.values()))
    said = {
        "deaths": rounds,
        "events": events,
        "bills": world.bills,
        "answers repeated": world.repeated,
        "back in time": world.returned_in_time,
        "left for good": world.left_for_good,
        "boards compared": world.compared,
        **world.outcomes,
    }
    print(store.split(":")[0] + ": " + ", ".join(f"{count} {what}" for what, count in said.items()), flush=True)
    return world, judge


def check_oracle():
    """The naive rule itself, against the golden cases."""
    golden = pathlib.Path(__file__).parent.parent / "golden/billing.json"
    for case in json.loads(golden.read_text()):
        stays = []
        for x in case["events"]:
            who, t = x["actor"], milliseconds(x["t"])
            still = [s for s in stays if s["person"] == who["id"] and s["exit"] is None]
            if x["action"] == "enter" and not still:
                stay = {"person": who["id"], "doctor": who["role"] == "doctor", "enter": t, "exit": None}
                stays.append({**stay, "reason": "left"})
            elif x["action"] == "exit" and still:
                still[0]["exit"] = t
        assert naive_bill(stays, 0) == case["expect"], case["name"]


def run(exe, store_kind, seed, rounds, tamper=lambda world, judge: None):
    with tempfile.TemporaryDirectory(prefix="machiai-crash-") as folder:
        store = Postgres.shared().new_database() if store_kind == "postgres" else f"sqlite:{folder}/machiai.db"
        return asyncio.run(crash(exe, folder, store, seed, rounds, tamper))


def must_notice(seed, what, words, check):
    """That a check fails, and says these words of what is wrong."""
    try:
        check()
    except AssertionError as noticed:
        if not re.search(words, str(noticed)):
            sys.exit(f"seed {seed}: {what}: noticed as something else than {words}: {str(noticed).splitlines()[-1]}")
        print(f"{what}: noticed: {str(noticed).splitlines()[-1][:200]}", flush=True)
        return
    sys.exit(f"seed {seed}: {what}: nobody noticed")


def lose_tail(world, judge):
    """As if the last commit had been acknowledged and shown before it was durable."""
    for clinic, seq in {clinic: seq for clinic, seq, *_ in world.told_last}.items():
        run_sql(world.engine.store, f"DELETE FROM event_log WHERE clinic = '{clinic}' AND seq >= {seq}")
    world.seen = world.told_last
    Judge(world).check_frames()


def forget_answers(world, judge):
    """As if answers were kept in memory only."""
    run_sql(world.engine.store, "DELETE FROM answer_log")
    run_sql(world.engine.store, "DELETE FROM snapshot_log")


def renew_mark(world, judge):
    """As if the time of the restart proved anybody there."""
    run_sql(world.engine.store, "UPDATE alive_marks SET at = at + 1500")
    run_sql(world.engine.store, "UPDATE clinic_epochs SET proof_at = NULL")


def broken_logs(judge):
    """Copies of a good log with one thing wrong each, which the model must refuse with these words."""
    rows = max(judge.events.values(), key=len)
    kinds = [row["kind"] for row in rows]

    def without(index):
        copied = copy.deepcopy(rows[:index] + rows[index + 1 :])
        for number, row in enumerate(copied, 1):
            row["seq"] = number
        return copied

    def changed(kind, change):
        copied = copy.deepcopy(rows)
        change(copied[kinds.index(kind)]["body"])
        return copied

    admitted = kinds.index("room.participant_admitted")
    yield "an admission without the entry", r"one of \['participant_entered'\] in .* should be here", without(admitted + 1)
    yield "an entry without the admission", "cannot enter", without(admitted)
    yield "a command cut in the middle", "the log ends in the middle of a command", rows[: admitted + 1]
    arrived = kinds.index("room.participant_arrived")
    yield "a missing arrival", "cannot |is not in the room|doubt about nobody", without(arrived)
    yield "a missing booking", "KeyError", without(kinds.index("room.appointment_booked"))
    twice_over = {
        "room.participant_arrived": "cannot arrive",
        "room.consultation_ended": "is so already",
        "room.locked": "is so already",
        "room.guest_invited": "invited twice by one command",
    }
    for name, words in twice_over.items():
        if name in kinds:
            # One by one: a copy of the list would keep both of them the same row.
            twice = [copy.deepcopy(x) for x in rows[: kinds.index(name) + 1] + rows[kinds.index(name) :]]
            for number, row in enumerate(twice, 1):
                row["seq"] = number
            yield f"{name} twice", words, twice
    if "room.consultation_ended" in kinds:
        yield "50 yen more", "the bill says .*50000.*, the rule", changed("room.consultation_ended", lambda x: x["bill"].update(total_yen_ex_tax=50_000))
    gap = copy.deepcopy(rows)
    gap[-1]["seq"] += 1
    yield "a gap", "a gap in the numbering", gap


def self_test(exe, seed):
    """The checks can fail: each of these faults, made on purpose, is noticed."""
    _, judge = run(exe, "sqlite", seed, 6)
    for what, words, rows in broken_logs(judge):
        must_notice(seed, what, words, lambda rows=rows: Clinic().read(rows))
    for what, words, tamper in (
        ("acknowledged before it was durable", r"the log ends (at \d+|in the middle of a command)", lose_tail),
        ("answers forgotten", "asked again, .* became ", forget_answers),
        ("an alive mark nobody wrote", r"left at \d+, last proof \d+", renew_mark),
    ):
        must_notice(seed, what, words, lambda tamper=tamper: run(exe, "sqlite", seed, 4, tamper))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("exe")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--stores", default="sqlite,postgres")
    parser.add_argument("--self-test", action="store_true")
    given = parser.parse_args()
    check_oracle()
    seed = given.seed if given.seed is not None else random.randrange(2**32)
    print(f"seed {seed}", flush=True)
    if given.self_test:
        self_test(given.exe, seed)
        return
    for kind in given.stores.split(","):
        try:
            run(given.exe, kind, seed, given.rounds)
        except AssertionError as why:
            sys.exit(f"{kind}, seed {seed}: {why}")


if __name__ == "__main__":
    main()
