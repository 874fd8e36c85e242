#!/usr/bin/env python3
"""What operators see holds no patient data: words that exist nowhere else are put wherever something can enter, then
looked for in the log, the metrics and the close reasons. And what they see does not grow: the number of series."""

import contextlib
import json
import re
import secrets
import subprocess

import machiai_test
from fault_kit import run_sql, until
from machiai_test import EXE, Closed, Session, base64url, mint
from promql import series_of
from websocket_client import BINARY, CLOSE, PING, TEXT, Refused

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
EVERY_WORD = {"log": {"level": "trace", "event_lines_per_second": 1000000}}
UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol": "machiai.v1"}


class Canaries:
    """Words to be found again, each with the place it was put."""

    def __init__(self):
        self.placed = {}

    def __call__(self, place, ascii_only=False):
        word = "Kanaria" + secrets.token_hex(6)
        self.placed[word if ascii_only else "鳥" + word] = place
        return list(self.placed)[-1]

    def add(self, place, word):
        self.placed[word] = place
        return word

    def found_in(self, text):
        plain = text + json.dumps(text, ensure_ascii=False)
        forms = lambda word: (word, json.dumps(word)[1:-1], base64url(word.encode()), word.removeprefix("鳥"))
        return [place for word, place in self.placed.items() if any(form in plain for form in forms(word))]


def wrong_log_lines(text):
    """Lines that are not one JSON object with time, level and event."""
    for line in text.splitlines():
        try:
            said = json.loads(line)
            fine = re.fullmatch(STAMP, said["ts"]) and said["level"] in ("trace", "debug", "info", "warn", "error")
            if fine and re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", said["event"]) and line.isprintable():
                continue
        except (ValueError, KeyError, TypeError):
            pass
        yield line


