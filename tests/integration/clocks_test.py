#!/usr/bin/env python3
"""What an engine takes for the time when the machine's clocks jump: a suspension counts at once, a step of the system's
clock alone does not. `clocks_test.py EXE FAULTY`; the clocks are stepped in FAULTY."""

import pathlib
import sys
import tempfile
import time
import unittest

from fault_kit import Engine, read_events, until

FAULTY = sys.argv.pop(2)
sys.argv.pop(1)
# Within what a token allows, and far above what a crowded machine may add.
STEP_S, TOLERANCE_S = 600, 60


class clocks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="machiai-clocks-")
        self.addCleanup(folder.cleanup)
        self.steps = pathlib.Path(folder.name, "clock")
        self.step(0, 0)
        self.engine = Engine(FAULTY, folder.name)
        self.engine.environment = {"MACHIAI_CLOCK_STEPS": str(self.steps)}
        self.addCleanup(self.engine.kill)
        self.engine.start()
        self.token = self.engine.token("operator", "root", seconds=4 * STEP_S)
        self.names = 0

    def step(self, system_s, boot_s):
        """What the system's clock and the time since boot are off, from within a tenth of a second on."""
        new = self.steps.with_suffix(".new")
        new.write_text(f"{system_s} {boot_s}\n")
        new.replace(self.steps)

    def ahead_s(self):
        """How far ahead of the real time the engine stamps an event."""
        self.names += 1
        answer = self.engine.request("PUT", "/v1/clinics/c1", {"name": f"Clinic {self.names}"}, self.token)
        self.assertEqual(answer[0], 200, answer)
        return read_events(self.engine.store)["c1"][-1]["at"] / 1000 - time.time()

    def test_the_time_of_a_suspension_has_passed(self):
        self.assertLess(abs(self.ahead_s()), TOLERANCE_S)
        self.step(STEP_S, STEP_S)
        until(lambda: abs(self.ahead_s() - STEP_S) < TOLERANCE_S, 20, "the suspension counted")

    def test_a_step_of_the_systems_clock_is_not_believed_at_once(self):
        for system_s in (STEP_S, -STEP_S):
            self.step(system_s, 0)
            # Longer than it takes to be seen.
            for _ in range(8):
                time.sleep(0.1)
                self.assertLess(abs(self.ahead_s()), TOLERANCE_S)
        behind = self.engine.metrics()["machiai_clock_behind_seconds"]
        self.assertLess(abs(behind + STEP_S), TOLERANCE_S, "the engine does not see the step at all")


if __name__ == "__main__":
    unittest.main()
