#!/usr/bin/env python3
"""The planned end under load: everybody is told to come back, nobody counts as having left, and the next start goes on
where the last one stopped. `drain_test.py EXE`"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import threading
import time

import machiai_test
from fault_kit import read_answers, read_events, until
from log_model import Clinic, milliseconds
from postgres import Postgres
from websocket_client import Refused

PATIENTS = 6
RETURN_WINDOW_MS = 1500
SETTINGS = {
    "drain": {"reconnect_window_ms": RETURN_WINDOW_MS, "hard_limit_ms": 10000},
    "presence": {"leave_after_ms": 6000},
}


class drain(machiai_test.TestCase):
    def open_clinic(self, store, settings=None):
        engine = self.engine(store, settings or SETTINGS)
        for i in range(PATIENTS):
            starts_at = f"2026-04-10T0{i}:00:00.000Z"
            engine.seed_visit(f"r{i}", patient=f"p{i}", doctor="d1", starts_at=starts_at)
        return engine

    def come(self, engine):
        """A full house: patients waiting, one of them with the doctor, and a reception that watches."""
        people = {"s1": engine.connect("staff", "s1"), "d1": engine.connect("doctor", "d1")}
        for i in range(PATIENTS):
            people[f"p{i}"] = engine.connect("patient", f"p{i}", room=f"r{i}")
            people[f"p{i}"].ok("enter_waiting_room", room=f"r{i}")
        people["d1"].ok("enter_room", room="r0")
        people["s1"].ok("admit", room="r0", person="p0")
        return people

    def keep_busy(self, people, told):
        """Attention flickers and the room is locked and unlocked, as fast as answers come, until the sockets close."""

        def act(name, session):
            for i in range(10**6):
                command = f"{name}-busy-{i}"
                try:
                    if name == "s1":
                        reply = session.send("lock_room" if i % 2 == 0 else "unlock_room", id=command, room="r1")
                    else:
                        room = "r0" if name == "d1" else "r" + name[1:]
                        reply = session.send("set_attention", id=command, room=room, attentive=i % 2 == 1)
                except (machiai_test.Closed, machiai_test.ConnectionLost, OSError):
                    return
                told[name, command] = reply
                time.sleep(0.02)

        threads = [threading.Thread(target=act, args=pair) for pair in people.items()]
        for thread in threads:
            thread.start()
        return threads

    def join(self, threads):
        for thread in threads:
            thread.join(60)
            self.assertFalse(thread.is_alive())

    def places(self, engine):
        return {name: card.get("place_in_line") for name, card in engine.board()["cards"].items()}

    def go_down(self, store, tell):
        """Load, then the planned end by `tell`; the engine afterwards, what was told, places in line, last seq."""
        engine = self.open_clinic(store)
        people, told = self.come(engine), {}
        places = self.places(engine)
        threads = self.keep_busy(people, told)
        until(lambda: len(told) > 100, what="answers before the end")
        tell(engine)
        # By the exit status 0 it ended before its hard limit.
        self.assertEqual(engine.wait(), 0, engine.log()[-1000:])
        self.join(threads)
        for name, session in people.items():
            told_windows = [x["window_ms"] for x in session.frames if x["type"] == "reconnect"]
            self.assertEqual(told_windows, [RETURN_WINDOW_MS], name)
            self.assertEqual(session.close_code, 4100, name)
        return engine, people, told, places

    def check_nothing_recorded(self, engine, told):
        """Every answer is stored; no doubt and no leave is."""
        events, answers = read_events(engine.store_url)["c1"], read_answers(engine.store_url)
        self.assertGreater(len(told), 50)
        for (name, command), reply in told.items():
            if reply["ok"]:
                self.assertEqual(json.loads(answers["c1", name, command]["answer"])["seq"], reply["seq"])
            else:
                self.assertEqual(reply["error"]["code"], "draining", reply)
        kinds = {row["kind"] for row in events}
        self.assertFalse(kinds & {"room.participant_left", "room.participant_unstable"})
        Clinic().read(events)
        engine.run("verify", "--store", engine.store_url)
        return len(events)

    def check_return(self, engine, people, places, end):
        """Everybody is back within the window with what they saw before, and nothing else was ever recorded."""
        engine.start()
        for name, before in people.items():
            role = {"s": "staff", "d": "doctor", "p": "patient"}[name[0]]
            room = "r" + name[1:] if role == "patient" else None
            session = engine.connect(role, name, room=room, resume=before.position)
            outcome = session.welcome["outcome"]
            if role == "staff":
                self.assertEqual(outcome, "nothing_missed", (before.position, session.welcome))
            if outcome == "reload":
                self.assertEqual(meterless(session.state), meterless(before.state), name)
            else:
                self.assertEqual(outcome, "nothing_missed", name)
            people[name] = session
        self.assertEqual(self.places(engine), places)
        for i in range(PATIENTS):
            people[f"p{i}"].ok("enter_waiting_room", room=f"r{i}")
        people["d1"].ok("enter_room", room="r0")
        time.sleep(SETTINGS["presence"]["leave_after_ms"] / 1000 + 1)
        self.assertEqual(self.places(engine), places)
        rows = read_events(engine.store_url)["c1"][end:]
        self.assertEqual([(x["kind"], x["subject"]) for x in rows], [])

    def test_sigterm_under_load_loses_nobody_on_sqlite(self):
        engine, people, told, places = self.go_down("sqlite", lambda x: x.process.send_signal(signal.SIGTERM))
        self.check_return(engine, people, places, self.check_nothing_recorded(engine, told))

    def test_sigterm_under_load_loses_nobody_on_postgres(self):
        engine, people, told, places = self.go_down("postgres", lambda x: x.process.send_signal(signal.SIGTERM))
        self.check_return(engine, people, places, self.check_nothing_recorded(engine, told))

    def test_post_drain_does_the_same(self):
        engine, _, told, _ = self.go_down("sqlite", lambda x: x.admin("/drain", method="POST", expect=202))
        self.check_nothing_recorded(engine, told)

    def test_who_does_not_come_back_left_at_the_planned_end(self):
        engine, people, told, _ = self.go_down("sqlite", lambda x: x.process.send_signal(signal.SIGTERM))
        end = self.check_nothing_recorded(engine, told)
        ended_ms = time.time() * 1000
        engine.start()
        staff = engine.connect("staff", "s1")
        staff.until(lambda state: all(x["whereabouts"] == "left" for x in self.everybody(state)))
        rows = [x for x in read_events(engine.store_url)["c1"][end:] if x["kind"] == "room.participant_left"]
        self.assertEqual(len(rows), PATIENTS + 1)
        for row in rows:
            self.assertEqual(row["body"]["reason"], "lost")
            self.assertLessEqual(milliseconds(row["body"]["left_at"]), ended_ms)

    @staticmethod
    def everybody(state):
        return [who for key, card in state.items() if key.startswith("room:") for who in card["participants"]]

    def test_once_draining_it_is_never_ready_again_and_takes_nobody(self):
        engine = self.open_clinic("sqlite")
        people, told = self.come(engine), {}
        threads = self.keep_busy(people, told)
        until(lambda: told, what="answers before the end")
        engine.admin("/drain", method="POST", expect=202)
        statuses, welcomed = [], 0
        while engine.process.poll() is None:
            try:
                statuses.append(engine.admin("/readyz", expect=None).status)
                engine.connect("staff", "s2").forget()
                welcomed += statuses[-1] == 503
            except (machiai_test.Closed, machiai_test.ConnectionLost, Refused, OSError, http.client.HTTPException):
                pass
        self.join(threads)
        self.assertEqual(engine.wait(), 0)
        self.assertEqual(welcomed, 0)
        self.assertEqual(statuses, sorted(statuses), "ready again while draining")

    def freeze_store(self, engine_settings):
        """An engine whose database stands still, with a command on its way into it."""
        server = Postgres()
        self.addCleanup(server.remove)
        engine = self.engine(store_url=server.new_database(), settings=engine_settings)
        engine.seed_visit("r1", patient="p1", doctor="d1")
        staff = engine.connect("staff", "s1")
        children = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, check=True).stdout
        self.frozen = list(map(int, children.split()))
        self.signal_frozen(signal.SIGSTOP)
        staff.post("lock_room", room="r1")
        time.sleep(0.2)
        return engine

    def signal_frozen(self, what):
        for process in self.frozen:
            # A session that was just ending when it was listed is gone.
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, what)

    def thaw_and_start(self, engine):
        """What was cut off leaves a store that serves."""
        self.signal_frozen(signal.SIGCONT)
        engine.start()
        engine.connect("staff", "s1").ok("unlock_room", room="r1")
        engine.run("verify", "--store", engine.store_url)

    def test_the_hard_limit_holds_when_the_store_stands_still(self):
        engine = self.freeze_store({"drain": {"hard_limit_ms": 3000, "reconnect_window_ms": 500}})
        begun = time.monotonic()
        engine.process.send_signal(signal.SIGTERM)
        self.assertEqual(engine.wait(), 1)
        # Far below what the database connection itself would wait for the server.
        self.assertLess(time.monotonic() - begun, 20)
        self.thaw_and_start(engine)

    def test_a_second_sigterm_hurries(self):
        engine = self.freeze_store({"drain": {"hard_limit_ms": 60000, "reconnect_window_ms": 500}})
        engine.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        self.assertIsNone(engine.process.poll())
        begun = time.monotonic()
        engine.process.send_signal(signal.SIGTERM)
        self.assertEqual(engine.wait(), 1)
        self.assertLess(time.monotonic() - begun, 20)
        self.thaw_and_start(engine)


def meterless(state):
    """Views without the meter, which runs on."""
    return {key: {**view, "meter": None} for key, view in state.items()}


if __name__ == "__main__":
    machiai_test.main()
