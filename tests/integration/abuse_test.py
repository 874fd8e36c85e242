#!/usr/bin/env python3
"""Clients that are rude, broken, slow or too many: each is refused with its code and counted, nobody else notices, and
what it held is given back. `abuse_test.py EXE`"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

import machiai_test
from fault_kit import until, ws_frame
from websocket_client import PING, PONG, TEXT, ConnectionLost, Refused, WebSocketClient

SETTINGS = {"presence": {"leave_after_ms": 1500}, "listen": {"shards": 1}}
# Only where somebody is too slow: who is not must never be, however busy the machine.
QUICK = {
    "hello_timeout_ms": 1000,
    "handshake_timeout_ms": 1000,
    "http_body_timeout_ms": 1000,
    "beat_interval_ms": 2000,
    "doubt_after_ms": 1000,
    "dead_after_ms": 1900,
}
# The longest of these, a beat and the silence after it, and a margin for a crowded machine.
CUT_WITHIN_S = (QUICK["beat_interval_ms"] + QUICK["dead_after_ms"]) / 1000 + 4


class abuse(machiai_test.TestCase):
    def open_clinic(self, store=None, **connection):
        engine = self.engine("sqlite", {**SETTINGS, "store": store or {}, "connection": connection})
        engine.seed_visit("r1", patient="p1", doctor="d1")
        # It keeps descriptors of its own, which nobody who counts them must see come.
        until(lambda: engine.metric("machiai_audit_looks_total", outcome="compared") > 0, what="the auditor's first look")
        return engine

    def descriptors(self, engine):
        return len(os.listdir(f"/proc/{engine.process.pid}/fd"))

    def resident_bytes(self, engine):
        with open(f"/proc/{engine.process.pid}/statm") as file:
            return int(file.read().split()[1]) * 4096

    def raw(self, engine, hello=True):
        client = WebSocketClient(engine.address)
        self.addCleanup(client.drop)
        if hello:
            client.write(TEXT, json.dumps({"type": "hello", "token": engine.mint("staff", "rude")}))
            while json.loads(client.read()[1])["type"] != "board":
                pass
        return client

    def closed_with(self, client):
        """The close code, past everything that comes before it; None without one, "still open" when nothing comes."""
        try:
            while True:
                opcode, payload = client.read()
                if opcode == 8:
                    return int.from_bytes(payload[:2], "big")
        except ConnectionLost:
            return None
        except TimeoutError:
            return "still open"

    def closes(self, engine, code):
        """The count of a close code."""
        return engine.metric("machiai_ws_closes_total", code=str(code))

    def expect_close(self, engine, client, code, within_s=CUT_WITHIN_S):
        begun = time.monotonic()
        self.assertEqual(self.closed_with(client), code)
        self.assertLess(time.monotonic() - begun, within_s)
        client.drop()
        self.counted = getattr(self, "counted", 0) + 1
        until(lambda: self.closes(engine, code) == self.counted, what=f"close {code} counted")

    def answer_to(self, engine, *parts, pause_s=0.0, seconds=60):
        """What comes back for raw bytes sent one after another."""
        host, port = engine.address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=seconds) as link:
            try:
                for part in parts:
                    link.sendall(part)
                    time.sleep(pause_s)
            except OSError:
                pass
            answer = b""
            try:
                while more := link.recv(65536):
                    answer += more
            except ConnectionResetError:
                pass
            return answer

    def refused_requests(self, engine):
        """Refused before any route was looked at; counted by class."""
        return engine.metric("machiai_http_requests_total", code="4xx")

    # Too slow

    def test_a_socket_that_never_says_hello_is_cut(self):
        engine = self.open_clinic(**QUICK)
        self.expect_close(engine, self.raw(engine, hello=False), 4205)

    def test_a_handshake_that_drips_is_cut(self):
        engine = self.open_clinic(**QUICK)
        base = self.descriptors(engine)
        drip = [b"GET /ws HTTP/1.1\r\n", *[b"X-Slow: 1\r\n"] * 40]
        begun = time.monotonic()
        answer = self.answer_to(engine, *drip, pause_s=0.05)
        self.assertIn(b"408", answer.split(b"\r\n")[0])
        self.assertIn(b"timed_out", answer)
        self.assertLess(time.monotonic() - begun, CUT_WITHIN_S)
        until(lambda: self.refused_requests(engine) == 1, what="408 counted")
        until(lambda: self.descriptors(engine) <= base, what="descriptor given back")

    def test_a_connection_that_says_nothing_is_cut(self):
        engine = self.open_clinic(**QUICK)
        begun = time.monotonic()
        self.answer_to(engine)
        self.assertLess(time.monotonic() - begun, CUT_WITHIN_S)

    def test_a_body_that_drips_is_cut(self):
        engine = self.open_clinic(**QUICK)
        head = b"PUT /v1/clinics/c1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
        self.assertIn(b"408", self.answer_to(engine, head).split(b"\r\n")[0])

    def test_half_a_frame_and_then_silence_is_cut(self):
        engine = self.open_clinic(**QUICK)
        client = self.raw(engine)
        client.socket.sendall(b"\x81")
        self.expect_close(engine, client, 4103)

    def test_a_frozen_client_is_doubted_then_given_up_and_its_socket_freed(self):
        engine = self.open_clinic(**QUICK)
        staff = engine.connect("staff", "s1")
        base = self.descriptors(engine)
        token = engine.mint("patient", "p1")
        child = subprocess.Popen(
            [sys.executable, __file__, "--frozen", engine.address, token, str(os.path.dirname(__file__))],
            stdout=subprocess.PIPE,
        )
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.assertEqual(child.stdout.readline(), b"entered\n")
        staff.next_event("room.participant_arrived")
        child.send_signal(signal.SIGSTOP)
        frozen = time.monotonic()
        staff.next_event("room.participant_unstable")
        staff.next_event("room.participant_left")
        self.assertLess(time.monotonic() - frozen, CUT_WITHIN_S)
        until(lambda: self.closes(engine, 4103) == 1, what="close counted")
        until(lambda: self.descriptors(engine) <= base, what="descriptor given back")

    # Too much

    def test_a_flood_of_pings_is_cut(self):
        engine = self.open_clinic()
        client = self.raw(engine)
        before = self.resident_bytes(engine)
        try:
            for _ in range(5000):
                client.write(PING, b"x" * 125)
        except OSError:
            pass
        self.assertIn(self.closed_with(client), (4207, None))
        until(lambda: self.closes(engine, 4207) == 1, what="flood counted")
        self.assertLess(self.resident_bytes(engine) - before, 8 << 20)

    def test_a_flood_of_commands_is_cut_and_nobody_else_waits(self):
        engine = self.open_clinic()
        other, client = engine.connect("staff", "s1"), self.raw(engine)
        client.socket.settimeout(60)
        slowest = 0
        try:
            for i in range(3000):
                command = {"type": "lock_room" if i % 2 == 0 else "unlock_room", "id": f"f{i}", "room": "r1"}
                client.write(TEXT, json.dumps(command))
                if i % 300 == 0:
                    begun = time.monotonic()
                    other.ok("lock_room", room="r1")
                    slowest = max(slowest, time.monotonic() - begun)
        except OSError:
            pass
        self.assertIn(self.closed_with(client), (4207, None))
        until(lambda: self.closes(engine, 4207) == 1, what="flood counted")
        self.assertLess(slowest, 10)

    def test_commands_above_what_may_be_in_flight_are_refused_one_by_one(self):
        # The first answer comes long after the last command, however fast the machine.
        engine = self.open_clinic(store={"commit_interval_us": 500000})
        client = self.raw(engine)
        messages = ({"type": "lock_room", "id": f"a{i}", "room": "r1"} for i in range(100))
        client.socket.sendall(b"".join(ws_frame(TEXT, json.dumps(x)) for x in messages))
        replies = {}
        while len(replies) < 100:
            frame = json.loads(client.read()[1])
            if frame["type"] == "reply":
                replies[frame["id"]] = "ok" if frame["ok"] else frame["error"]["code"]
        outcomes = list(replies.values())
        self.assertGreaterEqual(outcomes.count("ok"), 32)
        self.assertEqual(set(outcomes), {"ok", "rate_limited"})

    def test_a_clinics_commands_in_flight_are_counted_over_all_threads_and_protocols(self):
        limits = {"in_flight_per_session_max": 4, "in_flight_per_clinic_max": 4}
        slow = {"commit_interval_us": 1000000}
        engine = self.engine("sqlite", {"listen": {"shards": 4}, "command": limits, "store": slow})
        engine.seed_visit("r1", patient="p1", doctor="d1")
        # Which thread a connection comes to is the kernel's choice; all of these to one would be a wonder.
        clients = [self.raw(engine) for _ in range(16)]
        path, name = "/v1/clinics/c1/doctors/d2", {"name": "Doctor"}
        for attempt in range(20):
            # The next commit comes a second after this one; all must have come before it.
            engine.put(path, name)
            begun = time.monotonic()
            for i, client in enumerate(clients):
                client.write(TEXT, json.dumps({"type": "lock_room", "id": f"a{attempt}-{i}", "room": "r1"}))
            in_time = time.monotonic() - begun < 0.3
            by_http = engine.put(path, name, expect=None)
            outcomes = [self.outcome(client) for client in clients]
            if in_time:
                break
        self.assertLessEqual(outcomes.count("ok") + (by_http.status == 200), 4, outcomes)
        self.assertGreaterEqual(outcomes.count("ok"), 1)
        self.assertEqual(set(outcomes), {"ok", "rate_limited"})
        engine.put(path, {"name": "Another"})

    def outcome(self, client):
        while (frame := json.loads(client.read()[1]))["type"] != "reply":
            pass
        return "ok" if frame["ok"] else frame["error"]["code"]

    def test_requests_above_the_rate_are_slowed_not_cut(self):
        engine = self.open_clinic(http_requests_per_second=20, http_requests_burst=20)
        host, port = engine.address.rsplit(":", 1)
        link = http.client.HTTPConnection(host, int(port), timeout=60)
        self.addCleanup(link.close)
        loaded = slowed = 0
        begun = time.monotonic()
        while loaded < 60:
            body = json.dumps({"name": "A"})
            headers = {"Authorization": "Bearer " + engine.operator_token}
            link.request("PUT", f"/v1/clinics/c1/doctors/bulk{loaded}", body, headers)
            answer = link.getresponse()
            text = answer.read()
            if answer.status == 429:
                self.assertEqual(json.loads(text)["code"], "rate_limited")
                slowed += 1
                time.sleep(int(answer.getheader("Retry-After")))
            else:
                self.assertEqual(answer.status, 200)
                loaded += 1
        self.assertGreaterEqual(slowed, 1)
        # What the burst does not cover comes at the rate.
        self.assertGreaterEqual(time.monotonic() - begun, (60 - 20) / 20)
        self.assertEqual(self.refused_requests(engine), slowed)

    def test_failed_tokens_are_counted_over_all_threads(self):
        settings = {"listen": {"shards": 4}, "connection": {"failed_tokens_per_minute": 5}}
        engine = self.engine("sqlite", settings)
        codes = [engine.get("/v1/clinics/c1/board", "a.b.c", expect=None).status for _ in range(24)]
        self.assertEqual(codes, [401] * 6 + [429] * 18)

    def test_a_neighbours_bad_tokens_do_not_send_a_good_client_away_for_good(self):
        engine = self.open_clinic(failed_tokens_per_minute=5)
        bad = engine.operator_token[:-8] + "AAAAAAAA"
        codes = [engine.get("/v1/clinics/c1/board", bad, expect=None).status for _ in range(6)]
        self.assertEqual(codes, [401] * 6)
        answer = engine.get("/v1/clinics/c1/board", engine.operator_token, expect=429)
        self.assertEqual((answer.body["code"], answer.headers["retry-after"]), ("rate_limited", "1"))
        with self.assertRaises(machiai_test.Closed) as caught:
            engine.connect("staff", "desk")
        self.assertEqual((caught.exception.code, caught.exception.error["code"]), (4101, "rate_limited"))
        self.assertTrue(caught.exception.error["retryable"])
        # The address rests for 10 s.
        until(lambda: engine.get("/v1/clinics/c1/board", expect=None).status == 200, what="the end of the rest")
        engine.connect("staff", "desk")

    def test_messages_over_the_limit_are_cut(self):
        engine = self.open_clinic()
        client = self.raw(engine)
        client.write(TEXT, b'{"type":"' + b"x" * 65536 + b'"}')
        self.expect_close(engine, client, 1009)
        stranger = self.raw(engine, hello=False)
        stranger.write(TEXT, b'{"type":"hello","token":"' + b"x" * 4096 + b'"}')
        self.expect_close(engine, stranger, 1009)
        endless = self.raw(engine)
        endless.write(TEXT, b"x" * 30000, fin=False)
        endless.write(0, b"x" * 30000, fin=False)
        endless.write(0, b"x" * 30000, fin=False)
        self.expect_close(engine, endless, 1009)
        empty = self.raw(engine)
        empty.write(TEXT, b"", fin=False)
        empty.socket.sendall(ws_frame(0, final=False) * 1023)
        self.answered(empty)
        empty.write(0, b"", fin=False)
        self.expect_close(engine, empty, 1009)

    def answered(self, client):
        """What was sent so far was taken: a ping behind it comes back."""
        client.write(PING, b"so far")
        while client.read() != (PONG, b"so far"):
            pass

    def test_headers_and_bodies_over_the_limit_are_refused_and_counted(self):
        engine = self.open_clinic()
        answer = self.answer_to(engine, b"GET / HTTP/1.1\r\nX-Big: " + b"x" * 9000 + b"\r\n\r\n")
        self.assertIn(b"431", answer.split(b"\r\n")[0])
        head = b"PUT /v1/clinics/c1 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (300 * 1024)
        self.assertIn(b"413", self.answer_to(engine, head, b"x" * 1000).split(b"\r\n")[0])
        self.assertEqual(self.refused_requests(engine), 2)

    # Too many

    def check_limit(self, reason, **limit):
        engine = self.open_clinic(**limit, hello_timeout_ms=60000)
        taken = []
        while len(taken) < 30:
            try:
                taken.append(WebSocketClient(engine.address))
            except Refused as refused:
                self.assertEqual(refused.status, 503)
                break
        self.assertEqual(len(taken), 20)
        answer = self.answer_to(engine, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b" 503 ", answer.split(b"\r\n")[0])
        self.assertIn(b"Retry-After: ", answer)
        self.assertIn(b"limit_reached", answer)
        self.assertGreaterEqual(engine.metric("machiai_ws_refusals_total", reason=reason), 2)
        for client in taken:
            client.drop()
        until(lambda: self.can_connect(engine), what="room again")

    def can_connect(self, engine):
        try:
            engine.connect("staff", "s1").forget()
            return True
        except (Refused, ConnectionLost):
            return False

    def test_connections_of_one_address_are_limited(self):
        self.check_limit("address_limit", connections_per_address_max=20)

    def test_all_connections_are_limited(self):
        self.check_limit("total_limit", connections_max=20)

    def test_aborted_connections_leave_no_descriptor(self):
        engine = self.open_clinic()
        engine.connect("staff", "s1").forget()
        base = self.descriptors(engine)
        host, port = engine.address.rsplit(":", 1)
        for i in range(500):
            link = socket.create_connection((host, int(port)))
            if i % 3 == 0:
                link.sendall(b"GET /ws HTTP/1.1\r\nHost: x\r\nUpg")
            elif i % 3 == 1:
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            link.close()
        until(lambda: self.descriptors(engine) <= base, what="descriptors back to base")

    # A slow reader

    def change_board(self, engine, staff, count):
        """Frames of several kilobytes each, faster than a slow reader takes them."""
        slowest = 0
        for i in range(count):
            begun = time.monotonic()
            room = f"r{i % 10 + 1}"
            staff.ok("lock_room" if i // 10 % 2 == 0 else "unlock_room", room=room)
            slowest = max(slowest, time.monotonic() - begun)
        return slowest

    def test_a_slow_reader_costs_a_bounded_amount_and_converges(self):
        engine = self.open_clinic(
            send_soft_bytes=65536,
            send_hard_bytes=131072,
            kernel_unsent_bytes=16384,
            messages_per_second=10000,
            messages_burst=10000,
            beat_interval_ms=300000,
            send_stall_timeout_ms=600000,
        )
        for i in range(10):
            name = f"r{i + 1}"
            engine.put(f"/v1/clinics/c1/patients/q{i}", {"name": "長" * 100})
            visit = {"starts_at": "2026-04-10T01:00:00.000Z", "patients": ["p1"] + [f"q{x}" for x in range(i + 1)]}
            engine.put(f"/v1/clinics/c1/appointments/{name}", visit)
        slow = WebSocketClient(engine.address)
        self.addCleanup(slow.drop)
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        # Segments larger than the buffer are dropped, and the kernel tries again after up to two minutes.
        slow.socket.settimeout(150)
        slow.write(TEXT, json.dumps({"type": "hello", "token": engine.mint("staff", "slow")}))
        slow.read()
        staff = engine.connect("staff", "s1")
        self.change_board(engine, staff, 40)
        before = self.resident_bytes(engine)
        slowest = self.change_board(engine, staff, 6000)
        self.assertLess(slowest, 10, "others waited for the slow reader")
        self.assertLess(self.resident_bytes(engine) - before, 24 << 20)
        overflows = engine.metric("machiai_send_overflows_total", action="collapsed")
        self.assertGreater(overflows + engine.metric("machiai_send_overflows_total", action="dropped"), 0)
        last = staff.ok("lock_room", room="r1")["seq"]
        state, seen = {}, 0
        while seen < last:
            opcode, payload = slow.read()
            if opcode == PING:
                slow.write(PONG, payload)
                continue
            frame = json.loads(payload)
            if frame["type"] == "board":
                state = {card["room"]: card for card in frame["cards"]}
            elif frame["type"] == "event" and frame.get("card"):
                state[frame["card"]["room"]] = frame["card"]
            if frame["type"] in ("board", "event"):
                self.assertGreaterEqual(frame["seq"], seen)
                seen = frame["seq"]
        for room, card in engine.board()["cards"].items():
            self.assertEqual({**state[room], "meter": None}, {**card, "meter": None})


def freeze(address, token):
    """The child: a patient who waits, and then is stopped by the parent."""
    client = WebSocketClient(address)
    client.write(TEXT, json.dumps({"type": "hello", "token": token, "room": "r1"}))
    while json.loads(client.read()[1])["type"] != "visit":
        pass
    client.write(TEXT, json.dumps({"type": "enter_waiting_room", "id": "e1", "room": "r1"}))
    while (reply := json.loads(client.read()[1])).get("id") != "e1":
        pass
    print("entered" if reply["ok"] else reply, flush=True)
    while True:
        opcode, payload = client.read()
        if opcode == PING:
            client.write(PONG, payload)


if __name__ == "__main__":
    if sys.argv[1] == "--frozen":
        freeze(*sys.argv[2:4])
    else:
        machiai_test.main()
