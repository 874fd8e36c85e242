#!/usr/bin/env python3
"""What pages ask over HTTP: a patient's own visits, and the board as it was."""

import datetime
import json
import time
import urllib.parse

import machiai_test

VISITS = "/v1/clinics/c1/visits"
CLINIC = {"name": "Clinic c1", "phone": "03-1234-5678", "address": "一番町1-1"}


def ids(answer):
    return [visit["room"] for visit in answer.body["visits"]]


class visits_test(machiai_test.TestCase):
    def setUp(self):
        super().setUp()
        self.server = self.engine("sqlite")
        self.server.seed_visit("late", "p1", "d1", starts_at="2026-04-10T03:00:00.000Z")
        self.server.seed_visit("early", "p1", "d1", starts_at="2026-04-10T01:00:00.000Z")
        self.server.seed_visit("other", "p2", "d1")
        self.server.put("/v1/clinics/c1", {**CLINIC, "waiting_warn_min": 5, "waiting_alert_min": 15})
        self.server.put("/v1/clinics/c1/doctors/d1", {"name": "Doctor d1", "registered_year": 1998})

    def test_a_patient_is_told_its_own_visits_in_order_and_whose_clinic_it_is(self):
        answer = self.server.get(VISITS, self.server.token("patient", "p1"))
        self.assertEqual(ids(answer), ["early", "late"])
        self.assertEqual(answer.body["clinic"], CLINIC)
        self.assertEqual(answer.headers["cache-control"], "no-store")
        view = answer.body["visits"][0]
        self.assertEqual((view["phone"], view["address"]), (CLINIC["phone"], CLINIC["address"]))
        self.assertEqual(view["doctors"], [{"person": "d1", "name": "Doctor d1", "registered_year": 1998}])
        page = self.server.connect("patient", "p1", room="early")
        self.assertEqual(page.next_frame("visit")["visit"], view)

    def test_a_token_for_one_room_tells_of_that_room_only(self):
        for room, expected in (("late", ["late"]), ("other", []), ("nowhere", [])):
            token = self.server.token("patient", "p1", room=room)
            self.assertEqual(ids(self.server.get(VISITS, token)), expected)

    def test_who_has_no_visit_or_was_put_out_is_told_of_none(self):
        self.assertEqual(ids(self.server.get(VISITS, self.server.token("patient", "nobody"))), [])
        self.server.connect("patient", "p2", room="other").ok("enter_waiting_room", room="other")
        self.server.connect("staff", "desk").ok("remove", room="other", person="p2")
        self.assertEqual(ids(self.server.get(VISITS, self.server.token("patient", "p2"))), [])

    def test_a_doctors_id_in_a_patients_token_is_refused(self):
        answer = self.server.get(VISITS, self.server.token("patient", "d1"), expect=403)
        self.assertEqual(answer.body["code"], "forbidden")

    def test_who_is_invited_is_told_until_it_comes(self):
        desk, token = self.server.connect("staff", "desk"), self.server.token("patient", "p2")
        invited = desk.ok("invite", room="other", party="interpreter", display_name="通訳")
        view = self.server.get(VISITS, token).body["visits"][0]
        self.assertEqual(view["invited"], [{"party": "interpreter", "display_name": "通訳"}])
        self.server.redeem(invited, room="other")
        self.assertEqual(self.server.get(VISITS, token).body["visits"][0]["invited"], [])

    def test_profiles_are_refused_with_what_is_wrong_and_nothing_changes(self):
        before = self.server.board()
        for wrong in (
            {"phone": "0" * 33},
            {"phone": "03-1234-5678\n"},
            {"phone": "call me"},
            {"address": "a" * 201},
            {"address": " blank first"},
            {"address": "line\nline"},
            {"waiting_warn_min": 0},
            {"waiting_alert_min": 1441},
            {"waiting_warn_min": 15, "waiting_alert_min": 14},
            {"waiting_warn_min": 21},
            {"waiting_alert_min": 9},
        ):
            answer = self.server.put("/v1/clinics/c1", {"name": "Clinic c1", **wrong}, expect=422, wrong=True)
            self.assertEqual(answer.body["code"], "out_of_range", wrong)
            self.assertIn(list(wrong)[-1].split("_")[0], answer.body["detail"])
        for year in (1899, 2101):
            body = {"name": "Doctor d1", "registered_year": year}
            self.server.put("/v1/clinics/c1/doctors/d1", body, expect=422, wrong=True)
        self.assertEqual(self.server.board(), before)
        self.server.put("/v1/clinics/c1", {"name": "Clinic c1", "address": "a" * 200, "phone": "", "waiting_warn_min": 20})
        profile = self.server.board()["clinic"]
        self.assertEqual(profile, {"name": "Clinic c1", "address": "a" * 200, "waiting_warn_min": 20})


