#!/usr/bin/env python3
"""Clients that misuse TLS itself: half a handshake, a second handshake, data before the first one's end.
`tls_abuse_test.py EXE`"""

import os
import socket
import ssl
import subprocess
import tempfile
import time

import machiai_test
from fault_kit import until
from machiai_test import Engine

HANDSHAKE_TIMEOUT_MS = 2000
# The timer, and what a crowded machine adds.
CUT_WITHIN_S = 12


def client_hello():
    """The first bytes a client sends."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


class tls_abuse(machiai_test.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.certificate, self.key, self.folder = f"{folder.name}/certificate.pem", f"{folder.name}/key.pem", folder.name
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        command += ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
        subprocess.run([*command, "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)
        files = {"tls_certificate": self.certificate, "tls_key": self.key, "shards": 1}
        settings = {"listen": files, "connection": {"handshake_timeout_ms": HANDSHAKE_TIMEOUT_MS}}
        self.server = Engine(settings=settings, tls=ssl.create_default_context(cafile=self.certificate))
        self.addCleanup(self._end, self.server)
        self.server.start()
        host, port = self.server.address.rsplit(":", 1)
        self.place = (host, int(port))
        self.server.seed_visit("r1", "p1", "d1")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def still_serves(self):
        self.server.connect("staff", "desk").ok("lock_room", room="r1")

    def test_a_handshake_that_stops_halfway_is_cut_in_time_and_given_back(self):
        desk = self.server.connect("staff", "desk")
        # The auditor opens the store for itself when it looks for the first time.
        until(lambda: "machiai_audit_looks_total{outcome=\"compared\"} 0\n" not in self.server.admin("/metrics").text, what="a look")
        base, hello = self.descriptors(), client_hello()
        pieces = [b"", hello[:1], hello[:5], hello[: len(hello) // 2], hello[:-1], hello]
        links = []
        for piece in pieces * 5:
            link = socket.create_connection(self.place, timeout=60)
            self.addCleanup(link.close)
            link.sendall(piece)
            links.append(link)
        begun = time.monotonic()
        self.assertTrue(desk.send("lock_room", room="r1")["ok"])
        for link in links:
            try:
                while link.recv(65536):
                    pass
            except ConnectionResetError:
                pass
        took = time.monotonic() - begun
        self.assertLess(took, CUT_WITHIN_S)
        self.assertGreater(took, HANDSHAKE_TIMEOUT_MS / 1000 * 0.8)
        until(lambda: self.descriptors() <= base, what="descriptors given back")
        self.still_serves()

    def test_a_handshake_that_drips_gets_no_more_time_than_one_that_stops(self):
        hello = client_hello()
        link = socket.create_connection(self.place, timeout=60)
        self.addCleanup(link.close)
        begun = time.monotonic()
        with self.assertRaises(OSError):
            for i in range(len(hello) * 100):
                link.sendall(hello[i % len(hello) : i % len(hello) + 1] if i < len(hello) - 1 else b"")
                time.sleep(0.05)
                if i >= len(hello) - 1 or time.monotonic() - begun > CUT_WITHIN_S:
                    break
            if not link.recv(1):
                raise ConnectionResetError
        self.assertLess(time.monotonic() - begun, CUT_WITHIN_S)
        self.still_serves()

    def client(self, *options, said, seconds=20):
        """What `openssl s_client` says to this input, which is held open."""
        command = ["openssl", "s_client", "-connect", f"{self.place[0]}:{self.place[1]}", *options]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            for piece in said:
                time.sleep(0.7)
                process.stdin.write(piece)
                process.stdin.flush()
            time.sleep(0.7)
            process.stdin.close()
            process.stdin = None
            return process.communicate(timeout=seconds)[0].decode(errors="replace")
        except BrokenPipeError:
            process.stdin = None
            return process.communicate(timeout=seconds)[0].decode(errors="replace")
        finally:
            process.kill()
            process.wait()

    def test_a_second_handshake_in_a_connection_is_refused(self):
        text = self.client("-tls1_2", said=[b"GET /wrong HTTP/1.1\r\nHost: x\r\n", b"R\n", b"\r\n"])
        self.assertIn("RENEGOTIATING", text)
        self.assertRegex(text, "no renegotiation|handshake failure|alert|:error:")
        self.assertNotIn("HTTP/1.1 404", text.split("RENEGOTIATING")[1])
        self.still_serves()

    def test_many_handshakes_in_one_connection_cost_nothing(self):
        """A client that says nothing else is not served on and on."""
        before = self.cpu_s()
        self.client("-tls1_2", said=[b"R\n"] * 4)
        self.assertLess(self.cpu_s() - before, 1.0)
        self.still_serves()

    def cpu_s(self):
        with open(f"/proc/{self.server.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_no_early_data_is_taken(self):
        """Data before the handshake's end may be played again by anybody. It needs a former session, and none is given."""
        session = f"{self.folder}/session.pem"
        text = self.client("-tls1_3", "-sess_out", session, said=[b"GET /wrong HTTP/1.1\r\nHost: x\r\n\r\n"])
        self.assertIn("TLSv1.3", text)
        self.assertFalse(os.path.exists(session), "a session that could be resumed")
        self.still_serves()

    def test_nothing_is_compressed(self):
        text = self.client("-tls1_2", "-comp", said=[b"\r\n"])
        self.assertIn("Compression: NONE", text)


if __name__ == "__main__":
    machiai_test.main()
