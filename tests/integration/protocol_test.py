#!/usr/bin/env python3
"""The protocol's flows over real sockets, on SQLite and on PostgreSQL: a consultation from waiting to the bill, coming
back, devices, beats, tokens that end."""

import asyncio
import datetime
import json
import time

import machiai_test
import websockets
from machiai_test import Closed

BEATS = {"beat_interval_ms": 2000, "doubt_after_ms": 1500, "dead_after_ms": 1900}
JAPAN = datetime.timezone(datetime.timedelta(hours=9))


def people(card):
    return {x["person"]: x["whereabouts"] for x in card["participants"] if x["whereabouts"] != "absent"}


def month_of(time_text):
    return datetime.datetime.fromisoformat(time_text.replace("Z", "+00:00")).astimezone(JAPAN).strftime("%Y-%m")


class Flows:
    """The tests of both stores."""

    store = None

    def server(self, **sections):
        return self.engine(self.store, sections)

    def test_from_the_waiting_room_to_the_bill(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        server.seed_visit("r2", "p2", "d1")
        desk, doctor = server.connect("staff", "desk"), server.connect("doctor", "d1")
        first, second = (server.connect("patient", f"p{i}", room=f"r{i}") for i in (1, 2))
        first.ok("enter_waiting_room", room="r1")
        second.ok("enter_waiting_room", room="r2")
        self.assertEqual(first.until(lambda x: "place_in_line" in x["visit"])["visit"]["place_in_line"], 1)
        self.assertEqual(second.until(lambda x: "place_in_line" in x["visit"])["visit"]["place_in_line"], 2)

        doctor.ok("enter_room", room="r1")
        desk.ok("admit", room="r1", person="p1")
        first.until(lambda x: x["visit"]["phase"] == "in_consultation")
        second.until(lambda x: x["visit"]["place_in_line"] == 1)

        link = desk.ok("invite", room="r1", party="interpreter", display_name="通訳 太郎")
        self.assertEqual(link["path"], f"/g/c1/r1#{link['invite']}.{link['secret']}")
        redeemed = server.redeem(link).body
        self.assertEqual(redeemed["person"], link["person"])
        server.redeem(link, expect=410)
        guest = server.connect("guest", link["person"], token=redeemed["token"])
        guest.ok("enter_waiting_room", room="r1")
        self.assertNotIn("menu", guest.state["visit"])
        doctor.ok("admit", room="r1", person=link["person"])
        everybody = {"d1": "in_room", "p1": "in_room", link["person"]: "in_room"}
        guest.until(lambda x: {y["person"]: y["whereabouts"] for y in x["visit"]["people"]} == everybody)
        card = desk.until(lambda x: people(x["room:r1"]) == everybody)["room:r1"]
        self.assertEqual(next(x["display_name"] for x in card["participants"] if x["party"] == "interpreter"), "通訳 太郎")
        self.assertTrue(card["meter"]["running"])

        guest.ok("leave_room", room="r1")
        desk.until(lambda x: people(x["room:r1"])[link["person"]] == "left")
        ended = doctor.ok("end_consultation", room="r1")
        event = desk.next_event("room.consultation_ended")
        self.assertEqual((event["seq"], event["card"]["phase"], event["card"]["bill_revision"]), (ended["seq"], "ended", 1))
        self.assertEqual(first.until(lambda x: x["visit"]["phase"] == "ended")["visit"]["people"], [])
        # One unit of 100 yen, and 50 for the interpreter, however short it was.
        self.assertEqual(event["card"]["meter"]["total_yen_ex_tax"], 150)
        self.check_bill(server, month_of(event["card"]["ended_at"]), event["card"]["meter"])
        self.assertEqual(desk.state, self.fresh_state(server))

    def check_bill(self, server, month, meter):
        usage = server.get(f"/v1/clinics/c1/usage?month={month}").body
        (line,) = usage["lines"]
        for figure in ("doctor_in_room_ms", "units", "additional_participants", "total_yen_ex_tax"):
            self.assertEqual(line[figure], meter[figure])
        self.assertEqual((line["room"], line["patients"], line["doctors"]), ("r1", ["p1"], ["d1"]))
        self.assertEqual((usage["tax_yen"], usage["total_yen"]), (15, 165))
        self.assertEqual(usage["open"], [])

    def fresh_state(self, server):
        """What a console that connects now is told."""
        return server.connect("staff", "another-desk").state

    def test_who_comes_back_learns_what_was_missed_and_nothing_else(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        desk = server.connect("staff", "desk")
        seen, known = desk.position, dict(desk.state)
        desk.abort()

        back = server.connect("staff", "desk", resume=seen)
        self.assertEqual(back.welcome["outcome"], "nothing_missed")
        self.assertEqual((back.welcome["epoch"], back.welcome["seq"]), seen)
        back.abort()

        patient = server.connect("patient", "p1", room="r1")
        patient.ok("enter_waiting_room", room="r1")
        server.put("/v1/clinics/c1", {"name": "Another name"})
        back = server.connect("staff", "desk", resume=seen)
        self.assertEqual(back.welcome["outcome"], "replayed")
        events = [back.next_event() for _ in range(2)]
        self.assertEqual([x["seq"] for x in events], [seen[1] + 1, seen[1] + 2])
        self.assertEqual([x["name"] for x in events], ["room.participant_arrived", "clinic.changed"])
        self.assertEqual({**known, **back.state}, self.fresh_state(server))

        whole = server.connect("staff", "desk", resume=(seen[0], 0))
        self.assertEqual(whole.welcome["outcome"], "replayed")
        seqs = [whole.next_event()["seq"] for _ in range(whole.welcome["seq"])]
        self.assertEqual(seqs, list(range(1, whole.welcome["seq"] + 1)))
        self.assertEqual(whole.state, self.fresh_state(server))

        for unknown in ((seen[0], 1000), (seen[0] + 1, 1), (seen[0] + 1, 0), (1, 1)):
            self.assertEqual(server.connect("staff", "desk", resume=unknown).welcome["outcome"], "reload")

    def test_a_restarted_engine_takes_everybody_back(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        desk, patient = server.connect("staff", "desk"), server.connect("patient", "p1", room="r1")
        patient.ok("enter_waiting_room", room="r1")
        desk.next_event("room.participant_arrived")
        late = desk.position
        server.restart()
        for session in (desk, patient):
            self.assertEqual(session.wait_closed(), 4100)
            self.assertTrue(any(x["type"] == "reconnect" for x in session.frames))
        desk = server.connect("staff", "desk", resume=late)
        self.assertEqual(desk.welcome["outcome"], "nothing_missed")
        self.assertGreater(desk.welcome["epoch"], late[0])
        self.assertEqual(server.connect("staff", "desk", resume=(late[0], 0)).welcome["outcome"], "reload")
        patient = server.connect("patient", "p1", room="r1", resume=patient.position)
        patient.ok("enter_waiting_room", room="r1")
        self.assertEqual(people(server.board()["cards"]["r1"]), {"p1": "waiting"})
        # Who was there before the planned restart and after it was never away.
        self.assertEqual([x for x in desk.frames if x["type"] == "event"], [])

    def test_a_patient_who_comes_back_sees_the_visit_as_it_is(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        desk, patient = server.connect("staff", "desk"), server.connect("patient", "p1", room="r1")
        patient.ok("enter_waiting_room", room="r1")
        patient.until(lambda x: x["visit"].get("place_in_line") == 1)
        seen = patient.position
        patient.abort()
        desk.ok("admit", room="r1", person="p1")
        for resume in (seen, (1, 0), None):
            again = server.connect("patient", "p1", room="r1", resume=resume)
            (person,) = again.until(lambda x: "visit" in x)["visit"]["people"]
            self.assertEqual((person["person"], person["whereabouts"]), ("p1", "in_room"))
            self.assertNotIn("place_in_line", again.state["visit"])
            again.close()

    def test_a_second_device_keeps_one_participant(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        desk = server.connect("staff", "desk")
        phone, laptop = (server.connect("patient", "p1", room="r1") for _ in range(2))
        phone.ok("enter_waiting_room", room="r1")
        laptop.ok("enter_waiting_room", room="r1")
        phone.abort()
        server.put("/v1/clinics/c1", {"name": "Marks that the abort is past"})
        time.sleep(0.3)
        self.assertEqual(people(server.board()["cards"]["r1"]), {"p1": "waiting"})
        laptop.abort()
        doubt = desk.next_event("room.participant_unstable")
        self.assertEqual(people(doubt["card"]), {"p1": "waiting"})
        again = server.connect("patient", "p1", room="r1")
        again.ok("enter_waiting_room", room="r1")
        desk.next_event("room.participant_stable")
        again.ok("leave_room", room="r1")
        desk.next_event("room.participant_left")
        names = [x["name"] for x in desk.frames if x["type"] == "event"]
        self.assertEqual(names.count("room.participant_arrived"), 1)
        self.assertEqual(names.count("room.participant_unstable"), 1)

    def test_who_does_not_come_back_left_at_the_last_proof(self):
        server = self.server(presence={"leave_after_ms": 1000})
        server.seed_visit("r1", "p1", "d1")
        desk, patient = server.connect("staff", "desk"), server.connect("patient", "p1", room="r1")
        patient.ok("enter_waiting_room", room="r1")
        patient.abort()
        doubt = desk.next_event("room.participant_unstable")
        left = desk.next_event("room.participant_left")
        self.assertEqual(left["by"], {"role": "engine"})
        (then,), (now,) = doubt["card"]["participants"], left["card"]["participants"]
        self.assertEqual((now["whereabouts"], now["since"]), ("left", then["last_proof_at"]))

    def test_sent_back_removed_locked_and_reopened(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        server.seed_visit("r2", "p1", "d1")
        desk, patient = server.connect("staff", "desk"), server.connect("patient", "p1", room="r1")
        self.assertEqual(desk.send("admit", room="r1", person="p1")["error"]["code"], "not_present")
        patient.ok("enter_waiting_room", room="r1")
        desk.ok("lock_room", room="r1")
        self.assertEqual(desk.send("admit", room="r1", person="p1")["error"]["code"], "room_locked")
        desk.ok("unlock_room", room="r1")
        desk.ok("admit", room="r1", person="p1")
        desk.ok("send_back", room="r1", person="p1")
        self.assertEqual(people(server.board()["cards"]["r1"]), {"p1": "waiting"})
        desk.ok("remove", room="r1", person="p1")
        self.assertEqual((patient.wait_closed(), patient.error()["code"]), (4204, "removed"))
        with self.assertRaises(Closed) as caught:
            server.connect("patient", "p1", room="r1")
        self.assertEqual(caught.exception.code, 4204)

        doctor = server.connect("doctor", "d1")
        doctor.ok("enter_room", room="r2")
        desk.ok("end_consultation", room="r2")
        self.assertEqual(doctor.send("enter_room", room="r2")["error"]["code"], "room_ended")
        desk.ok("reopen_consultation", room="r2")
        doctor.ok("enter_room", room="r2")
        desk.ok("end_consultation", room="r2")
        card = server.board()["cards"]["r2"]
        self.assertEqual((card["phase"], card["bill_revision"], card["meter"]["total_yen_ex_tax"]), ("ended", 2, 100))

    def test_a_doctor_is_in_one_room(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        server.seed_visit("r2", "p2", "d1")
        doctor = server.connect("doctor", "d1")
        doctor.ok("enter_room", room="r1")
        doctor.ok("enter_room", room="r2")
        cards = server.board()["cards"]
        self.assertEqual((people(cards["r1"]), people(cards["r2"])), ({"d1": "left"}, {"d1": "in_room"}))

    def test_a_command_sent_again_has_one_effect_and_one_answer(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        wish = {"room": "r1", "party": "family", "display_name": "母"}
        first = server.connect("staff", "desk").ok("invite", id="my-invite", **wish)
        refusal = server.connect("staff", "desk").send("admit", id="my-admit", room="r1", person="p1")
        server.connect("patient", "p1", room="r1").ok("enter_waiting_room", room="r1")
        self.assertEqual(server.connect("staff", "desk").send("invite", id="my-invite", **wish), first)
        server.restart()
        desk = server.connect("staff", "desk")
        self.assertEqual(desk.send("invite", id="my-invite", **wish), first)
        # The patient waits now, but the answer to this very command was given.
        self.assertEqual(desk.send("admit", id="my-admit", room="r1", person="p1"), refusal)
        self.assertEqual(len(server.board()["cards"]["r1"]["invitations"]), 1)
        self.assertTrue(server.connect("staff", "other-desk").send("admit", id="my-admit", room="r1", person="p1")["ok"])

    def test_an_idempotency_key_does_the_same_for_http(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        headers = {"Idempotency-Key": "booking-1"}
        path, visit = "/v1/clinics/c1/appointments/r9", {"starts_at": "2026-04-10T10:00:00+09:00", "patients": ["p1"]}
        first = server.put(path, visit, headers=headers)
        server.delete(path)
        server.restart()
        self.assertEqual(server.put(path, visit, headers=headers).body, first.body)
        self.assertEqual(server.board()["cards"]["r9"]["phase"], "cancelled")
        server.put(path, visit, headers={"Idempotency-Key": "no id"}, expect=400)

        link = server.connect("staff", "desk").ok("invite", room="r1", party="family", display_name="父")
        redeemed = server.redeem(link, headers=headers).body
        again = server.redeem(link, headers=headers).body
        self.assertEqual(again["person"], redeemed["person"])
        server.redeem({**link, "secret": "guessed"}, headers=headers, expect=410)

    def test_the_clinics_own_software_sees_its_changes_on_the_board_at_once(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        desk, patient = server.connect("staff", "desk"), server.connect("patient", "p1", room="r1")
        system = server.token("system", "emr")
        visit = {"starts_at": "2026-04-11T10:00:00+09:00", "patients": ["p1"], "duration_min": 30, "menu": "再診"}
        seq = server.put("/v1/clinics/c1/appointments/r1", visit, system).body["seq"]
        event = desk.next_event("room.appointment_changed")
        self.assertEqual((event["seq"], event["by"]), (seq, {"role": "system", "id": "emr"}))
        self.assertEqual(event["card"]["starts_at"], "2026-04-11T01:00:00.000Z")
        self.assertEqual(patient.next_event("room.appointment_changed")["visit"]["menu"], "再診")
        self.assertEqual(server.put("/v1/clinics/c1/appointments/r1", visit, system).body["seq"], seq)
        server.put("/v1/clinics/c1/patients/p1", {"name": "改姓 花子"}, system)
        self.assertEqual(desk.next_event("clinic.patient_recorded")["card"]["patients"][0]["name"], "改姓 花子")
        server.delete("/v1/clinics/c1/appointments/r1", system)
        self.assertEqual(patient.next_event("room.appointment_cancelled")["visit"]["phase"], "cancelled")

    def test_beats_tell_the_top(self):
        server = self.server(connection=BEATS)
        server.seed_visit("r1", "p1", "d1")
        desk, patient = server.connect("staff", "desk"), server.connect("patient", "p1", room="r1")
        self.assertEqual(desk.welcome["beat_ms"], BEATS["beat_interval_ms"])
        for session in (desk, patient):
            beat = session.next_frame("beat")
            self.assertEqual((beat["epoch"], beat["seq"]), session.position)
        seq = server.put("/v1/clinics/c1/patients/p9", {"name": "Nobody here"}).body["seq"]
        beat = desk.next_frame("beat")
        self.assertEqual((beat["seq"], desk.position[1]), (seq, seq))
        # That was nothing to the patient, whose other device comes later.
        known, other = patient.position, server.connect("patient", "p1", room="r1")
        self.assertGreater(other.position, known)
        for _ in range(2):
            other.next_frame("beat")
        self.assertEqual({x["seq"] for x in patient.frames if x["type"] == "beat"}, {known[1]})

    def test_a_beat_comes_at_once_when_it_is_asked_for(self):
        server = self.server(connection={"beat_interval_ms": 300000})
        server.seed_visit("r1", "p1", "d1")
        desk = server.connect("staff", "desk")
        desk.send("lock_room", room="r1")
        desk.post("ask_beat")
        beat = desk.next_frame("beat")
        self.assertEqual((beat["epoch"], beat["seq"]), desk.position)

    def test_a_token_ends_its_session_unless_renewed(self):
        server = self.server(connection=BEATS, token={"leeway_ms": 0})
        server.seed_visit("r1", "p1", "d1")
        spent, renewed = (server.connect("staff", "desk", token=server.mint("staff", "desk", lives_s=6)) for _ in range(2))
        reply = renewed.send("renew", token=server.token("staff", "desk"))
        self.assertTrue(reply["ok"])
        self.assertGreater(reply["expires_at"], renewed.next_frame("beat")["at"])
        self.assertEqual((spent.wait_closed(), spent.error()["code"]), (4201, "token_expired"))
        renewed.next_frame("beat")
        self.assertTrue(renewed.send("lock_room", room="r1")["ok"])

    def test_a_key_is_in_force_everywhere_when_the_answer_is_there(self):
        limits = {"failed_tokens_per_minute": 1000}
        server = self.server(listen={"shards": 4}, clinic={"keys_max": 100}, connection=limits)
        server.seed_visit("r1", "p1", "d1")
        consoles = [server.connect("staff", f"desk{i}") for i in range(8)]
        claims = {"sub": "s", "role": "staff", "clinic": "c1", "exp": int(time.time()) + 3600, "iat": int(time.time())}
        for i in range(20):
            secret = bytes([i]) * 32
            token = machiai_test.mint(claims, secret, f"k{i}")
            for _ in range(2):  # the same again changes nothing
                server.put(f"/v1/clinics/c1/keys/k{i}", {"algorithm": "HS256", "material": machiai_test.base64url(secret)})
            for _ in range(4):
                server.get("/v1/clinics/c1/board", token=token)
            server.delete(f"/v1/clinics/c1/keys/k{i}")
            for _ in range(4):
                server.get("/v1/clinics/c1/board", token=token, expect=401)
        for console in consoles:
            console.ok("lock_room", room="r1")

    def test_an_id_is_known_for_its_command_after_a_restart(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        first = server.connect("staff", "desk").send("lock_room", id="once", room="r1")
        server.kill()
        server.start()
        desk = server.connect("staff", "desk")
        reused = desk.send("unlock_room", id="once", room="r1")
        self.assertEqual(reused["error"]["code"], "command_id_reused")
        self.assertEqual(desk.send("lock_room", id="once", room="r1"), first)
        doctor = server.connect("doctor", "d1")
        doctor.ok("lock_room", room="r1", id="twice")
        self.assertEqual(doctor.send("enter_room", id="twice", room="r1")["error"]["code"], "command_id_reused")
        self.assertEqual(people(server.board()["cards"]["r1"]), {})

    def test_who_may_not_see_a_visit_any_more_is_put_out(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        server.put("/v1/clinics/c1/patients/p2", {"name": "B"})
        desk, patient = server.connect("staff", "desk"), server.connect("patient", "p1", room="r1")
        link = desk.ok("invite", room="r1", party="family", display_name="A")
        guest = server.connect("guest", link["person"], token=server.redeem(link).body["token"])
        desk.ok("revoke_invite", room="r1", invite=link["invite"])
        self.assertEqual((guest.wait_closed(), guest.error()["code"]), (4204, "removed"))
        server.put("/v1/clinics/c1/appointments/r1", {"starts_at": "2026-04-10T01:00:00.000Z", "patients": ["p2"]})
        self.assertEqual((patient.wait_closed(), patient.error()["code"]), (4204, "removed"))

    def test_revoking_closes_the_sockets_concerned_within_two_seconds(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")
        secret = b"k" * 32
        for key in ("good", "bad"):
            body = {"algorithm": "HS256", "material": machiai_test.base64url(secret)}
            server.put(f"/v1/clinics/c1/keys/{key}", body)
        claims = {"role": "staff", "clinic": "c1", "exp": int(time.time()) + 3600, "iat": int(time.time())}
        tokens = {key: machiai_test.mint({**claims, "sub": key}, secret, key) for key in ("good", "bad")}
        sessions = {key: server.connect("staff", key, token=token) for key, token in tokens.items()}
        patient, other = server.connect("patient", "p1", room="r1"), server.connect("staff", "desk")
        patient.ok("enter_waiting_room", room="r1")

        server.delete("/v1/clinics/c1/keys/bad")
        server.put("/v1/clinics/c1/revocations/p1")
        begun = time.monotonic()
        for session in (sessions["bad"], patient):
            self.assertEqual((session.wait_closed(), session.error()["code"]), (4202, "revoked"))
            self.assertLess(session.closed_at - begun, 2)
        for session in (sessions["good"], other):
            self.assertTrue(session.send("lock_room", room="r1")["ok"])
        with self.assertRaises(Closed) as caught:
            server.connect("staff", "bad", token=tokens["bad"])
        self.assertEqual(caught.exception.code, 4202)
        server.restart()
        with self.assertRaises(Closed) as caught:
            server.connect("patient", "p1", room="r1")
        self.assertEqual(caught.exception.code, 4202)
        time.sleep(1.1 - time.time() % 1)
        server.connect("patient", "p1", room="r1", token=server.mint("patient", "p1"))


class sqlite_flows_test(Flows, machiai_test.TestCase):
    store = "sqlite"

    def test_another_client_library_is_served(self):
        server = self.server()
        server.seed_visit("r1", "p1", "d1")

        async def talk():
            url = f"ws://{server.address}/ws"
            async with websockets.connect(url, subprotocols=["machiai.v1"]) as socket:
                self.assertEqual(socket.subprotocol, "machiai.v1")
                # Debian's library offers deflate by itself; the server declines.
                self.assertEqual(socket.extensions, [])
                await socket.send(json.dumps({"type": "hello", "token": server.token("staff", "desk")}))
                frames = [json.loads(await socket.recv())["type"] for _ in range(2)]
                await (await socket.ping())
                return frames

        self.assertEqual(asyncio.run(talk()), ["welcome", "board"])


class postgres_flows_test(Flows, machiai_test.TestCase):
    store = "postgres"


if __name__ == "__main__":
    machiai_test.main()