class silence_test(machiai_test.TestCase):
    def setUp(self):
        super().setUp()
        self.canary, self.reasons = Canaries(), []

    def check(self, engine):
        """Ends the engine and looks at all it ever said."""
        metrics = engine.admin("/metrics").text
        engine.terminate()
        self.assertEqual(list(wrong_log_lines(engine.log())), [])
        self.assertGreater(len(engine.log().splitlines()), 1)
        for where, text in (("log", engine.log()), ("metrics", metrics), ("reasons", "\n".join(self.reasons))):
            with self.subTest(where=where):
                self.assertEqual(self.canary.found_in(text), [])

    def close(self, session):
        session.wait_closed()
        self.reasons.append(session.close_reason or "")

    def test_names_tokens_and_secrets_of_good_people(self):
        engine, canary = self.engine(settings=EVERY_WORD), self.canary
        base = "/v1/clinics/c1"
        engine.put(base, {"name": canary("clinic's name")})
        engine.put(f"{base}/patients/p1", {"name": canary("patient's name"), "chart_number": "1"})
        engine.put(f"{base}/doctors/d1", {"name": canary("doctor's name")})
        engine.put(f"{base}/appointments/r1", {"starts_at": "2026-04-10T01:00:00.000Z", "patients": ["p1"], "doctors": ["d1"]})
        key = base64url(canary.add("key's secret", secrets.token_bytes(32).hex()).encode())
        engine.put(f"{base}/keys/k1", {"algorithm": "HS256", "material": canary.add("key as sent", key)})
        desk = engine.connect("staff", "desk", token=self.token(engine, "staff", "desk"))
        patient = engine.connect("patient", "p1", room="r1", token=self.token(engine, "patient", "p1"))
        doctor = engine.connect("doctor", "d1", token=self.token(engine, "doctor", "d1"))
        patient.ok("enter_waiting_room", room="r1")
        desk.ok("admit", room="r1", person="p1")
        doctor.ok("enter_room", room="r1")
        link = desk.ok("invite", room="r1", party="family", display_name=canary("guest's name"))
        canary.add("link's secret", link["secret"])
        guest_token = canary.add("guest's token", engine.redeem(link).body["token"])
        guest = engine.connect("guest", link["person"], token=guest_token)
        guest.ok("enter_waiting_room", room="r1")
        desk.ok("remove", room="r1", person=link["person"])
        self.close(guest)
        engine.get(f"{base}/usage?month=2026-04")
        engine.put(f"{base}/patients/p1", {"name": canary("patient's new name")})
        patient.close()
        self.reasons.append(patient.close_reason)
        # A new process reads it all again.
        engine.restart()
        engine.connect("staff", "desk", resume=desk.position).abort()
        self.check(engine)

    def token(self, engine, role, sub):
        return self.canary.add(f"{role}'s token", engine.mint(role, sub, name=self.canary(f"{role}'s name in the token")))

    def test_what_strangers_and_broken_clients_send(self):
        limits = {"failed_tokens_per_minute": 1000000}
        engine, canary = self.engine(settings={**EVERY_WORD, "connection": limits}), self.canary
        engine.seed_visit("r1", "p1", "d1")
        self.send_wrong_http(engine, canary)
        self.send_wrong_tokens(engine, canary)
        self.send_wrong_frames(engine, canary)
        self.check(engine)

    def send_wrong_http(self, engine, canary):
        word = lambda place: canary(place, ascii_only=True)
        for path in (f"/v1/clinics/{word('path')}", f"/v1/clinics/c1/patients/%{word('escape')}",
                     f"/v1/clinics/c1/usage?month={word('query')}", f"/v1/clinics/c1/{word('unknown route')}"):
            engine.get(path, expect=None, wrong=True)
        engine.get(f"/ws?token={word('token in address')}", expect=400, headers=UPGRADE)
        for body in (canary("body"), '{"name":"' + canary("cut JSON"), {"name": "x", canary("field"): 1}, {"name": [canary("type")]}):
            engine.put("/v1/clinics/c1/patients/p2", body, expect=400, wrong=True)
        for name in ("User-Agent", "Origin", "Referer", "Cookie", "X-Forwarded-For", "Idempotency-Key", "Authorization"):
            engine.get("/v1/clinics/c1/board", expect=None, wrong=True, token="", headers={name: "Bearer " + word(name)})
        for name in ("Sec-WebSocket-Protocol", "X-Name"):
            with contextlib.suppress(Refused):
                Session(engine, headers=[f"{name}: {word(name)}"]).abort()
        body = {"clinic": "c1", "room": "r1", "invite": word("invite"), "secret": word("secret")}
        engine.post("/v1/invites/redeem", body, token="", expect=410)

    def send_wrong_tokens(self, engine, canary):
        claims = {"sub": "p1", "role": "patient", "clinic": "c1", "iat": 1, "exp": 2, "name": canary("forged name")}
        tokens = [mint(claims, b"x" * 32, "k9"), mint({**claims, "role": canary("role")}, b"x" * 32, "k9")]
        tokens += [mint({**claims, "clinic": canary("clinic")}, b"x" * 32, "k9"), engine.mint("staff", "s", age_s=99999)]
        tokens += [mint(claims, b"x" * 32, canary("kid")), canary("no token"), "a.b." + canary("signature", True)]
        for token in tokens:
            canary.add("token", token)
            engine.get("/v1/clinics/c1/board", token.encode().decode("latin-1"), expect=None, wrong=True)
            session = Session(engine)
            session.write(TEXT, json.dumps({"type": "hello", "token": token}))
            self.close(session)

    def send_wrong_frames(self, engine, canary):
        desk = engine.connect("staff", "desk")
        for frame in (canary("no JSON"), '{"type":"' + canary("half JSON"), {"type": canary("unknown type"), "id": "x1"},
                      {"type": "lock_room", "id": canary("bad id"), "room": "r1"},
                      {"type": "lock_room", "id": "x2", "room": canary("bad room")},
                      {"type": "lock_room", "id": "x3", "room": "r1", canary("field in a frame"): 1},
                      {"type": "invite", "id": "x4", "room": "r1", "party": canary("party"), "display_name": "x"},
                      {"type": "invite", "id": "x5", "room": "r1", "party": "family", "display_name": canary("long") * 50}):
            desk.say(frame, wrong=True)
        desk.write(PING, canary("ping").encode())
        desk.post("lock_room", room="r1")
        desk.write(CLOSE, (4000).to_bytes(2, "big") + canary("client's reason").encode())
        # RFC 6455 has it sent back to whom it came from.
        desk.wait_closed()
        for opcode, payload in ((BINARY, canary("binary").encode()), (TEXT, b"\xff" + canary("no UTF-8").encode()),
                                (11, canary("reserved opcode").encode()), (CLOSE, (999).to_bytes(2, "big") + canary("code").encode()),
                                (TEXT, (canary("large") * 5000).encode())):
            session = engine.connect("staff", "desk")
            session.write(opcode, payload)
            self.close(session)
        session = Session(engine)
        session.write(TEXT, canary("first frame"))
        self.close(session)

    def test_rows_that_the_store_refuses(self):
        """The server's own words must not carry a row into the log."""
        engine = self.engine("postgres", settings=EVERY_WORD)
        engine.seed_visit("r1", "p1", "d1")
        word = self.canary("name in a refused row")
        run_sql(engine.store_url, "ALTER TABLE event_log ADD CONSTRAINT no_second_patient CHECK (subject <> 'p2') NOT VALID")
        engine.put("/v1/clinics/c1/patients/p2", {"name": word}, expect=None)
        until(lambda: "no_second_patient" in engine.log(), what="the store's refusal in the log")
        self.check(engine)

    def test_the_check_can_fail(self):
        word = self.canary("somewhere")
        self.assertEqual(self.canary.found_in(f"…{word}…"), ["somewhere"])
        self.assertEqual(self.canary.found_in(json.dumps({"x": word})), ["somewhere"])
        fine = '{"ts":"2026-11-22T01:00:00.000Z","level":"info","event":"engine.started"}'
        self.assertEqual(list(wrong_log_lines(fine)), [])
        for wrong in ("hello", "{}", fine + fine, fine.replace("Z", ""), fine.replace("engine.started", "Hello p1")):
            self.assertEqual(list(wrong_log_lines(wrong)), [wrong])


class growth_test(machiai_test.TestCase):
    def test_a_thousand_rooms_add_no_series(self):
        engine = self.engine()
        names = lambda: sorted((name, tuple(sorted(labels.items()))) for name, labels in series_of(engine.admin("/metrics").text))
        before = names()
        load = ["simulate", "--url", f"http://{engine.address}", "--admin-token", engine.operator_token]
        load += ["--clinics", "20", "--rooms", "60", "--rate", "40", "--minutes", "0.45"]
        rooms = 0
        while rooms < 1000:
            # Whether all it saw was right is another test's business, on a machine that does nothing else.
            done = subprocess.run([EXE, *load], capture_output=True, text=True, check=False, timeout=600)
            rooms += self.visits_of(done.stdout)
        # What is refused, broken and unknown adds none either.
        engine.get("/v1/clinics/none/board", expect=404)
        engine.get("/nothing", token="nonsense", expect=None, wrong=True)
        with self.assertRaises(Closed):
            engine.connect("staff", "s", token="nonsense")
        after = names()
        self.assertGreater(len(before), 250)
        self.assertEqual(before, after)

    def visits_of(self, said):
        """How many visits simulate began."""
        return int(re.search(r"s: (\d+) visits", said)[1])


if __name__ == "__main__":
    machiai_test.main()
