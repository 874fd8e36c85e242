#!/usr/bin/env python3
"""An engine that stood still while another took its store over: when it goes on it writes nothing any more, promises
nothing to anybody, says why and ends. PostgreSQL, two real processes. `stale_engine_test.py EXE`"""

import signal
import subprocess
import threading
import time

import machiai_test
from fault_kit import read_answers, read_events, run_sql, until
from log_model import Clinic
from postgres import Postgres

LOCK_WAIT_MS = 1500
SETTINGS = {
    "presence": {"leave_after_ms": 3000, "alive_interval_ms": 250},
    "store": {"writer_lock_wait_ms": LOCK_WAIT_MS},
}
STORE = 4
ENGINES = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'machiai engine %'"


class stale_engine(machiai_test.TestCase):
    """`old` stands still, `new` has its store; what both told their clients is held against the log."""

    def open_clinic(self, **store):
        settings = {**SETTINGS, "store": {**SETTINGS["store"], **store}}
        url = Postgres.shared().new_database()
        old = self.engine(store_url=url, settings=settings)
        old.seed_visit("r1", patient="p1", doctor="d1")
        old.seed_visit("r2", patient="p2", doctor="d1")
        # The successor signs and opens with the same key.
        new = machiai_test.Engine(store_url=url, settings=settings)
        self.addCleanup(self._end, new)
        (new.folder / "operator-key").write_text((old.folder / "operator-key").read_text())
        (new.folder / "operator-key").chmod(0o600)
        return old, new

    def _end(self, engine):
        # It ends by itself and that is right: its status was looked at.
        if engine.process and engine.process.poll() == STORE:
            engine.process.returncode = 0
        super()._end(engine)

    def keep_busy(self, engine, told):
        """Locks and unlocks as fast as answers come, until the connection ends; its session."""
        staff = engine.connect("staff", "s1")

        def act():
            for i in range(10**6):
                command = f"busy-{i}"
                try:
                    reply = staff.send("lock_room" if i % 2 == 0 else "unlock_room", id=command, room="r2")
                except (machiai_test.Closed, OSError):
                    return
                told[command] = (time.monotonic(), reply)

        thread = threading.Thread(target=act)
        thread.start()
        self.addCleanup(thread.join, 60)
        return staff, thread

    def freeze(self, engine):
        engine.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.wake, engine)

    @staticmethod
    def wake(engine):
        if engine.process.poll() is None:
            engine.process.send_signal(signal.SIGCONT)

    def end_sessions(self, url):
        run_sql(url, f"SELECT pg_terminate_backend(pid) FROM ({ENGINES} AND datname = current_database()) x")

    def test_a_second_engine_is_refused_while_the_frozen_ones_session_lives(self):
        old, new = self.open_clinic()
        self.freeze(old)
        with self.assertRaisesRegex(RuntimeError, "another engine writes to this store"):
            new.start()
        new.process.stdout.close()
        new.process = None
        self.wake(old)
        old.connect("staff", "s1").ok("lock_room", room="r1")

    def check_log(self, old, new, told, last_of_old):
        """One chain; of what the old engine promised nothing is missing, and it wrote nothing after it was woken."""
        rows = read_events(old.store_url)["c1"]
        model = Clinic().read(rows)
        answers = read_answers(old.store_url)
        for command, (_, reply) in told.items():
            if reply["ok"]:
                self.assertIn(("c1", "s1", command), answers)
        epochs = [x["epoch"] for x in rows]
        self.assertEqual(epochs, sorted(epochs))
        self.assertEqual([x["seq"] for x in rows if x["epoch"] < epochs[-1]][-1], last_of_old)
        self.assertTrue(model.rooms["r1"].bills)
        new.run("verify", "--store", new.store_url)

    def test_a_frozen_engine_whose_store_was_taken_over_ends_and_writes_nothing(self):
        old, new = self.open_clinic()
        told = {}
        doctor, patient = old.connect("doctor", "d1"), old.connect("patient", "p1", room="r1")
        patient.ok("enter_waiting_room", room="r1")
        doctor.ok("enter_room", room="r1")
        doctor.ok("admit", room="r1", person="p1")
        watcher, busy = self.keep_busy(old, told)
        until(lambda: len(told) > 50, what="answers before the freeze")
        self.freeze(old)
        # As a failover does: whoever takes over first makes sure that the former one holds nothing.
        self.end_sessions(old.store_url)
        new.start()
        doctor_again, patient_again = new.connect("doctor", "d1"), new.connect("patient", "p1", room="r1")
        doctor_again.ok("enter_room", room="r1")
        patient_again.ok("enter_waiting_room", room="r1")
        staff = new.connect("staff", "s2")
        staff.ok("lock_room", room="r1")
        frozen_with = read_events(old.store_url)["c1"]
        last_of_old = [x["seq"] for x in frozen_with if x["epoch"] < frozen_with[-1]["epoch"]][-1]
        self.wake(old)
        woken = time.monotonic()
        self.assertEqual(old.wait(30), STORE, old.log()[-1000:])
        ended_after = time.monotonic() - woken
        self.assertIn('"engine.store_taken_over"', old.log())
        self.assertIn("another engine writes to this store", old.log())
        for session in (doctor, patient, watcher):
            self.assertIn(session.wait_closed(), (1006, 4101))
        busy.join(60)
        promised = [x for x, (at, reply) in told.items() if at > woken + 0.5 and reply["ok"]]
        self.assertEqual(promised, [], "promised by an engine that has no store")
        self.assertLess(ended_after, LOCK_WAIT_MS / 1000 + 10)
        staff.ok("unlock_room", room="r1")
        staff.ok("end_consultation", room="r1")
        self.check_log(old, new, told, last_of_old)
        print(f"ended {ended_after:.1f} s after it was woken, {len(told)} answers", flush=True)

    def test_what_a_frozen_session_had_sent_does_not_get_in_later(self):
        """The server's process of the old session stands still with a commit before it, and the new engine comes."""
        old, new = self.open_clinic()
        told = {}
        self.keep_busy(old, told)
        until(lambda: len(told) > 20, what="answers before the freeze")
        (session,) = map(int, run_sql(old.store_url, f"{ENGINES} AND datname = current_database()"))
        subprocess.run(["kill", "-STOP", str(session)], check=True)
        self.addCleanup(subprocess.run, ["kill", "-CONT", str(session)], check=False, capture_output=True)
        time.sleep(0.3)
        self.freeze(old)
        self.end_sessions(old.store_url)
        with self.assertRaises(RuntimeError):
            new.start()
        subprocess.run(["kill", "-CONT", str(session)], check=True)
        until(lambda: not run_sql(old.store_url, f"{ENGINES} AND pid = {session}"), what="the session's end")
        new.start()
        staff = new.connect("staff", "s2")
        self.wake(old)
        self.assertEqual(old.wait(30), STORE, old.log()[-1000:])
        for _ in range(10):
            staff.ok("lock_room", room="r2")
            staff.ok("unlock_room", room="r2")
        rows = read_events(old.store_url)["c1"]
        epochs = [x["epoch"] for x in rows]
        self.assertEqual(epochs, sorted(epochs))
        answers = read_answers(old.store_url)
        for command, (_, reply) in told.items():
            if reply["ok"]:
                self.assertIn(("c1", "s1", command), answers)
        new.run("verify", "--store", new.store_url)


if __name__ == "__main__":
    machiai_test.main()
