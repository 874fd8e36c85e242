#!/usr/bin/env python3
"""The tools that talk to a running engine: `demo`, `watch` and `simulate`; the last must notice an engine that lies,
which a proxy between the two plays. `tools_test.py EXE`"""

import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

from fault_kit import Engine, until

EXE = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "build/release/machiai"
OK, DIFFERENT, USAGE, NETWORK = 0, 1, 2, 5
FAST = ["--clinics", "1", "--rooms", "4", "--rate", "5", "--minutes", "0.06"]


class LyingProxy:
    """Passes everything on, but asks `lie(text)` about each text frame of the engine until it has lied once: None lets
    the frame pass, a list is what goes out in its place."""

    def __init__(self, target, lie):
        self.target, self.lie, self.lied = target, lie, False
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            threading.Thread(target=self.copy, args=(client, server), daemon=True).start()
            threading.Thread(target=self.answers, args=(server, client), daemon=True).start()

    @staticmethod
    def end(*ends):
        for one in ends:
            try:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.close()
            except OSError:
                pass

    def copy(self, source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        self.end(source, target)

    def answers(self, server, client):
        try:
            head = server.recv(65536)
            client.sendall(head) if not head.startswith(b"HTTP/1.1 101") else self.frames(head, server, client)
        except OSError:
            pass
        self.copy(server, client)

    def frames(self, data, server, client):
        end = data.index(b"\r\n\r\n") + 4
        client.sendall(data[:end])
        data = data[end:]
        while True:
            while (size := self.frame_size(data)) is None or len(data) < sum(size):
                more = server.recv(65536)
                if not more:
                    return
                data += more
            head, body = size
            frame, payload, data = data[: head + body], data[head : head + body], data[head + body :]
            client.sendall(self.changed(frame, payload))

    @staticmethod
    def frame_size(data):
        """Bytes of head and body of an unmasked frame; None while the head is not there."""
        if len(data) < 2:
            return None
        length = data[1] & 0x7F
        if length < 126:
            return 2, length
        width = 2 if length == 126 else 8
        return (2 + width, int.from_bytes(data[2 : 2 + width], "big")) if len(data) >= 2 + width else None

    def changed(self, frame, payload):
        if frame[0] != 0x81:
            return frame
        with self.lock:
            if self.lied:
                return frame
            texts = self.lie(payload.decode())
            self.lied = texts is not None
        return frame if texts is None else b"".join(map(self.framed, texts))

    @staticmethod
    def framed(text):
        body = text.encode()
        if len(body) < 126:
            return bytes([0x81, len(body)]) + body
        return bytes([0x81, 126]) + struct.pack(">H", len(body)) + body


def nth(number, fits, change):
    """A lie about the nth frame that fits."""
    seen = [0]

    def lie(text):
        if not fits(text):
            return None
        seen[0] += 1
        return change(text) if seen[0] == number else None

    return lie


class tools(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="machiai-tools-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.engine = Engine(EXE, self.folder).start()
        self.addCleanup(self.engine.kill)
        self.url = "http://%s:%d" % self.engine.listen

    def run_tool(self, *arguments, seconds=150, **variables):
        environment = {**os.environ, **variables}
        command = [EXE, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, env=environment)

    def simulate(self, *arguments, url=None, **variables):
        token = self.engine.token("operator", "root")
        given = ["simulate", "--url", url or self.url, "--admin-token", token, *arguments]
        return self.run_tool(*given, **variables)

    def demo(self):
        config = str(self.folder / "machiai.toml")
        result = self.run_tool("demo", "--config", config, "--url", self.url)
        self.assertEqual(result.returncode, OK, result)
        return result.stdout

    def board(self, clinic="demo"):
        status, board = self.engine.request(
            "GET", f"/v1/clinics/{clinic}/board", token=self.engine.token("staff", "s", clinic=clinic)
        )
        self.assertEqual(status, 200, board)
        return board

    def watch(self, *arguments, role="staff", url=None, clinic="demo", room=None):
        token = self.engine.token(role, "w", clinic=clinic, room=room)
        return self.run_tool("watch", "--url", url or self.url, "--token", token, *arguments, seconds=120)

    def test_simulate_finds_no_difference(self):
        result = self.simulate("--clinics", "2", "--rooms", "6", "--rate", "6", "--minutes", "0.12")
        self.assertEqual((result.returncode, result.stderr), (OK, ""), result.stdout)
        self.assertIn("differences:        0", result.stdout)
        self.engine.terminate()
        self.assertEqual(self.engine.wait(), 0)
        self.engine.verify()

    def test_simulate_plays_in_a_clinic_that_is_there(self):
        self.demo()
        result = self.simulate("--into", "demo", "--rate", "4", "--minutes", "0.06")
        self.assertEqual(result.returncode, OK, result.stdout)

    def test_a_demo_begun_again_leaves_one_invitation(self):
        for _ in range(2):
            self.demo()
        cards = self.board()["cards"]
        self.assertEqual([x["display_name"] for card in cards for x in card["invitations"]], ["リン・メイ"])

    def test_simulate_needs_an_operators_token(self):
        self.demo()
        needs = "--admin-token: simulate needs an operator's token"
        staff = self.engine.token("staff", "s", clinic="demo")
        for token, says, arguments in (
            (staff, needs, FAST),
            ("garbled", needs, FAST),
            (staff, needs, ["--into", "demo"]),
            (self.engine.token("operator", "root"), "--into: there is no such clinic", ["--into", "nowhere"]),
        ):
            refused = self.run_tool("simulate", "--url", self.url, "--admin-token", token, *arguments)
            self.assertEqual((refused.returncode, refused.stdout), (USAGE, ""), refused)
            self.assertIn(says, refused.stderr)
            self.assertEqual(refused.stderr.count("\n"), 1, refused.stderr)

    def expect_noticed(self, lie, *any_of):
        proxy = LyingProxy(self.engine.listen, lie)
        self.addCleanup(proxy.listener.close)
        result = self.simulate(*FAST, "--seed", "5", url=f"http://127.0.0.1:{proxy.port}")
        self.assertTrue(proxy.lied, result.stdout)
        self.assertEqual(result.returncode, DIFFERENT, result.stdout)
        told = [line for line in result.stdout.splitlines() if line.startswith("DIFFERENCE clinic sim-")]
        self.assertTrue(any(what in line for line in told for what in any_of), result.stdout)

    def test_simulate_notices_a_frame_that_never_came(self):
        # The first console is the measure of the others: whose frame it was decides how it shows.
        signs = "expected position", "was told something else than the first console"
        self.expect_noticed(nth(25, lambda text: text.startswith('{"type":"event"'), lambda text: []), *signs)

    def test_simulate_notices_a_card_that_is_wrong(self):
        right, wrong = '"additional_participants":0', '"additional_participants":1'
        fits = lambda text: '"name":"room.participant_entered"' in text and right in text
        self.expect_noticed(nth(3, fits, lambda text: [text.replace(right, wrong)]), " seq ")

    def test_simulate_notices_an_answer_too_many(self):
        fits = lambda text: text.startswith('{"type":"reply"') and '"ok":true' in text
        self.expect_noticed(nth(9, fits, lambda text: [text, text]), "more answers than it asked")

    def test_simulate_notices_a_patient_who_sees_too_much(self):
        fits = lambda text: text.startswith('{"type":"visit"') and '"place_in_line"' in text
        leak = lambda text: [text.replace('"visit":{', '"visit":{"chart_number":"7",', 1)]
        self.expect_noticed(nth(2, fits, leak), "more or less than its role may see")

    def test_simulate_without_an_engine_exits_5_and_with_a_wrong_url_2(self):
        self.engine.kill()
        self.assertEqual(self.simulate(*FAST).returncode, NETWORK)
        self.assertEqual(self.simulate(*FAST, url="ftp://x").returncode, USAGE)

    def test_demo_run_again_changes_nothing(self):
        text = self.demo()
        self.assertIn("12 appointments", text)
        self.assertEqual(len(self.board()["cards"]), 12)
        before = self.board()["seq"]
        self.demo()
        # The guest's new link; and a quarter of an hour may have begun in between, which adds an appointment and its
        # patient.
        self.assertLessEqual(self.board()["seq"], before + 3)

    def links(self):
        """Whose link demo prints, and the link."""
        text = self.demo().split("Open these in a browser", 1)[1]
        found = dict(line.split(None, 1) for line in text.splitlines() if line.startswith("  "))
        self.assertEqual(list(found), ["reception", "doctor", "patient", "guest"], text)
        self.assertIn("serves no pages", text)
        return {who: link.removeprefix(self.url) for who, link in found.items()}

    def test_the_links_demo_prints_open_the_demos_pages(self):
        links = self.links()
        for who, path in (("reception", "/console"), ("doctor", "/console"), ("patient", "/p/demo")):
            page, _, token = links[who].partition("#token=")
            self.assertEqual(page, path)
            status, visits = self.engine.request("GET", "/v1/clinics/demo/visits", token=token)
            self.assertEqual(status, 200 if who == "patient" else 403)
            self.assertEqual(self.engine.request("GET", "/v1/clinics/demo/board", token=token)[0], 403 if who == "patient" else 200)
            if who == "patient":
                (visit,) = visits["visits"]
        self.assertEqual((visits["clinic"]["phone"], len(visit["doctors"])), ("03-0000-0000", 1))
        self.assertIsInstance(visit["doctors"][0]["registered_year"], int)
        self.assertEqual([x["party"] for x in visit["invited"]], ["interpreter"])
        page, _, secret = links["guest"].partition("#")
        self.assertEqual(page, "/g/demo/" + visit["room"])
        invite, _, secret = secret.partition(".")
        body = {"clinic": "demo", "room": visit["room"], "invite": invite, "secret": secret}
        self.assertEqual(self.engine.request("POST", "/v1/invites/redeem", body, token="")[0], 200)
        # A used link is no use to whoever runs it again.
        self.assertNotEqual(self.links()["guest"], links["guest"])

    def test_the_demos_clinic_shows_what_a_page_can_show(self):
        self.demo()
        board = self.board()
        self.assertEqual((board["clinic"]["waiting_warn_min"], board["clinic"]["waiting_alert_min"]), (10, 20))
        patients = [card["patients"][0] for card in board["cards"]]
        self.assertTrue(all(patient["kana"] for patient in patients))
        self.assertEqual({patient["card_registered"] for patient in patients}, {True, False})

    def test_token_prints_the_link_of_a_page(self):
        token = ["token", "--config", str(self.folder / "machiai.toml"), "--clinic", "demo", "--sub", "x"]
        for role, start in (("staff", "/console#token="), ("doctor", "/console#token="), ("patient", "/p/demo#token=")):
            printed = self.run_tool(*token, "--role", role, "--link", "https://clinic.example")
            self.assertEqual(printed.returncode, OK, printed)
            self.assertTrue(printed.stdout.startswith("https://clinic.example:443" + start), printed.stdout)
        for wrong in (["--role", "system", "--link", "https://x"], ["--role", "staff", "--link", "clinic.example"]):
            refused = self.run_tool(*token, *wrong)
            self.assertEqual(refused.returncode, USAGE)
            self.assertIn("--link", refused.stderr)

    def test_the_tokens_demo_prints_are_good(self):
        lines = self.demo().splitlines()
        command = next(line.split() for line in lines if " watch --url" in line)
        self.assertEqual(self.run_tool(*command[1:], "--once").returncode, OK)

    def test_watch_prints_the_board_once(self):
        self.demo()
        result = self.watch("--once", url=self.url.replace("http", "ws") + "/ws")
        self.assertEqual(result.returncode, OK, result)
        for text in ("まちあいクリニック", "【待機中】0件", "【未入室】12件", "分遅れ", "【終了】0件"):
            self.assertIn(text, result.stdout)
        self.assertNotIn("\x1b", result.stdout)

    def test_watch_says_why_it_cannot(self):
        self.demo()
        for role in ("patient", "guest"):
            refused = self.watch("--once", role=role, room="r1" if role == "guest" else None)
            self.assertEqual((refused.returncode, refused.stdout), (USAGE, ""), refused)
            self.assertIn(f"--token: a token of role {role} sees no board; watch needs one of role staff", refused.stderr)
        self.assertEqual(self.watch("--once", url="http://127.0.0.1:1").returncode, NETWORK)
        self.assertEqual(self.watch("--once", url="nonsense").returncode, USAGE)
        for arguments in ([], ["--once"]):
            unknown = self.watch(*arguments, clinic="nowhere")
            self.assertEqual(unknown.returncode, USAGE, unknown)
            self.assertIn("the token does not verify", unknown.stderr)
        garbled = self.run_tool("watch", "--url", self.url, "--token", "garbled", "--once")
        self.assertEqual(garbled.returncode, USAGE, garbled)

    def test_watch_prints_each_change_and_outlives_a_restart(self):
        self.demo()
        token = self.engine.token("staff", "w", clinic="demo")
        with open(self.folder / "watched", "wb") as out:
            command = [EXE, "watch", "--url", self.url, "--token", token]
            watching = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        self.addCleanup(watching.kill)
        seen = lambda: (self.folder / "watched").read_text()
        until(lambda: "【終了】" in seen(), what="the first board")
        patient = self.board()["cards"][0]["patients"][0]["patient"]
        self.engine.put("demo/appointments/late-1", {"starts_at": "2026-11-22T10:00:00Z", "patients": [patient]})
        until(lambda: "room.appointment_booked @late-1 scheduled" in seen(), what="the change")
        self.engine.terminate()
        self.assertEqual(self.engine.wait(), 0)
        until(lambda: "切断 4100" in seen(), what="the end of the connection")
        self.engine.start(same_ports=True)
        until(lambda: seen().count("接続 live") == 2, what="the return")
        self.engine.put("demo", {"name": "別の名前"})
        until(lambda: "clinic.changed" in seen(), what="a change after the return")
        watching.send_signal(signal.SIGINT)
        self.assertEqual(watching.wait(60), OK)

    def test_tools_check_the_certificate(self):
        certificate, key = self.folder / "cert.pem", self.folder / "key.pem"
        make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        subprocess.run([*make, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        self.engine.kill()
        self.engine.configure({"listen": {"tls_certificate": str(certificate), "tls_key": str(key)}})
        self.engine.start()
        url = "https://localhost:%d" % self.engine.listen[1]
        refused = self.simulate(*FAST, url=url)
        self.assertEqual(refused.returncode, NETWORK)
        self.assertIn("certificate", refused.stderr)
        accepted = self.simulate(*FAST, url=url, SSL_CERT_FILE=str(certificate))
        self.assertEqual(accepted.returncode, OK, accepted.stdout)


if __name__ == "__main__":
    unittest.main()
