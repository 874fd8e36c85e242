#!/usr/bin/env python3
"""After `kill -9` of an engine with 200 clinics and 20,000 events behind it: how soon the next one is ready, and how soon
the last of 200 consoles that come back at once has its board. `ready_again_test.py EXE`

One clinic's history is made by the engine, the others' are copies of it with hashes of their own."""

import asyncio
import contextlib
import hashlib
import sqlite3
import struct
import subprocess
import time
import types

import machiai_test
from fault_kit import Client, Engine, read_events, run_sql

CLINICS, EVENTS_EACH = 200, 100
# Measured on two busy cores: below 1 s and below 3 s. What is promised leaves room for a slower machine.
READY_WITHIN_S, ALL_SERVED_WITHIN_S = 5.0, 15.0
SETTINGS = {"connection": {"messages_per_second": 10000, "messages_burst": 10000}, "presence": {"leave_after_ms": 600000}}


def hash_of(previous, row):
    text = previous
    for name in ("clinic", "seq", "epoch", "at", "kind", "room", "subject", "author", "body"):
        value = row[name]
        raw = struct.pack(">q", value) if isinstance(value, int) else value.encode()
        text += struct.pack(">I", len(raw)) + raw
    return hashlib.sha256(text).digest()


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def copies(rows, clinic, blob):
    """Values of another clinic's rows, as SQL."""
    previous, values = bytes(32), []
    for row in rows:
        row = {**row, "clinic": clinic}
        previous = hash_of(previous, row)
        texts = ", ".join(quoted(row[x]) for x in ("kind", "room", "subject", "author", "body"))
        numbers = f"{row['seq']}, {row['epoch']}, {row['at']}"
        values.append(f"({quoted(clinic)}, {numbers}, {texts}, {blob(previous)})")
    return values


class ready_again(machiai_test.TestCase):
    def fill(self, store):
        """A dead engine with a past: somebody waits in every clinic."""
        engine = self.engine(store, SETTINGS)
        engine.seed_visit("r1", patient="p1", doctor="d1", clinic="c0")
        patient = engine.connect("patient", "p1", room="r1", clinic="c0")
        staff = engine.connect("staff", "s1", clinic="c0")
        patient.ok("enter_waiting_room", room="r1")
        for turn in range(EVENTS_EACH):
            if staff.ok("lock_room" if turn % 2 == 0 else "unlock_room", room="r1")["seq"] == EVENTS_EACH:
                break
        engine.kill()
        (rows,) = self.raw_rows(engine.store_url).values()
        self.assertEqual(len(rows), EVENTS_EACH)
        is_sqlite = engine.store_url.startswith("sqlite:")
        blob = lambda x: f"x'{x.hex()}'" if is_sqlite else f"'\\x{x.hex()}'"
        names = "clinic, seq, epoch, at, kind, room, subject, author, body, hash"
        owner = "engine, settled_ran_ms, proof_at" + ("" if is_sqlite else ", former_engine")
        script = ["BEGIN"]
        for number in range(1, CLINICS):
            clinic = f"c{number}"
            script.append(f"INSERT INTO event_log ({names}) VALUES {', '.join(copies(rows, clinic, blob))}")
            epoch = f"INSERT INTO clinic_epochs (clinic, epoch, {owner}) SELECT '{clinic}', epoch, {owner} "
            script.append(epoch + "FROM clinic_epochs WHERE clinic = 'c0'")
        self.run_script(engine.store_url, ";\n".join([*script, "COMMIT;"]))
        return engine

    @staticmethod
    def run_script(store, script):
        if store.startswith("sqlite:"):
            with contextlib.closing(sqlite3.connect(store[7:])) as db:
                db.executescript(script)
        else:
            subprocess.run(["psql", store, "-qAtX", "-v", "ON_ERROR_STOP=1"], input=script, text=True, check=True)

    @staticmethod
    def raw_rows(store):
        """Events with the body's text as it is stored."""
        found = read_events(store)
        bodies = {}
        for row in run_sql(store, "SELECT seq, body FROM event_log WHERE clinic = 'c0' ORDER BY seq"):
            seq, body = row if isinstance(row, tuple) else row.split("|", 1)
            bodies[int(seq)] = body
        return {clinic: [{**x, "body": bodies[x["seq"]]} for x in rows] for clinic, rows in found.items()}

    async def come_back(self, engine):
        """A console of every clinic at once; seconds until each has its board."""
        begun = time.monotonic()
        front = types.SimpleNamespace(listen=Engine.split(engine.address))

        async def one(number):
            client = Client(front, f"c{number}", "staff", "s1")
            await client.connect(token=engine.mint("staff", "s1", f"c{number}"))
            await client.see(lambda: "room:r1" in client.views, 60, "the board")
            people = client.views["room:r1"]["participants"]
            assert [x["whereabouts"] for x in people] == ["waiting"], people
            took = time.monotonic() - begun
            await client.drop()
            return took

        return sorted(await asyncio.gather(*(one(x) for x in range(CLINICS))))

    def check(self, store):
        engine = self.fill(store)
        for life in range(2):
            begun = time.monotonic()
            engine.start()
            self.assertEqual(engine.admin("/readyz").status, 200)
            ready = time.monotonic() - begun
            took = asyncio.run(self.come_back(engine))
            print(f"{store}, life {life}: ready after {ready:.2f} s, boards: half within {took[CLINICS // 2]:.2f} s, all "
                  f"within {took[-1]:.2f} s", flush=True)
            self.assertLess(ready, READY_WITHIN_S)
            self.assertLess(took[-1], ALL_SERVED_WITHIN_S)
            engine.kill()
        engine.run("verify", "--store", engine.store_url)

    def test_sqlite(self):
        self.check("sqlite")

    def test_postgres(self):
        self.check("postgres")


if __name__ == "__main__":
    machiai_test.main()
