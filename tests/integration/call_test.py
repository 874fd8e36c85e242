#!/usr/bin/env python3
"""The call of a room over real sockets: who is in it, what they pass to each other, and what a restart leaves of it.
`call_test.py EXE`"""

import base64
import hashlib
import hmac
import pathlib
import tempfile
import time

import machiai_test


def endpoint(person, device):
    return {"person": person, "device": device}


PHONE, DESK = endpoint("p1", "phone"), endpoint("d1", "desk")
OFFER = {"type": "offer", "sdp": "v=0\r\n" + "a=mid:0\r\n" * 3000}


class Consultation(machiai_test.TestCase):
    """A doctor and a patient in the room of one visit."""

    def consultation(self, **settings):
        engine = self.engine("sqlite", settings)
        engine.seed_visit("r1", patient="p1", doctor="d1")
        return engine, self.doctor(engine), self.patient(engine)

    def doctor(self, engine, device="desk"):
        session = engine.connect("doctor", "d1", device=device)
        session.ok("enter_room", room="r1")
        return session

    def patient(self, engine, device="phone", **options):
        session = engine.connect("patient", "p1", room="r1", device=device, **options)
        session.ok("enter_waiting_room", room="r1")
        session.staff = engine.connect("staff", "s1")
        session.staff.ok("admit", room="r1", person="p1")
        return session

    def roster(self, session, *endpoints, left=()):
        frame = session.next_frame("call", endpoints=list(endpoints))
        self.assertEqual(frame["left"], list(left))


class call(Consultation):
    def test_two_find_each_other_and_signals_pass_in_order(self):
        _, doctor, patient = self.consultation()
        self.assertEqual(doctor.ok("join_call", room="r1")["ice_servers"], [])
        self.roster(doctor, DESK)
        patient.ok("join_call", room="r1")
        self.roster(doctor, DESK, PHONE)
        self.roster(patient, DESK, PHONE)
        doctor.post("send_signal", room="r1", to=PHONE, description=OFFER)
        for number in range(20):
            doctor.post("send_signal", room="r1", to=PHONE, candidate={"candidate": str(number), "sdpMLineIndex": 0})
        doctor.post("send_signal", room="r1", to=PHONE, candidate=None)
        first = patient.next_frame("signal")
        self.assertEqual((first["from"], first["description"]), (DESK, OFFER))
        for number in range(20):
            self.assertEqual(patient.next_frame("signal")["candidate"]["candidate"], str(number))
        self.assertIsNone(patient.next_frame("signal")["candidate"])
        patient.post("report_quality", room="r1", quality="poor", round_trip_ms=400, loss_permille=80)
        told = patient.staff.next_frame("quality")
        self.assertEqual((told["person"], told["device"], told["quality"]), ("p1", "phone", "poor"))
        patient.post("leave_call", room="r1")
        self.roster(doctor, DESK, left=[PHONE])

    def test_the_seventh_device_is_refused_by_the_limits_name(self):
        engine, doctor, patient = self.consultation()
        doctor.ok("join_call", room="r1")
        patient.ok("join_call", room="r1")
        tablets = [engine.connect("patient", "p1", room="r1", device=f"tablet-{x}") for x in range(5)]
        for tablet in tablets:
            tablet.ok("enter_waiting_room", room="r1")
        for tablet in tablets[:4]:
            tablet.ok("join_call", room="r1")
        refused = tablets[4].send("join_call", room="r1")["error"]
        self.assertEqual(refused["code"], "limit_reached")
        self.assertIn("room.call_endpoints_max", refused["message"])

    def test_who_is_not_in_the_call_passes_nothing_on(self):
        engine, doctor, patient = self.consultation()
        doctor.ok("join_call", room="r1")
        self.assertEqual(patient.send("send_signal", room="r1", to=DESK, candidate=None)["error"]["code"], "not_present")
        nameless = engine.connect("patient", "p1", room="r1")
        nameless.ok("enter_waiting_room", room="r1")
        self.assertEqual(nameless.send("join_call", room="r1")["error"]["code"], "conflict")
        for wrong in ({"description": {"type": "rollback", "sdp": ""}}, {}, {"candidate": 7},
                      {"candidate": None, "description": {"type": "offer", "sdp": ""}}):
            reply = doctor.send("send_signal", wrong=True, room="r1", to=PHONE, **wrong)
            self.assertEqual(reply["error"]["code"], "malformed")

    def test_a_device_that_comes_back_takes_its_own_place(self):
        engine, doctor, patient = self.consultation()
        doctor.ok("join_call", room="r1")
        patient.ok("join_call", room="r1")
        again = engine.connect("patient", "p1", room="r1", device="phone")
        again.ok("enter_waiting_room", room="r1")
        self.assertEqual(patient.wait_closed(), 4208)
        again.ok("join_call", room="r1")
        self.roster(again, DESK, PHONE)
        doctor.post("send_signal", room="r1", to=PHONE, candidate=None)
        again.next_frame("signal")
        names = [x.get("name") for x in doctor.frames]
        self.assertNotIn("room.participant_unstable", names)
        self.assertNotIn("room.participant_left", names)

    def test_after_a_crash_devices_join_again_and_nobody_is_said_to_have_left(self):
        engine, doctor, patient = self.consultation()
        for session in (doctor, patient):
            session.ok("join_call", room="r1")
        engine.kill()
        engine.start()
        doctor = self.doctor(engine)
        doctor.ok("join_call", room="r1")
        self.roster(doctor, DESK)
        patient = engine.connect("patient", "p1", room="r1", device="phone")
        patient.ok("enter_waiting_room", room="r1")
        patient.ok("join_call", room="r1")
        self.roster(doctor, DESK, PHONE)

    def test_what_is_sent_and_what_was_tested_stands_on_the_card(self):
        engine, _, patient = self.consultation()
        patient.ok("set_media", room="r1", video=False, audio=True)
        patient.ok("report_device_test", room="r1", camera="refused", microphone="passed", speaker="skipped", network="passed")
        phone = next(x for x in engine.board()["cards"]["r1"]["participants"] if x["person"] == "p1")
        self.assertEqual(phone["media"], {"video": False, "audio": True})
        self.assertEqual(phone["device_test"]["camera"], "refused")

    def test_turn_credentials_follow_the_rest_convention(self):
        secret = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "turn"
        secret.write_text("north\n")
        _, doctor, _ = self.consultation(call={
            "stun_urls": ["stun:turn.example:3478"], "turn_urls": ["turn:turn.example:3478"], "turn_secret_file": str(secret)})
        stun, turn = doctor.ok("join_call", room="r1")["ice_servers"]
        self.assertEqual(stun, {"urls": ["stun:turn.example:3478"]})
        ends_at, _ = turn["username"].split(":")
        self.assertAlmostEqual(int(ends_at), time.time() + 4 * 3600, delta=120)
        expected = base64.b64encode(hmac.new(b"north", turn["username"].encode(), hashlib.sha1).digest()).decode()
        self.assertEqual(turn["credential"], expected)


if __name__ == "__main__":
    machiai_test.main()
