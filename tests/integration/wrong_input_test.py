#!/usr/bin/env python3
"""What a client sends wrong: each frame and request gets its one code, changes nothing and is counted."""

import http.client
import json

import machiai_test
from websocket_client import BINARY, TEXT, ConnectionLost, Refused, WebSocketClient

ROOM = {"room": "r1"}
FAR_TOO_DEEP = '{"type":' + "[" * 40 + "]" * 40 + "}"

# Text frames on a session that is open: text or object, error code.
FRAMES = [
    ("", "malformed"),
    ("{", "malformed"),
    ("[]", "malformed"),
    ("null", "malformed"),
    ('"admit"', "malformed"),
    ('{"type":"lock_room","id":"x","room":"r1"} x', "malformed"),
    ('{"type":"lock_room","id":"x","room":"\\ud800"}', "malformed"),
    ('{"type":"lock_room","id":"x","room":"r1",}', "malformed"),
    ('{"type":"set_attention","id":"x","room":"r1","attentive":1e999}', "malformed"),
    (FAR_TOO_DEEP, "malformed"),
    ('{"type":"lock_room","id":"x","room":"r1","room":"r1"}', "malformed"),
    ('{"type":"lock_room","id":"x","room":"r2","r\\u006fom":"r1"}', "malformed"),
    ('{"type":"unlock_room","type":"lock_room","id":"x","room":"r1"}', "malformed"),
    ('{"type":"lock_room","id":"x","id":"y","room":"r1"}', "malformed"),
    ({}, "malformed"),
    ({"id": "x"}, "malformed"),
    ({"type": 1, "id": "x"}, "malformed"),
    ({"type": None, "id": "x"}, "malformed"),
    ({"type": "lock_room", **ROOM}, "malformed"),
    ({"type": "lock_room", "id": "", **ROOM}, "malformed"),
    ({"type": "lock_room", "id": 1, **ROOM}, "malformed"),
    ({"type": "lock_room", "id": "a b", **ROOM}, "malformed"),
    ({"type": "lock_room", "id": "x" * 65, **ROOM}, "malformed"),
    ({"type": "Lock_room", "id": "x", **ROOM}, "unknown_command"),
    ({"type": "", "id": "x"}, "unknown_command"),
    ({"type": "welcome", "id": "x"}, "unknown_command"),
    ({"type": "engine", "id": "x"}, "unknown_command"),
    ({"type": "put_clinic", "id": "x", "name": "C"}, "unknown_command"),
    ({"type": "redeem_invite", "id": "x", **ROOM, "invite": "i", "secret_hash": "s"}, "unknown_command"),
    ({"type": "lock_room", "id": "x"}, "malformed"),
    ({"type": "lock_room", "id": "x", "room": None}, "malformed"),
    ({"type": "lock_room", "id": "x", "room": ""}, "malformed"),
    ({"type": "lock_room", "id": "x", "room": "r/1"}, "malformed"),
    ({"type": "lock_room", "id": "x", "room": ".."}, "malformed"),
    ({"type": "lock_room", "id": ".", **ROOM}, "malformed"),
    ({"type": "lock_room", "id": "x", "room": "r1\u0000"}, "malformed"),
    ({"type": "lock_room", "id": "x", "room": "待合"}, "malformed"),
    ({"type": "lock_room", "id": "x", "room": ["r1"]}, "malformed"),
    ({"type": "lock_room", "id": "x", **ROOM, "person": "p1"}, "malformed"),
    ({"type": "lock_room", "id": "x", **ROOM, "x" * 1000: 1}, "malformed"),
    ({"type": "admit", "id": "x", **ROOM}, "malformed"),
    ({"type": "set_attention", "id": "x", **ROOM, "attentive": "yes"}, "malformed"),
    ({"type": "set_attention", "id": "x", **ROOM, "attentive": 1}, "malformed"),
    ({"type": "invite", "id": "x", **ROOM, "party": "friend", "display_name": "A"}, "malformed"),
    ({"type": "invite", "id": "x", **ROOM, "party": "doctor", "display_name": "A"}, "out_of_range"),
    ({"type": "invite", "id": "x", **ROOM, "party": "nurse", "display_name": ""}, "out_of_range"),
    ({"type": "invite", "id": "x", **ROOM, "party": "nurse", "display_name": " A"}, "out_of_range"),
    ({"type": "invite", "id": "x", **ROOM, "party": "nurse", "display_name": "A\u202eB"}, "out_of_range"),
    ({"type": "invite", "id": "x", **ROOM, "party": "nurse", "display_name": "あ" * 101}, "out_of_range"),
    ({"type": "renew", "id": "x"}, "malformed"),
    ({"type": "renew", "id": "x", "token": 1}, "malformed"),
    ({"type": "renew", "id": "x", "token": "t", "role": "staff"}, "malformed"),
    ({"type": "ask_beat", "id": "x", "epoch": 1}, "malformed"),
    ({"type": "ask_beat"}, "malformed"),
    ({"type": "hello", "token": "t", "id": "x"}, "malformed"),
]

