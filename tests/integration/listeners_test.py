#!/usr/bin/env python3
"""The ways in: TLS with a certificate that changes while the engine runs, and the admin listener."""

import ctypes
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import time

import machiai_test
from fault_kit import until
from machiai_test import Engine

ADMIN_PATHS = ("/livez", "/readyz", "/metrics", "/drain")


class tls_test(machiai_test.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.certificate, self.key = f"{folder.name}/certificate.pem", f"{folder.name}/key.pem"
        self.make_certificate()
        files = {"tls_certificate": self.certificate, "tls_key": self.key}
        self.server = Engine(settings={"listen": files}, tls=self.trust())
        self.addCleanup(self._end, self.server)
        self.server.start()

    def make_certificate(self):
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        command += ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
        subprocess.run([*command, "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)

    def trust(self):
        """A client's context that accepts exactly the certificate in the file now."""
        return ssl.create_default_context(cafile=self.certificate)

    def served(self):
        """The certificate the engine shows, as PEM."""
        host, port = self.server.address.split(":")
        return ssl.get_server_certificate((host, int(port)))

    def connect_plainly(self, context):
        host, port = self.server.address.split(":")
        with socket.create_connection((host, int(port)), timeout=machiai_test.WAIT_S) as plain:
            with context.wrap_socket(plain, server_hostname=host) as secured:
                return secured.version()

    def test_a_consultation_over_tls(self):
        self.server.seed_visit("r1", "p1", "d1")
        desk, patient = self.server.connect("staff", "desk"), self.server.connect("patient", "p1", room="r1")
        patient.ok("enter_waiting_room", room="r1")
        desk.next_event("room.participant_arrived")
        patient.abort()
        desk.next_event("room.participant_unstable")
        self.assertEqual(desk.close(), 1000)

    def test_a_new_certificate_is_served_after_sighup_and_sessions_go_on(self):
        self.server.seed_visit("r1", "p1", "d1")
        desk, first = self.server.connect("staff", "desk"), self.served()
        self.make_certificate()
        self.assertEqual(self.served(), first)
        self.server.hang_up()
        deadline = time.monotonic() + machiai_test.WAIT_S
        while self.served() == first and time.monotonic() < deadline:
            time.sleep(0.02)
        with open(self.certificate, encoding="ascii") as file:
            self.assertEqual(self.served(), file.read())
        with self.assertRaises(ssl.SSLError):
            self.server.get("/v1/clinics/c1/board")
        self.server.tls = self.trust()
        self.server.get("/v1/clinics/c1/board")
        self.assertTrue(desk.send("lock_room", room="r1")["ok"])

    def test_a_bad_certificate_is_refused_and_the_old_one_stays(self):
        first = self.served()
        with open(self.certificate, "w", encoding="ascii") as file:
            file.write("no certificate")
        self.server.hang_up()
        deadline = time.monotonic() + machiai_test.WAIT_S
        while "certificate_not_reloaded" not in self.server.log() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertIn("certificate_not_reloaded", self.server.log())
        self.assertEqual(self.served(), first)
        self.server.admin("/livez")

    def test_versions_1_2_and_1_3_are_spoken_and_no_older_one(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = self.trust()
            context.minimum_version = context.maximum_version = version
            self.assertEqual(self.connect_plainly(context), version.name.replace("_", "."))
        context = self.trust()
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.connect_plainly(context)

    def test_plain_text_on_the_tls_port_gets_nothing(self):
        host, port = self.server.address.split(":")
        with socket.create_connection((host, int(port)), timeout=machiai_test.WAIT_S) as plain:
            plain.sendall(b"GET /v1/clinics/c1/board HTTP/1.1\r\nHost: x\r\n\r\n")
            try:
                answer = plain.recv(4096)
            except ConnectionResetError:
                answer = b""
            self.assertNotIn(b"HTTP", answer)
        self.server.seed_visit("r1", "p1", "d1")


class Stopped:
    """One thread of a child process, held until `release`."""

    SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17

    def __init__(self, thread):
        self.thread = thread
        self.call(self.SEIZE)
        self.call(self.INTERRUPT)
        os.waitpid(thread, 0x40000000)  # __WALL

    def call(self, request):
        library = ctypes.CDLL(None, use_errno=True)
        if library.ptrace(ctypes.c_long(request), self.thread, None, None):
            raise OSError(ctypes.get_errno(), f"ptrace {request:#x}")

    def release(self):
        if self.thread:
            self.call(self.DETACH)
        self.thread = None


class admin_test(machiai_test.TestCase):
    def test_alive_and_ready(self):
        server = self.engine()
        self.assertEqual(server.admin("/livez").body, {"live": True})
        self.assertEqual(server.admin("/readyz").body, {"ready": True})
        self.assertEqual(server.admin("/nothing", expect=404).body["code"], "not_found")
        self.assertEqual(server.admin("/v1/clinics/c1/board", expect=404).body["code"], "not_found")

    def test_one_thread_that_is_stuck_is_not_alive(self):
        server = self.engine(settings={"listen": {"shards": 2, "shard_stuck_after_ms": 2000}})
        time.sleep(3)
        server.admin("/livez")
        tasks = pathlib.Path(f"/proc/{server.process.pid}/task")
        (thread,) = [int(x.name) for x in tasks.iterdir() if (x / "comm").read_text() == "shard-1\n"]
        stopped = Stopped(thread)
        self.addCleanup(stopped.release)
        until(lambda: server.admin("/livez", expect=None).status == 503, what="not alive")
        stopped.release()
        until(lambda: server.admin("/livez", expect=None).status == 200, what="alive again")

    def test_metrics_are_those_of_a_working_engine(self):
        server = self.engine()
        server.seed_visit("r1", "p1", "d1")
        desk, patient = server.connect("staff", "desk"), server.connect("patient", "p1", room="r1")
        patient.ok("enter_waiting_room", room="r1")
        for role in ("staff", "patient"):
            server.await_metric(1, "machiai_ws_connections", role=role)
        server.await_metric(1, "machiai_people_present", state="waiting")
        server.await_metric(1, "machiai_commands_total", kind="enter_waiting_room", outcome="ok")
        server.await_metric(1, "machiai_commands_total", kind="put_patient", outcome="ok")
        self.assertEqual(server.metric("machiai_ws_resumes_total"), 0)
        server.connect("staff", "desk", resume=desk.position)
        server.await_metric(1, "machiai_ws_resumes_total", outcome="nothing_missed")
        self.assertGreaterEqual(server.metric("machiai_store_commit_events_sum"), 5)
        text = server.admin("/metrics")
        self.assertEqual(text.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        for name in ("p1", "r1", "d1", "c1", "desk"):
            self.assertNotIn(f'"{name}"', text.text)

    def test_a_clinic_nobody_looks_at_goes_to_sleep_and_wakes(self):
        server = self.engine(settings={"clinic": {"sleep_after_ms": 1000}})
        server.seed_visit("r1", "p1", "d1")
        for _ in range(2):
            server.await_metric(0, "machiai_actors_awake", kind="clinic")
            self.assertIn("r1", server.board()["cards"])
            server.connect("staff", "desk").close()

    def test_the_clients_port_has_no_admin(self):
        server = self.engine()
        for path in ADMIN_PATHS:
            self.assertEqual(server.get(path, expect=404).body["code"], "not_found")

    def test_drain_asks_for_post_and_ends_the_engine(self):
        server = self.engine()
        server.seed_visit("r1", "p1", "d1")
        desk = server.connect("staff", "desk")
        self.assertEqual(server.admin("/drain", expect=405).headers["allow"], "POST")
        self.assertEqual(server.admin("/drain", "POST", expect=202).body, {"draining": True})
        self.assertEqual(desk.next_frame("reconnect")["window_ms"], 5000)
        self.assertEqual(desk.wait_closed(), 4100)
        self.assertEqual(server.wait(), 0)


if __name__ == "__main__":
    machiai_test.main()
