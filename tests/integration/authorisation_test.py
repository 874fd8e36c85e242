#!/usr/bin/env python3
"""Who may do what, over real sockets: every role, with good and bad tokens, against every command and route of the one
table that `machiai access-table` prints. A command or role without a cell or without a template here fails."""

import itertools
import json
import time

import contracts
import machiai_test
from machiai_test import Closed

ROLES = contracts.document("protocol/schema/common.json")["$defs"]["role"]["enum"]
ACCESS = {"deny", "any_clinic", "own_clinic", "own_room"}
SECRET = b"0123456789abcdef0123456789abcdef"
# Longer than it takes to connect, on a busy machine too.
LIVES_S = 8
TIME = "2026-04-10T01:00:00.000Z"

# How each bad token is refused: HTTP status and close code, with one error code for both.
BAD_TOKENS = {
    "expired": ("token_expired", 4201),
    "revoked_key": ("revoked", 4202),
    "revoked_person": ("revoked", 4202),
    "wrong_signature": ("unauthenticated", 4200),
}


class World:
    """Two clinics with the same ids in them, so that only the token tells one from the other."""

    def __init__(self, engine):
        self.engine = engine
        self.ids = itertools.count(1)
        for clinic in ("c1", "c2"):
            for room, patient in (("r1", "p1"), ("r2", "p2")):
                engine.seed_visit(room, patient, "d1", clinic)
            # Only in this clinic: a name that the other one must not learn to exist.
            engine.seed_visit(f"only-{clinic}", "p1", "d1", clinic)
        self.desks = {clinic: engine.connect("staff", "desk", clinic=clinic) for clinic in ("c1", "c2")}
        self.guests = {clinic: self.invite_guest("r1", clinic) for clinic in ("c1", "c2")}
        self.key = {clinic: f"{clinic}-key" for clinic in ("c1", "c2")}
        for clinic, key in self.key.items():
            material = machiai_test.base64url(SECRET)
            engine.put(f"/v1/clinics/{clinic}/keys/{key}", {"algorithm": "HS256", "material": material})

    def new_id(self, prefix):
        return f"{prefix}-{next(self.ids)}"

    def invite_guest(self, room, clinic="c1"):
        fields = {"room": room, "party": "family", "display_name": "Relative"}
        return self.engine.redeem(self.desks[clinic].ok("invite", **fields), clinic, room).body

    def sub(self, role, clinic="c1"):
        return {"doctor": "d1", "patient": "p1", "guest": self.guests[clinic]["person"]}.get(role, f"{role}-1")

    def token(self, role, clinic="c1"):
        """A good token of this role."""
        if role == "guest":
            return self.guests[clinic]["token"]
        return self.engine.token(role, self.sub(role, clinic), None if role == "operator" else clinic)

    def bad_token(self, role, flaw):
        """A token that was good, or would be but for this flaw; and the same without it."""
        engine, sub = self.engine, self.sub(role)
        room = "r1" if role == "guest" else None
        if flaw == "expired":
            return engine.mint(role, sub, room=room, age_s=3600 + 61), engine.mint(role, sub, room=room)
        if flaw == "wrong_signature":
            good = engine.mint(role, sub, room=room)
            head, _, tail = good.rpartition(".")
            return f"{head}.{'A' if tail[0] != 'A' else 'B'}{tail[1:]}", good
        if flaw == "revoked_person":
            sub = f"revoked-{role}"
            good = engine.mint(role, sub, room=room)
            return good, good
        now = int(time.time())
        claims = {"sub": sub, "role": role, "clinic": "c1", "iat": now, "exp": now + 3600}
        if room:
            claims["room"] = room
        good = machiai_test.mint(claims, SECRET, self.key["c1"])
        return good, good

    def revoke(self):
        """After this the tokens with a revoked flaw are bad."""
        for role in ROLES:
            self.engine.put(f"/v1/clinics/c1/revocations/revoked-{role}")
        self.engine.delete(f"/v1/clinics/c1/keys/{self.key['c1']}")

    def let_guest_in(self):
        """The guest of c1 is in r1 from now on, on a device of its own."""
        if not getattr(self, "guests_device", None):
            self.guests_device = self.engine.connect("guest", self.sub("guest"), room="r1", token=self.token("guest"))
            self.guests_device.ok("enter_waiting_room", room="r1")
            self.desks["c1"].ok("admit", room="r1", person=self.sub("guest"))

    def visit(self, waiting=False, admitted=False, ended=False):
        """A new room of p1 in c1."""
        room = self.new_id("visit")
        self.engine.seed_visit(room, "p1", "d1")
        if waiting or admitted:
            patient = self.engine.connect("patient", "p1", room=room)
            patient.ok("enter_waiting_room", room=room)
        if admitted:
            self.desks["c1"].ok("admit", room=room, person="p1")
        if ended:
            self.desks["c1"].ok("end_consultation", room=room)
        return room


