#!/usr/bin/env python3
"""A room or a clinic dies in the middle of a call: whoever was in it is in it again without a word of the clients.
`call_faults_test.py FAULTY`"""

import os

import call_test
import machiai_test
from call_test import DESK, PHONE


class call_faults(call_test.Consultation):
    def in_call_until(self, fail_point):
        """Two in a call of an engine in which this point throws."""
        os.environ["MACHIAI_FAIL_POINT"] = fail_point
        self.addCleanup(os.environ.pop, "MACHIAI_FAIL_POINT")
        engine, doctor, patient = self.consultation()
        doctor.ok("join_call", room="r1")
        patient.ok("join_call", room="r1")
        self.roster(doctor, DESK, PHONE)
        self.roster(patient, DESK, PHONE)
        return engine, doctor, patient

    def both_find_each_other_again(self, engine, kind, doctor, patient):
        """Each is told a whole roster once more; before it, one by one came back."""
        for session in (doctor, patient):
            last = session.next_frame("call")
            while len(last["endpoints"]) < 2:
                last = session.next_frame("call")
            self.assertEqual(last["left"], [])
        doctor.post("send_signal", room="r1", to=PHONE, candidate=None)
        patient.next_frame("signal")
        patient.post("send_signal", room="r1", to=DESK, candidate=None)
        doctor.next_frame("signal")
        self.assertGreater(engine.metric("machiai_actor_restarts_total", kind=kind), 0)

    def test_a_room_dies(self):
        engine, doctor, patient = self.in_call_until("room.enter:3:throw")
        invited = patient.staff.ok("invite", room="r1", party="nurse", display_name="Nurse")
        token = engine.redeem(invited, "c1", "r1").body["token"]
        guest = engine.connect("guest", "", token=token, device="tablet")
        guest.post("enter_waiting_room", room="r1")
        self.both_find_each_other_again(engine, "room", doctor, patient)

    def test_a_clinic_dies(self):
        engine, doctor, patient = self.in_call_until("clinic.obey:25:throw")
        # With the five of the set-up: once, not twice.
        for _ in range(12):
            patient.staff.post("lock_room", room="r1")
            patient.staff.post("unlock_room", room="r1")
        self.both_find_each_other_again(engine, "clinic", doctor, patient)


if __name__ == "__main__":
    machiai_test.main()