# First frames, which end the connection: text or object, error code, close code.
FIRST_FRAMES = [
    ("", "malformed", 4206),
    ("hello", "malformed", 4206),
    ({"type": "hello"}, "malformed", 4206),
    ({"type": "hello", "token": 1}, "malformed", 4206),
    ({"type": "hello", "token": "t", "clinic": "c1"}, "malformed", 4206),
    ({"type": "hello", "token": "t", "room": "r/1"}, "malformed", 4206),
    ({"type": "hello", "token": "t", "resume": {"epoch": 1}}, "malformed", 4206),
    ({"type": "hello", "token": "t", "resume": {"epoch": 1, "seq": -1}}, "malformed", 4206),
    ({"type": "hello", "token": "t", "resume": {"epoch": 1, "seq": 1.5}}, "malformed", 4206),
    ({"type": "hello", "token": "t", "resume": {"epoch": 2**32, "seq": 1}}, "malformed", 4206),
    ('{"type":"hello","token":"a","token":"b"}', "malformed", 4206),
    ('{"type":"hello","token":"t","resume":{"epoch":1,"seq":1,"seq":2}}', "malformed", 4206),
    ({"type": "Hello", "token": "t"}, "unknown_command", 4206),
    ({"type": "hello", "token": ""}, "unauthenticated", 4200),
]

# (opcode, payload, options, close code): RFC 6455 says what each is.
BROKEN = {
    "binary": (BINARY, b"{}", {}, 1003),
    "not masked": (TEXT, b"{}", {"masked": False}, 1002),
    "a reserved opcode": (3, b"{}", {}, 1002),
    "a reserved bit": (TEXT | 0x40, b"{}", {}, 1002),
    "a ping in pieces": (9, b"x", {"fin": False}, 1002),
    "a long ping": (9, b"x" * 126, {}, 1002),
    "a piece of nothing": (0, b"x", {}, 1002),
    "not UTF-8": (TEXT, b'{"type":"\xff"}', {}, 1007),
    "half a surrogate": (TEXT, b'{"type":"\xed\xa0\x80"}', {}, 1007),
    "a close code nobody may send": (8, (1005).to_bytes(2, "big"), {}, 1002),
    "half a close code": (8, b"\x03", {}, 1002),
    "too large": (TEXT, b" " * (64 * 1024 + 1), {}, 1009),
}

NAME = {"name": "A"}
VISIT = {"starts_at": "2026-04-10T01:00:00Z", "patients": ["p1"]}