def invited(world):
    room = world.visit()
    reply = world.desks["c1"].ok("invite", room=room, party="nurse", display_name="Nurse")
    return {"room": room, "invite": reply["invite"]}


def present(world, role):
    """A room in which the holder of this role is, if that can be."""
    if role == "guest":
        world.let_guest_in()
        return {"room": "r1"}
    if role == "doctor":
        room = world.visit()
        world.engine.connect("doctor", "d1").ok("enter_room", room=room)
        return {"room": room}
    return {"room": world.visit(admitted=True)}


def of_person(world, role):
    """The room of a patient's or guest's own."""
    return {"room": "r1" if role == "guest" else world.visit()}


PASSED = dict.fromkeys(("camera", "microphone", "speaker", "network"), "passed")
# Of the call: only who is in it may, whoever has the role; call_test.py shows what they do.
OF_CALLS = {"join_call", "send_signal", "report_quality"}
# Answered by a reply only when they are refused, which they never are but by the table.
UNANSWERED = {"leave_call", "ask_beat"}

# What each command is sent with so that nothing but the table stands between it and success.
COMMANDS = {
    "renew": lambda world, role: {"token": world.token(role)},
    "ask_beat": lambda world, role: {},
    "enter_waiting_room": of_person,
    "enter_room": lambda world, role: {"room": world.visit()},
    "leave_room": of_person,
    "set_attention": lambda world, role: {**of_person(world, role), "attentive": False},
    "set_media": lambda world, role: {**present(world, role), "video": False, "audio": True},
    "report_device_test": lambda world, role: {**present(world, role), **PASSED},
    "join_call": of_person,
    "leave_call": of_person,
    "send_signal": lambda world, role: {**of_person(world, role), "to": {"person": "x", "device": "y"}, "candidate": None},
    "report_quality": lambda world, role: {**of_person(world, role), "quality": "good"},
    "admit": lambda world, role: {"room": world.visit(waiting=True), "person": "p1"},
    "send_back": lambda world, role: {"room": world.visit(admitted=True), "person": "p1"},
    "remove": lambda world, role: {"room": world.visit(waiting=True), "person": "p1"},
    "invite": lambda world, role: {"room": world.visit(), "party": "nurse", "display_name": "Nurse"},
    "revoke_invite": lambda world, role: invited(world),
    "lock_room": lambda world, role: {"room": world.visit()},
    "unlock_room": lambda world, role: {"room": world.visit()},
    "end_consultation": lambda world, role: {"room": world.visit(admitted=True)},
    "reopen_consultation": lambda world, role: {"room": world.visit(ended=True)},
}


def new_key(world):
    return world.new_id("key")


def registered_key(world):
    key = new_key(world)
    material = machiai_test.base64url(SECRET)
    world.engine.put(f"/v1/clinics/c1/keys/{key}", {"algorithm": "HS256", "material": material})
    return key


# For each route: the id in its path, and its body.
ROUTES = {
    "put_clinic": (None, {"name": "Clinic c1"}),
    "put_key": (new_key, {"algorithm": "HS256", "material": machiai_test.base64url(SECRET)}),
    "revoke_key": (registered_key, None),
    "revoke_person": (lambda world: world.new_id("nobody"), None),
    "put_doctor": (lambda world: world.new_id("doctor"), {"name": "Doctor"}),
    "put_patient": (lambda world: world.new_id("patient"), {"name": "Patient"}),
    "put_appointment": (lambda world: world.new_id("visit"), {"starts_at": TIME, "patients": ["p1"]}),
    "cancel_appointment": (lambda world: world.visit(), None),
    "get_board": (None, None),
    "get_visits": (None, None),
    "get_usage": (None, None),
}


