#!/usr/bin/env python3
"""The built-in auditor of a real engine: nothing to find under load, and what is planted in the store is found."""

import subprocess

import machiai_test
from fault_kit import run_sql, until
from machiai_test import EXE

QUICK = {"audit": {"interval_ms": 50, "looks_per_interval": 20, "confirm_after_ms": 500}, "drain": {"reconnect_window_ms": 500}}


class audit_test(machiai_test.TestCase):
    def compared(self, engine):
        return engine.metric("machiai_audit_looks_total", outcome="compared")

    def test_a_clinic_with_people_is_compared_and_nothing_is_found(self):
        for store in ("sqlite", "postgres"):
            engine = self.engine(store, settings=QUICK)
            engine.seed_visit("r1", "p1", "d1")
            doctor, patient = engine.connect("doctor", "d1"), engine.connect("patient", "p1", room="r1")
            doctor.ok("enter_room", room="r1")
            patient.ok("enter_waiting_room", room="r1")
            before = self.compared(engine)
            until(lambda: self.compared(engine) > before + 20, what="comparisons")
            patient.abort()
            until(lambda: self.compared(engine) > before + 60, what="comparisons")
            self.assertEqual(engine.metric("machiai_audit_looks_total", outcome="unfinished"), 0)
            self.assertEqual(engine.metric("machiai_audit_mismatches_total"), 0)

    def test_days_of_busy_clinics_give_nothing(self):
        engine = self.engine(settings=QUICK)
        load = ["simulate", "--url", f"http://{engine.address}", "--admin-token", engine.operator_token]
        subprocess.run([EXE, *load, "--rate", "4", "--minutes", "0.2"], capture_output=True, check=False, timeout=600)
        self.assertGreater(self.compared(engine), 50)
        self.assertEqual(engine.metric("machiai_audit_mismatches_total"), 0)

    def test_a_row_that_somebody_changed_is_found_and_named(self):
        engine = self.engine(settings=QUICK)
        engine.mismatches_planted = True
        engine.seed_visit("r1", "p1", "d1")
        run_sql(engine.store_url, "UPDATE event_log SET body = body || ' ' WHERE seq = 2")
        until(lambda: engine.metric("machiai_audit_mismatches_total", kind="store") > 0, what="the difference")
        self.assertIn('"event":"audit.mismatch","clinic":"c1","seq":4,"kind":"store"', engine.log())

    def test_turned_off_it_looks_at_nothing(self):
        engine = self.engine(settings={"audit": {"interval_ms": 0}})
        engine.seed_visit("r1", "p1", "d1")
        engine.connect("staff", "desk").close()
        self.assertEqual(engine.metric("machiai_audit_looks_total"), 0)


if __name__ == "__main__":
    machiai_test.main()