# (method, path below /v1, body, status, code)
REQUESTS = [
    ("GET", "/nothing", None, 404, "not_found"),
    ("GET", "/clinics", None, 404, "not_found"),
    ("GET", "/clinics/c1/board/", None, 404, "not_found"),
    ("GET", "/clinics/c1/rooms/r1", None, 404, "not_found"),
    ("GET", "/clinics/c1", None, 405, "unknown_command"),
    ("POST", "/clinics/c1/doctors/d1", NAME, 405, "unknown_command"),
    ("PATCH", "/clinics/c1/doctors/d1", NAME, 405, "unknown_command"),
    ("BREW", "/clinics/c1/board", None, 501, "unknown_command"),
    ("PUT", "/clinics/c1/doctors/d%2f1", NAME, 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/" + "d" * 65, NAME, 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/", NAME, 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/.", NAME, 400, "malformed"),
    ("PUT", "/clinics/../doctors/d1", NAME, 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/d1", '{"name":"A","name":"B"}', 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/d1", None, 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/d1", "name=A", 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/d1", b'{"name":"\xff"}', 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/d1", [], 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/d1", {}, 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/d1", {"name": None}, 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/d1", {"name": "A", "kana": "B"}, 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/d1", {"name": ""}, 422, "out_of_range"),
    ("PUT", "/clinics/c1/doctors/d1", {"name": "A\nB"}, 422, "out_of_range"),
    ("PUT", "/clinics/c1/patients/p1", {"name": "A", "chart_number": "1" * 65}, 422, "out_of_range"),
    ("PUT", "/clinics/c1/patients/d1", NAME, 409, "conflict"),
    ("PUT", "/clinics/c1/keys/k", {"algorithm": "none", "material": "x"}, 422, "out_of_range"),
    ("PUT", "/clinics/c1/keys/k", {"algorithm": "HS256", "material": "c2hvcnQ"}, 422, "out_of_range"),
    ("PUT", "/clinics/c1/keys/k", {"algorithm": "RS256", "material": "x"}, 422, "out_of_range"),
    ("DELETE", "/clinics/c1/keys/nobody", None, 404, "not_found"),
    ("PUT", "/clinics/c1/appointments/r9", {"patients": ["p1"]}, 400, "malformed"),
    ("PUT", "/clinics/c1/appointments/r9", {**VISIT, "starts_at": "tomorrow"}, 400, "malformed"),
    ("PUT", "/clinics/c1/appointments/r9", {**VISIT, "starts_at": "2026-02-30T01:00:00Z"}, 400, "malformed"),
    ("PUT", "/clinics/c1/appointments/r9", {**VISIT, "duration_min": 1.0}, 400, "malformed"),
    ("PUT", "/clinics/c1/appointments/r9", {**VISIT, "duration_min": 0}, 422, "out_of_range"),
    ("PUT", "/clinics/c1/appointments/r9", {**VISIT, "patients": []}, 422, "out_of_range"),
    ("PUT", "/clinics/c1/appointments/r9", {**VISIT, "patients": ["p1", "p1"]}, 422, "out_of_range"),
    ("PUT", "/clinics/c1/appointments/r9", {**VISIT, "patients": ["nobody"]}, 404, "not_found"),
    ("DELETE", "/clinics/c1/appointments/r9", None, 404, "not_found"),
    ("PUT", "/clinics/c1/revocations/p1", {"x": 1}, 400, "malformed"),
    ("GET", "/clinics/c1/usage", None, 422, "out_of_range"),
    ("GET", "/clinics/c1/usage?month=2026-13", None, 422, "out_of_range"),
    ("GET", "/clinics/c1/usage?month=2026-04&month=2026-04", None, 400, "malformed"),
    ("GET", "/clinics/c1/usage?month=2026-04&room=r1", None, 400, "malformed"),
    ("GET", "/clinics/c1/board?room=r1", None, 400, "malformed"),
    ("PUT", "/clinics/c1/doctors/d1?name=A", NAME, 400, "malformed"),
    ("POST", "/invites/redeem", {"clinic": "c1", "room": "r1", "invite": "i"}, 400, "malformed"),
    ("POST", "/invites/redeem?secret=s", {"clinic": "c1", "room": "r1", "invite": "i", "secret": "s"}, 400, "malformed"),
]


def is_addressed(frame):
    """True when a frame's id can be read, so that the answer is a reply to it."""
    try:
        read = frame if isinstance(frame, dict) else json.loads(frame)
        json.dumps(read, ensure_ascii=False).encode()
    except ValueError:
        return False
    return isinstance(read, dict) and read.get("id") == "x" and read.get("type") != "hello"


class wrong_input_test(machiai_test.TestCase):
    def setUp(self):
        super().setUp()
        self.server = self.engine(settings={"connection": {"failed_tokens_per_minute": 1000}})
        self.server.seed_visit("r1", "p1", "d1")

    def position(self):
        board = self.server.board()
        return board["epoch"], board["seq"]

    def test_wrong_frames_are_answered_and_the_session_goes_on(self):
        server = self.server
        desk, before = server.connect("staff", "desk"), self.position()
        for frame, code in FRAMES:
            counted = server.metric("machiai_commands_total", outcome="refused")
            received = len(desk.frames)
            desk.say(frame, wrong=True)
            answer = desk.frame_after(received)
            with self.subTest(frame=str(frame)[:80], answer=answer):
                self.assertEqual(answer["error"]["code"], code)
                self.assertEqual(answer["type"], "reply" if is_addressed(frame) else "error")
                server.await_metric(counted + 1, "machiai_commands_total", outcome="refused")
                self.assertNotIn("x" * 65, json.dumps(answer))
                self.assertNotIn(code, answer["error"]["message"])
        self.assertEqual(self.position(), before)
        self.assertTrue(desk.send("lock_room", **ROOM)["ok"])

    def test_a_second_hello_is_refused(self):
        desk = self.server.connect("staff", "desk")
        counted = self.server.metric("machiai_commands_total", kind="hello", outcome="refused")
        desk.say({"type": "hello", "token": self.server.token("staff", "desk")})
        self.assertEqual(desk.next_frame("error")["error"]["code"], "wrong_state")
        self.server.await_metric(counted + 1, "machiai_commands_total", kind="hello", outcome="refused")
        self.assertTrue(desk.send("lock_room", **ROOM)["ok"])

    def test_wrong_first_frames_end_the_connection(self):
        before = self.position()
        for frame, code, close in FIRST_FRAMES:
            session = machiai_test.Session(self.server)
            refused = self.server.metric("machiai_commands_total", outcome="refused")
            closes = self.server.metric("machiai_ws_closes_total", code=close)
            session.say(frame, wrong=True)
            with self.subTest(frame=str(frame)[:80]):
                self.assertEqual((session.wait_closed(), session.error()["code"]), (close, code))
                self.server.await_metric(refused + 1, "machiai_commands_total", outcome="refused")
                self.server.await_metric(closes + 1, "machiai_ws_closes_total", code=close)
        self.assertEqual(self.position(), before)

    def test_frames_that_are_no_websocket_end_the_connection(self):
        before = self.position()
        for name, (opcode, payload, options, close) in BROKEN.items():
            closes = self.server.metric("machiai_ws_closes_total", code=str(close))
            session = self.server.connect("staff", "desk")
            session.write(opcode, payload, **options)
            with self.subTest(name):
                self.assertEqual(session.wait_closed(), close)
                self.server.await_metric(closes + 1, "machiai_ws_closes_total", code=str(close))
        self.assertEqual(self.position(), before)

    def test_before_hello_little_is_read(self):
        session = machiai_test.Session(self.server)
        session.write(TEXT, b" " * (4 * 1024 + 1))
        self.assertEqual(session.wait_closed(), 1009)

    def test_refused_commands_are_counted_by_kind(self):
        server = self.server
        patient, desk = server.connect("patient", "p1", room="r1"), server.connect("staff", "desk")
        for session, kind, fields, code in (
            (patient, "admit", {**ROOM, "person": "p1"}, "forbidden"),
            (desk, "admit", {**ROOM, "person": "p1"}, "not_present"),
            (desk, "lock_room", {"room": "nowhere"}, "not_found"),
            (desk, "renew", {"token": "a.b.c"}, "unauthenticated"),
        ):
            counted = server.metric("machiai_commands_total", kind=kind, outcome="refused")
            reply = session.send(kind, **fields)
            with self.subTest(kind=kind, code=code):
                self.assertEqual(reply["error"]["code"], code)
                server.await_metric(counted + 1, "machiai_commands_total", kind=kind, outcome="refused")

    def test_refused_hellos_are_counted(self):
        for hello, code in (
            ({"token": self.server.token("operator", "root", "c1")}, "forbidden"),
            ({"token": self.server.operator_token}, "forbidden"),
            ({"token": self.server.operator_token[:-8] + "AAAAAAAA"}, "unauthenticated"),
            ({"token": self.server.token("patient", "p1")}, "malformed"),
            ({"token": self.server.token("patient", "p1"), "room": "nowhere"}, "not_found"),
            ({"token": self.server.token("staff", "desk", "nowhere")}, "unauthenticated"),
        ):
            counted = self.server.metric("machiai_commands_total", kind="hello", outcome="refused")
            session = machiai_test.Session(self.server)
            session.say({"type": "hello", **hello})
            session.wait_closed()
            with self.subTest(code=code):
                self.assertEqual(session.error()["code"], code)
                self.server.await_metric(counted + 1, "machiai_commands_total", kind="hello", outcome="refused")

    def test_wrong_requests_are_refused_by_name(self):
        before = self.position()
        for method, path, body, status, code in REQUESTS:
            answer = self.server.request(method, "/v1" + path, body, expect=None, wrong=True)
            with self.subTest(method=method, path=path, body=body, answer=answer):
                self.assertEqual((answer.status, answer.body["code"]), (status, code))
                self.assertEqual("allow" in answer.headers, status == 405)
        self.assertEqual(self.position(), before)

    def test_a_wrong_query_is_refused_by_name(self):
        for query, name in (("month=2026-04&day=1", "day"), ("month=2026-04&month=2026-05", "month")):
            answer = self.server.get(f"/v1/clinics/c1/usage?{query}", expect=400)
            self.assertIn(f'"{name}"', answer.body["detail"])

    def test_requests_are_counted_by_route_and_status(self):
        counted = [self.server.metric("machiai_http_requests_total", code=code) for code in ("2xx", "4xx")]
        self.server.get("/v1/clinics/c1/board")
        self.server.get("/v1/nothing", expect=404)
        for code, before in zip(("2xx", "4xx"), counted):
            self.server.await_metric(before + 1, "machiai_http_requests_total", code=code)

    def test_requests_without_an_answer_in_time_count_as_failed(self):
        settings = {"command": {"timeout_ms": 100}, "store": {"commit_interval_us": 1000000}}
        server, late = self.engine(settings=settings), 0
        for i in range(20):
            late += server.put("/v1/clinics/c1", {"name": f"Clinic {i}"}, expect=None).status == 504
        self.assertGreater(late, 0)
        server.await_metric(late, "machiai_commands_total", kind="put_clinic", outcome="failed")

    def test_from_commit_to_socket_is_measured_where_there_is_a_socket(self):
        count = "machiai_commit_socket_duration_seconds_count"
        self.assertEqual(self.server.metric(count), 0)
        desks = [self.server.connect("staff", f"desk-{i}") for i in range(2)]
        desks[0].ok("lock_room", **ROOM)
        for desk in desks:
            desk.next_event("room.locked")
        # Once for each thread with a listener, however many there are.
        shards = self.server.metric(count)
        self.assertIn(shards, (1, 2))
        # The time from the decision has the one from the commit in it.
        self.assertEqual(self.server.metric("machiai_change_delivery_duration_seconds_count"), shards)
        whole = self.server.metric("machiai_change_delivery_duration_seconds_sum")
        self.assertGreater(whole, self.server.metric("machiai_commit_socket_duration_seconds_sum"))
        desks[0].ok("unlock_room", **ROOM)
        for desk in desks:
            desk.next_event("room.unlocked")
        self.server.await_metric(2 * shards, count)

    def test_an_upgrade_needs_the_subprotocol(self):
        for options, status in (({"subprotocol": None}, 400), ({"subprotocol": "machiai.v2"}, 400)):
            with self.assertRaises(Refused) as caught:
                WebSocketClient(self.server.address, **options)
            self.assertEqual(caught.exception.status, status)
        session = WebSocketClient(self.server.address, subprotocol="machiai.v2, machiai.v1")
        session.drop()

    def test_a_command_id_is_used_for_one_command(self):
        desk, staff = self.server.connect("staff", "desk"), {"Idempotency-Key": "k1"}
        first = desk.send("lock_room", id="once", **ROOM)
        before = self.position()
        for kind, fields in (("unlock_room", ROOM), ("lock_room", {"room": "r2"})):
            reply = desk.send(kind, id="once", **fields)
            self.assertEqual((reply["error"]["code"], reply["error"]["retryable"]), ("command_id_reused", False))
        self.assertEqual(desk.send("lock_room", id="once", **ROOM), first)
        self.assertEqual(self.position(), before)

        first = self.server.put("/v1/clinics/c1/doctors/d2", '{"name": "A" }', headers=staff, wrong=True)
        before = self.position()
        self.assertEqual(self.server.put("/v1/clinics/c1/doctors/d2", {"name": "A"}, headers=staff).body, first.body)
        for path, body in (("doctors/d2", {"name": "B"}), ("doctors/d3", {"name": "A"}), ("patients/d2", {"name": "A"})):
            answer = self.server.put("/v1/clinics/c1/" + path, body, headers=staff, expect=422)
            self.assertEqual(answer.body["code"], "command_id_reused")
        key = {"algorithm": "HS256", "material": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I"}
        for _ in range(2):
            self.server.put("/v1/clinics/c1/keys/k", key, headers={"Idempotency-Key": "k2"})
        self.assertEqual(self.server.delete("/v1/clinics/c1/keys/k", headers={"Idempotency-Key": "k2"}, expect=422).status, 422)

    def test_a_link_made_up_by_a_stranger_harms_nobody(self):
        for size in (22, 62, 63, 64):
            link = {"clinic": "c1", "room": "r1", "invite": "i" * size, "secret": "s"}
            answer = self.server.post("/v1/invites/redeem", link, token="", expect=410)
            self.assertEqual(answer.body["code"], "invite_void")
        self.server.restart()
        self.server.restart()
        self.assertEqual(list(self.server.board()["cards"]), ["r1"])

    def test_guessing_links_is_slowed_down(self):
        server = self.engine(settings={"connection": {"failed_tokens_per_minute": 5}})
        server.seed_visit("r1", "p1", "d1")
        codes = []
        for i in range(8):
            link = {"clinic": "c1", "room": "r1", "invite": f"i{i}", "secret": "s"}
            codes.append(server.post("/v1/invites/redeem", link, token="", expect=None).status)
        self.assertEqual(codes, [410] * 6 + [429] * 2)

    def test_names_are_kept_in_one_form(self):
        self.server.put("/v1/clinics/c1/patients/p1", {"name": "か\u3099 e\u0301"})
        before = self.position()
        self.server.put("/v1/clinics/c1/patients/p1", {"name": "\u304c \u00e9"})
        self.assertEqual(self.position(), before)
        patient = self.server.connect("patient", "p1", room="r1")
        patient.ok("enter_waiting_room", room="r1")
        (card,) = self.server.board()["cards"].values()
        self.assertEqual([x["display_name"] for x in card["participants"]], ["\u304c \u00e9"])

    def test_a_late_answer_is_not_given_to_another_request(self):
        slow = {"connection": {"http_response_timeout_ms": 100}, "store": {"commit_interval_us": 1000000}}
        server = self.engine(settings=slow)
        host, port = server.address.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=machiai_test.WAIT_S)
        headers = {"Authorization": "Bearer " + server.operator_token, "Content-Type": "application/json"}
        late = []
        while not late:
            connection.request("PUT", "/v1/clinics/c1", b'{"name":"A"}', headers)
            answer = connection.getresponse()
            answer.read()
            late = [answer] if answer.status == 503 else []
        self.assertEqual(late[0].getheader("Connection"), "close")
        connection.close()

    def test_headers_that_say_what_is_not_served_are_refused(self):
        for header, status in (({"Idempotency-Key": ""}, 400), ({"Content-Encoding": "gzip"}, 415)):
            before = self.position()
            self.server.put("/v1/clinics/c1/doctors/d1", {"name": "B"}, headers=header, expect=status, wrong=True)
            self.assertEqual(self.position(), before)

    def test_head_is_get_without_the_body(self):
        token = self.server.operator_token
        connection = http.client.HTTPConnection(self.server.address, timeout=10)
        connection.request("HEAD", "/v1/clinics/c1/board", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.read()), (200, b""))
        self.assertGreater(int(answer.headers["Content-Length"]), 2)
        connection.close()

    def test_a_token_in_the_socket_s_address_is_refused(self):
        answer = self.server.get("/ws?token=x", expect=None, headers={
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol": "machiai.v1"})
        self.assertEqual((answer.status, answer.body["code"]), (400, "malformed"))

    def test_no_page_of_a_browser_may_ask_the_admin_listener(self):
        for method, path in (("POST", "/drain"), ("GET", "/metrics")):
            answer = self.server.request(method, path, expect=403, admin=True, headers={"Origin": "https://evil.test"})
            self.assertEqual(answer.body["code"], "forbidden")
        self.server.admin("/readyz")

    def test_hellos_during_the_planned_end_are_counted(self):
        server = self.engine(settings={"store": {"commit_interval_us": 1000000}})
        server.seed_visit("r1", "p1", "d1")
        desk, stranger = server.connect("staff", "desk"), machiai_test.Session(server)
        desk.ok("lock_room", **ROOM)
        desk.post("unlock_room", **ROOM)
        server.admin("/drain", method="POST", expect=202)
        stranger.say({"type": "hello", "token": server.token("staff", "late")})
        server.await_metric(1, "machiai_ws_refusals_total", reason="draining")
        self.assertEqual((stranger.wait_closed(), stranger.error()["code"]), (4100, "draining"))

    def test_origins_are_those_the_settings_name(self):
        server = self.engine(settings={"listen": {"allowed_origins": ["https://clinic.example"]}})
        server.seed_visit("r1", "p1", "d1")
        machiai_test.Session(server, headers=["Origin: https://clinic.example"])
        for origin in ("https://clinic.example.evil.test", "http://clinic.example", "null", "https://clinic.example:444"):
            with self.assertRaises(Refused) as caught:
                machiai_test.Session(server, headers=["Origin: " + origin])
            self.assertEqual(caught.exception.status, 403)
        server.await_metric(4, "machiai_ws_refusals_total", reason="origin")


if __name__ == "__main__":
    machiai_test.main()