class past_board_test(machiai_test.TestCase):
    def setUp(self):
        super().setUp()
        self.server = self.engine("sqlite")
        self.server.seed_visit("r1", "p1", "d1")
        self.server.seed_visit("r2", "p2", "d1")

    def board_at(self, at, **options):
        return self.server.get("/v1/clinics/c1/board?at=" + urllib.parse.quote(at, safe=""), **options)

    def printed_at(self, at):
        """By the command, from the same store."""
        arguments = ["--store", self.server.store_url, "--clinic", "c1", "--at", at, "--json"]
        return json.loads(self.server.run("board", *arguments))

    def live_through_a_morning(self):
        """The times of the events a console was told of."""
        desk = self.server.connect("staff", "desk")
        patient, doctor = self.server.connect("patient", "p1", room="r1"), self.server.connect("doctor", "d1")
        for who, command, fields in (
            (patient, "enter_waiting_room", {"room": "r1"}),
            (doctor, "enter_room", {"room": "r1"}),
            (desk, "admit", {"room": "r1", "person": "p1"}),
            (desk, "lock_room", {"room": "r2"}),
            (desk, "end_consultation", {"room": "r1"}),
        ):
            who.ok(command, **fields)
            time.sleep(0.01)
        desk.next_event("room.consultation_ended")
        return [x["at"] for x in desk.frames if x["type"] == "event"]

    def test_at_every_moment_it_is_what_the_command_prints(self):
        times = self.live_through_a_morning()
        seen = set()
        for at in times:
            board = self.board_at(at).body
            self.assertEqual(board, self.printed_at(at))
            self.assertLessEqual(board["at"], at)
            seen.add(board["seq"])
        self.assertGreater(len(seen), 4)
        offset = datetime.datetime.fromisoformat(times[0].replace("Z", "+00:00"))
        tokyo = offset.astimezone(datetime.timezone(datetime.timedelta(hours=9))).isoformat(timespec="milliseconds")
        self.assertEqual(self.board_at(tokyo).body, self.board_at(times[0]).body)

    def test_now_it_is_the_board_as_it_is_also_after_kill(self):
        self.live_through_a_morning()
        self.server.kill()
        self.server.start()
        # What becoming awake adds.
        self.server.board()
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=30)
        past, present = self.board_at(now.isoformat(timespec="milliseconds")), self.server.get("/v1/clinics/c1/board")
        self.assertEqual(past.body["seq"], present.body["seq"])
        self.assertEqual(past.body["cards"], present.body["cards"])
        self.assertEqual(past.headers["cache-control"], "no-store")

    def test_before_the_first_event_it_is_empty(self):
        board = self.board_at("2001-02-03T04:05:06.000Z").body
        self.assertEqual((board["seq"], board["at"]), (0, "2001-02-03T04:05:06.000Z"))
        self.assertEqual((board["cards"], board["doctors"], board["clinic"]), ([], [], {"name": "Clinic c1"}))

    def test_what_is_no_time_or_is_to_come_is_refused(self):
        for at in ("", "10:32", "2026-13-01T00:00:00Z", "42", "2999-01-01T00:00:00Z"):
            answer = self.board_at(at, expect=422, wrong=True)
            self.assertEqual(answer.body["code"], "out_of_range", at)
        twice = self.server.get("/v1/clinics/c1/board?at=42&at=43", expect=400, wrong=True)
        self.assertEqual(twice.body["code"], "malformed")
        self.server.get("/v1/clinics/c1/board?since=42", expect=400, wrong=True)

    def test_it_is_shown_to_whom_the_board_is_shown(self):
        at = "2001-02-03T04:05:06.000Z"
        for role, status in (("staff", 200), ("doctor", 200), ("patient", 403), ("guest", 403)):
            token = self.server.mint(role, "x", room="r1" if role == "guest" else None)
            self.board_at(at, token=token, expect=status)
        self.server.put("/v1/clinics/c2", {"name": "Clinic c2"})
        self.board_at(at, token=self.server.token("staff", "x", clinic="c2"), expect=404)


if __name__ == "__main__":
    machiai_test.main()