def request_of(world, command, clinic):
    """Method, path and body of a route's request to this clinic."""
    method, template = next((m, t) for m, t, x in contracts.operations() if x["operationId"] == command)
    make_id, body = ROUTES[command]
    path = template.replace("{clinic}", clinic).replace("{id}", make_id(world) if make_id else "")
    return method, path + ("?month=2026-04" if command == "get_usage" else ""), body


def without_id(reply):
    return {key: value for key, value in reply.items() if key != "id"}


class authorisation_test(machiai_test.TestCase):
    def setUp(self):
        super().setUp()
        limits = {"failed_tokens_per_minute": 1000000, "messages_burst": 1000}
        self.server = self.engine(settings={"connection": limits})
        self.table = json.loads(self.server.run("access-table"))

    def test_table_protocol_and_templates_name_the_same_commands_and_roles(self):
        frames = {x["$ref"].rsplit("/", 1)[1] for x in contracts.document("protocol/schema/client.json")["oneOf"]}
        routes = {operation["operationId"] for _, _, operation in contracts.operations()}
        self.assertEqual(set(self.table), frames | routes)
        self.assertEqual(frames, set(COMMANDS) | {"hello"})
        self.assertEqual(routes, set(ROUTES) | {"redeem_invite", "get_invitation"})
        for command, cells in self.table.items():
            self.assertEqual(set(cells), set(ROLES), command)
            self.assertLessEqual(set(cells.values()), ACCESS, command)

    def test_the_documented_routes_are_the_engines(self):
        shown = set()
        for line in self.server.admin("/metrics").text.splitlines():
            if line.startswith("machiai_http_requests_total{") and 'route="/' in line:
                shown.add(line.split('route="', 1)[1].split('"', 1)[0])
        self.assertEqual(shown, {template for _, template, _ in contracts.operations()})

    def test_every_role_on_every_route(self):
        world = World(self.server)
        for command in ROUTES:
            for role in ROLES:
                method, path, body = request_of(world, command, "c1")
                before = self.server.board()["seq"]
                answer = self.server.request(method, path, body, world.token(role), expect=None)
                with self.subTest(command=command, role=role, answer=answer):
                    if self.table[command][role] != "deny":
                        self.assertEqual(answer.status, 200)
                        continue
                    self.assertEqual((answer.status, answer.body["code"]), (403, "forbidden"))
                    self.assertEqual(self.server.board()["seq"], before)

    def test_another_clinic_answers_like_none(self):
        world = World(self.server)
        before = self.server.board("c2")["seq"]
        for command in ROUTES:
            for role in ROLES:
                if self.table[command][role] == "any_clinic":
                    method, path, body = request_of(world, command, "c1")
                    self.server.request(method, path, body, world.token(role))
                    continue
                method, path, body = request_of(world, command, "c1")
                token = world.token(role)
                other = self.server.request(method, path.replace("/c1", "/c2", 1), body, token, expect=None)
                absent = self.server.request(method, path.replace("/c1", "/nowhere", 1), body, token, expect=None)
                with self.subTest(command=command, role=role):
                    self.assertEqual(other.text, absent.text)
                    if role != "operator":
                        self.assertEqual((other.status, other.body["code"]), (404, "not_found"))
        self.assertEqual(self.server.board("c2")["seq"], before)

    def test_bad_tokens_open_no_route(self):
        world = World(self.server)
        tokens = {(role, flaw): world.bad_token(role, flaw) for role in ROLES for flaw in BAD_TOKENS}
        self.check_flawless_twins(tokens)
        world.revoke()
        before = self.server.board()["seq"]
        requests = [(command, *request_of(world, command, "c1")) for command in ROUTES]
        before = self.server.board()["seq"]
        for command, method, path, body in requests:
            for (role, flaw), (bad, _) in tokens.items():
                answer = self.server.request(method, path, body, bad, expect=None)
                with self.subTest(command=command, role=role, flaw=flaw):
                    # No clinic's key makes an operator, so that flaw shows as another.
                    self.assertEqual((answer.status, answer.body["code"]), (401, BAD_TOKENS[flaw][0]))
            for token in ("", "nonsense", "a.b.c"):
                answer = self.server.request(method, path, body, token, expect=None)
                with self.subTest(command=command, token=token):
                    self.assertEqual((answer.status, answer.body["code"]), (401, "unauthenticated"))
        self.assertEqual(self.server.board()["seq"], before)

    def check_flawless_twins(self, tokens):
        """Each bad token is refused for its flaw alone: without it the engine knows its holder."""
        for (role, flaw), (_, good) in tokens.items():
            answer = self.server.get("/v1/clinics/c1/board", good, expect=None)
            by_clinics_key = role == "operator" and flaw == "revoked_key"
            allowed = self.table["get_board"][role] != "deny" and not by_clinics_key
            with self.subTest(role=role, flaw=flaw):
                self.assertEqual(answer.status, 200 if allowed else 403)

    def test_every_role_says_hello(self):
        world = World(self.server)
        for role in ROLES:
            token = self.server.token(role, world.sub(role), room=None) if role != "guest" else world.token(role)
            with self.subTest(role=role):
                if self.table["hello"][role] != "deny":
                    welcome = self.server.connect(role, world.sub(role), room="r1", token=token).welcome
                    self.assertEqual((welcome["role"], welcome["sub"]), (role, world.sub(role)))
                    continue
                with self.assertRaises(Closed) as caught:
                    self.server.connect(role, world.sub(role), token=token)
                self.assertEqual((caught.exception.code, caught.exception.error["code"]), (4203, "forbidden"))

    def test_a_sub_of_another_role_watches_nothing(self):
        World(self.server)
        self.server.connect("patient", "p1", room="r1").ok("enter_waiting_room", room="r1")
        self.server.connect("doctor", "d1").ok("enter_room", room="r1")
        for role, sub in (("doctor", "p1"), ("patient", "d1")):
            with self.subTest(role=role, sub=sub), self.assertRaises(Closed) as caught:
                self.server.connect(role, sub, room="r1")
            self.assertEqual((caught.exception.code, caught.exception.error["code"]), (4203, "forbidden"))
        people = {x["person"]: x["party"] for x in self.server.board()["cards"]["r1"]["participants"]}
        self.assertEqual(people, {"p1": "patient", "d1": "doctor"})

    def test_every_role_on_every_command(self):
        world = World(self.server)
        for role in ROLES:
            if self.table["hello"][role] == "deny":
                continue
            session = self.server.connect(role, world.sub(role), room="r1", token=world.token(role))
            for command, template in COMMANDS.items():
                fields = template(world, role)
                before = self.server.board()["seq"]
                if command in UNANSWERED and self.table[command][role] != "deny":
                    session.post(command, **fields)
                    continue
                reply = session.send(command, **fields)
                with self.subTest(command=command, role=role, reply=reply):
                    if self.table[command][role] != "deny" and command in OF_CALLS:
                        self.assertIn(reply["error"]["code"], ("not_present", "conflict"))
                        continue
                    if self.table[command][role] != "deny":
                        self.assertTrue(reply["ok"])
                        continue
                    self.assertFalse(reply["ok"])
                    self.assertEqual(reply["error"]["code"], "forbidden")
                    self.assertEqual(self.server.board()["seq"], before)

    def test_a_token_that_ends_ends_every_command(self):
        # Beats would find it too, but not within this test.
        limits = {"beat_interval_ms": 300000, "messages_burst": 1000}
        # However long the preparation takes, nobody of it is given up during the test.
        patient = {"leave_after_ms": 600000}
        self.server = self.engine(settings={"connection": limits, "presence": patient, "token": {"leeway_ms": 0}})
        world = World(self.server)
        roles = [role for role in ROLES if self.table["hello"][role] != "deny"]
        asked = {(role, command): make(world, role) for role in roles for command, make in COMMANDS.items()}
        sessions = {}
        for role, command in asked:
            room = "r1" if role == "guest" else None
            token = self.server.mint(role, world.sub(role), room=room, lives_s=LIVES_S)
            sessions[role, command] = self.server.connect(role, world.sub(role), room="r1", token=token)
        time.sleep(LIVES_S + 1)
        before = self.server.board()["seq"]
        for (role, command), fields in asked.items():
            session = sessions[role, command]
            session.post(command, **fields)
            with self.subTest(command=command, role=role):
                self.assertEqual(session.wait_closed(), 4201)
                self.assertEqual(session.error()["code"], "token_expired")
        self.assertEqual(self.server.board()["seq"], before)

    def test_commands_to_another_clinics_room_answer_like_none(self):
        world = World(self.server)
        for role in ROLES:
            if self.table["hello"][role] == "deny":
                continue
            session = self.server.connect(role, world.sub(role), room="r1", token=world.token(role))
            before = self.server.board("c2")["seq"]
            for command, template in COMMANDS.items():
                if command == "renew" or (command in UNANSWERED and self.table[command][role] != "deny"):
                    continue
                fields = template(world, role)
                other, absent = (session.send(command, **{**fields, "room": room}) for room in ("only-c2", "nowhere"))
                with self.subTest(command=command, role=role, reply=other):
                    self.assertFalse(other["ok"])
                    self.assertEqual(without_id(other), without_id(absent))
            self.assertEqual(self.server.board("c2")["seq"], before)

    def test_a_patients_commands_to_a_room_of_others_answer_like_none(self):
        world = World(self.server)
        patient = self.server.connect("patient", "p1", room="r1")
        self.server.seed_visit("r3", "p2", "d1")
        self.server.delete("/v1/clinics/c1/appointments/r3")
        before = self.server.board()["seq"]
        for command, cells in self.table.items():
            if command in set(COMMANDS) - UNANSWERED - {"renew"} and cells["patient"] == "own_room":
                fields = COMMANDS[command](world, "patient")
                before = self.server.board()["seq"]
                absent = patient.send(command, **{**fields, "room": "nowhere"})
                for room in ("r2", "r3"):
                    other = patient.send(command, **{**fields, "room": room})
                    with self.subTest(command=command, room=room, reply=other):
                        self.assertFalse(other["ok"])
                        self.assertEqual(without_id(other), without_id(absent))
                self.assertEqual(self.server.board()["seq"], before)

    def test_a_token_for_one_room_is_good_for_no_other(self):
        world = World(self.server)
        self.server.seed_visit("r3", "p1", "d1")
        bound = self.server.token("patient", "p1", room="r1")
        holders = {"patient": bound, "guest": world.token("guest")}
        for role, token in holders.items():
            session = self.server.connect(role, world.sub(role), token=token)
            for command, cells in self.table.items():
                if command in COMMANDS and command != "renew" and cells[role] == "own_room":
                    fields = COMMANDS[command](world, role)
                    for room in ("r2", "r3", "nowhere"):
                        reply = session.send(command, **{**fields, "room": room})
                        with self.subTest(command=command, role=role, room=room):
                            self.assertEqual(reply["error"]["code"], "forbidden")
            for room in ("r3", "nowhere"):
                with self.subTest(role=role, room=room), self.assertRaises(Closed) as caught:
                    self.say_hello({"type": "hello", "token": token, "room": room})
                self.assertEqual(caught.exception.code, 4203)

    def test_the_visit_of_another_is_not_to_be_watched(self):
        World(self.server)
        told = []
        for room in ("r2", "only-c2", "nowhere"):
            with self.assertRaises(Closed) as caught:
                self.server.connect("patient", "p1", room=room)
            told.append((caught.exception.code, caught.exception.reason, caught.exception.error))
        self.assertEqual(told[0][2]["code"], "not_found")
        self.assertEqual(told, told[:1] * 3)
        # A guest nobody invited, with a token that the clinic's own software made too freely.
        with self.assertRaises(Closed) as caught:
            self.server.connect("guest", "stranger", room="r1")
        self.assertEqual(caught.exception.error["code"], "not_found")

    def test_neither_patient_nor_guest_can_ever_admit(self):
        world = World(self.server)
        room = world.visit(waiting=True)
        tokens = [("patient", self.server.token("patient", "p1", room=bound)) for bound in (None, room)]
        tokens.append(("guest", world.invite_guest(room)["token"]))
        for role, token in tokens:
            session = self.server.connect(role, "p1", room=room, token=token)
            for person in ("p1", session.welcome["sub"]):
                reply = session.send("admit", room=room, person=person)
                self.assertEqual(reply["error"]["code"], "forbidden")
        cards = self.server.board()["cards"][room]["participants"]
        self.assertEqual([(x["whereabouts"], x["admitted"]) for x in cards], [("waiting", False)])

    def test_bad_tokens_get_no_welcome(self):
        world = World(self.server)
        roles = [role for role in ROLES if self.table["hello"][role] != "deny"]
        tokens = {(role, flaw): world.bad_token(role, flaw) for role in roles for flaw in BAD_TOKENS}
        world.revoke()
        for (role, flaw), (bad, _) in tokens.items():
            with self.subTest(role=role, flaw=flaw), self.assertRaises(Closed) as caught:
                self.say_hello({"type": "hello", "token": bad, **({"room": "r1"} if role == "patient" else {})})
            code, close = BAD_TOKENS[flaw]
            self.assertEqual((caught.exception.code, caught.exception.error["code"]), (close, code))
        for token in ("nonsense", "a.b.c", self.server.token("staff", "s", clinic="nowhere")):
            with self.assertRaises(Closed) as caught:
                self.say_hello({"type": "hello", "token": token})
            self.assertEqual((caught.exception.code, caught.exception.error["code"]), (4200, "unauthenticated"))

    def test_without_hello_no_command_is_heard(self):
        world = World(self.server)
        for command, template in COMMANDS.items():
            fields = template(world, "staff")
            before = self.server.board()["seq"]
            session = machiai_test.Session(self.server)
            session.post(command, **fields)
            with self.subTest(command=command):
                self.assertEqual(session.wait_closed(), 4200)
                self.assertEqual(session.error()["code"], "unauthenticated")
                self.assertEqual(self.server.board()["seq"], before)

    def test_a_session_is_renewed_by_a_good_token_of_its_own_person_only(self):
        world = World(self.server)
        for role in ROLES:
            if self.table["renew"][role] == "deny":
                continue
            session = self.server.connect(role, world.sub(role), room="r1", token=world.token(role))
            others = [self.server.mint(other, world.sub(other), room="r1") for other in ROLES]
            others += [self.server.mint(role, "somebody", room="r1"), self.server.mint(role, world.sub(role), "c2")]
            for token in others:
                if token != others[ROLES.index(role)] or role != "guest":
                    reply = session.send("renew", token=token)
                    with self.subTest(role=role):
                        self.assertFalse(reply["ok"])
            for flaw in ("expired", "wrong_signature"):
                reply = session.send("renew", token=world.bad_token(role, flaw)[0])
                self.assertEqual(reply["error"]["code"], BAD_TOKENS[flaw][0])
            self.assertTrue(session.send("renew", token=world.token(role))["ok"])

    def test_a_link_opens_its_room_once_whoever_holds_it(self):
        world = World(self.server)
        for role in ROLES:
            self.assertEqual(self.table["redeem_invite"][role], "deny")
            self.assertEqual(self.table["get_invitation"][role], "deny")
        reply = world.desks["c1"].ok("invite", room="r1", party="interpreter", display_name="Interpreter")
        body = {"clinic": "c1", "room": "r1", "invite": reply["invite"], "secret": reply["secret"]}
        wrong = [
            {**body, "secret": "x"},
            {**body, "invite": "x"},
            {**body, "room": "r2"},
            {**body, "room": "nowhere"},
            {**body, "clinic": "c2"},
            {**body, "clinic": "nowhere"},
        ]
        answers = {self.server.post(f"/v1/invites/{how}", x, "", expect=410).text for x in wrong for how in ("look", "redeem")}
        self.assertEqual(len(answers), 1, answers)
        for _ in range(2):
            told = self.server.post("/v1/invites/look", body, "").body
            self.assertEqual((told["party"], told["display_name"]), ("interpreter", "Interpreter"))
        self.server.post("/v1/invites/redeem", body, "nonsense")
        self.assertEqual({self.server.post("/v1/invites/look", body, "", expect=410).text}, answers)
        self.assertEqual({self.server.post("/v1/invites/redeem", body, "", expect=410).text}, answers)

    def say_hello(self, frame):
        session = machiai_test.Session(self.server)
        session.say(frame)
        session.await_welcome()


if __name__ == "__main__":
    machiai_test.main()
