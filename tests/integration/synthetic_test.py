#!/usr/bin/env python3
"""The synthetic patient and console: off by default; switched on they come and go, cost nothing, and tell when something
does not work."""

import subprocess
import tempfile

import machiai_test
from fault_kit import until

CLINIC = "machiai-synthetic"
ON = {"synthetic": {"interval_ms": 100, "timeout_ms": 3000}}


class synthetic_test(machiai_test.TestCase):
    def visits(self, engine, outcome):
        return engine.metric("machiai_synthetic_visits_total", outcome=outcome)

    def test_visits_are_made_and_measured_and_leave_nobody_behind(self):
        engine = self.engine(settings=ON)
        until(lambda: self.visits(engine, "ok") >= 5, what="visits")
        measured = engine.metric("machiai_synthetic_visit_duration_seconds_count")
        self.assertGreaterEqual(measured, 5)
        self.assertGreater(engine.metric("machiai_synthetic_visit_duration_seconds_sum"), 0)
        self.assertEqual(self.visits(engine, "failed"), 0)
        kinds = [x["name"] for x in self.story(engine)]
        self.assertIn("room.participant_arrived", kinds)
        self.assertIn("room.participant_left", kinds)
        engine.terminate()
        self.assertNotIn("synthetic.failed", engine.log())

    def story(self, engine):
        """What a console of that clinic is told while a few visits go by."""
        desk = engine.connect("staff", "onlooker", clinic=CLINIC)
        return [desk.next_event() for _ in range(4)]

    def test_it_costs_nothing_and_nobody_else_may_change_it(self):
        engine = self.engine(settings=ON)
        until(lambda: self.visits(engine, "ok") >= 2, what="visits")
        self.assertEqual(engine.get(f"/v1/clinics/{CLINIC}/usage?month=2026-11", expect=404).body["code"], "not_found")
        for path, body in (("", {"name": "x"}), ("/patients/p1", {"name": "x"}), ("/doctors/d1", {"name": "x"})):
            refused = engine.put(f"/v1/clinics/{CLINIC}{path}", body, expect=403)
            self.assertEqual(refused.body["code"], "forbidden")
        (card,) = engine.board(CLINIC)["cards"].values()
        self.assertEqual(card["phase"] in ("scheduled", "waiting"), True)

    def test_it_is_off_by_default(self):
        engine = self.engine()
        engine.seed_visit("r1", "p1", "d1")
        self.assertEqual(engine.metric("machiai_synthetic_visits_total"), 0)
        engine.get(f"/v1/clinics/{CLINIC}/board", expect=404)

    def test_a_store_that_does_not_write_makes_visits_fail_until_it_does(self):
        engine = self.engine("postgres", settings={"synthetic": {"interval_ms": 100, "timeout_ms": 1000}})
        until(lambda: self.visits(engine, "ok") >= 2, what="visits")
        self.hold_the_log(engine, "BEGIN; LOCK TABLE event_log IN ACCESS EXCLUSIVE MODE;")
        until(lambda: self.visits(engine, "failed") >= 2, what="failures")
        self.assertIn('"event":"synthetic.failed","step":"', engine.log())
        self.holder.kill()
        self.holder.wait()
        before = self.visits(engine, "ok")
        until(lambda: self.visits(engine, "ok") >= before + 2, what="visits again")

    def test_over_tls_too(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        files = {"tls_certificate": f"{folder.name}/certificate.pem", "tls_key": f"{folder.name}/key.pem"}
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
        command += ["-subj", "/CN=clinic.example", "-keyout", files["tls_key"], "-out", files["tls_certificate"]]
        subprocess.run(command, check=True, capture_output=True)
        engine = self.engine(settings={**ON, "listen": {**files, "address": "0.0.0.0:0"}})
        until(lambda: self.visits(engine, "ok") >= 2, what="visits")
        self.assertEqual(self.visits(engine, "failed"), 0)

    def hold_the_log(self, engine, sql):
        self.holder = subprocess.Popen(["psql", engine.store_url, "-qAtX"], stdin=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (self.holder.kill(), self.holder.wait(), self.holder.stdin.close()))
        self.holder.stdin.write(sql + "\n")
        self.holder.stdin.flush()


if __name__ == "__main__":
    machiai_test.main()
