"""What integration tests stand on: a real engine process, its HTTP API, real WebSocket sessions.

    class my_test(machiai_test.TestCase):
        def test_something(self):
            engine = self.engine("sqlite")                      # started, stopped at the test's end
            engine.put("/v1/clinics/c1", {"name": "Clinic"})    # as operator; raises unless 200
            engine.seed_visit("r1", patient="p1", doctor="d1")  # a patient, a doctor, an appointment
            staff = engine.connect("staff", "s1")
            patient = engine.connect("patient", "p1", room="r1")
            assert patient.send("enter_waiting_room", room="r1")["ok"]
            event = staff.next_event("room.participant_arrived")
            engine.kill(); engine.start()                       # or engine.restart() after terminate()

Every frame and HTTP exchange is checked against docs/ by itself (contracts.py); `wrong=True` says that what the test
sends is wrong on purpose. The program is the first command-line argument or $MACHIAI."""

import signal
import sys
import threading
import traceback
import unittest

import contracts
import skips
from engine import EXE, Engine, base64url, mint, names_program
from session import WAIT_S, Closed, Session
from websocket_client import ConnectionLost

__all__ = [
    "EXE",
    "WAIT_S",
    "Closed",
    "ConnectionLost",
    "Engine",
    "Session",
    "TestCase",
    "base64url",
    "main",
    "mint",
]


def main():
    """Runs the calling script's tests. `SCRIPT [EXE [unittest arguments]]`"""
    if names_program(sys.argv):
        sys.argv.pop(1)
    result = unittest.main(module="__main__", exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    for test, why in result.skipped:
        print(f"skipped: {test.id()}: {why}", flush=True)
    if result.testsRun and len(result.skipped) == result.testsRun:
        sys.exit(skips.SKIPPED)


def note_failed_thread(failed):
    """For `threading.excepthook`: what ends a test's thread fails the test instead of vanishing with the thread."""
    trace = traceback.format_exception(failed.exc_type, failed.exc_value, failed.exc_traceback)
    contracts.breaches.append(f"{failed.thread.name} ended:\n" + "".join(trace))


threading.excepthook = note_failed_thread


class TestCase(unittest.TestCase):
    """Stops the test's engines, and fails it when traffic breached docs/ or an engine died by itself."""

    def setUp(self):
        contracts.take_breaches()
        self.addCleanup(self._check_breaches)

    def _check_breaches(self):
        problems = contracts.take_breaches()
        if problems:
            self.fail("\n".join(problems))

    def skipTest(self, reason):
        if not skips.may_skip():
            self.fail(f"cannot be done here, and nothing may be skipped: {reason}")
        super().skipTest(reason)

    def engine(self, store="sqlite", settings=None, **options):
        made = Engine(store, settings, **options)
        self.addCleanup(self._end, made)
        return made.start()

    def _end(self, engine):
        status = engine.process.poll() if engine.process else None
        problems = contracts.take_breaches()
        if status is not None and status not in (0, -signal.SIGKILL):
            problems.append(f"the engine ended with {status}")
        if "audit.mismatch" in engine.log() and not engine.mismatches_planted:
            problems.append("the auditor found: " + "\n".join(x for x in engine.log().splitlines() if "audit.mis" in x))
        tail = engine.log()[-1500:]
        engine.remove()
        if problems:
            self.fail("\n".join(problems) + "\nengine's log:\n" + tail)
