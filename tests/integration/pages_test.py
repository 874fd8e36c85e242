#!/usr/bin/env python3
"""The built pages over real sockets: which address gives which file, in which form, with which headers, and what must
never be given."""

import gzip
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import machiai_test
from fault_kit import until
from machiai_test import Engine

SCRIPT = b"export const answer = 42;\n" * 400
LARGE_BYTES = 8 * 1024 * 1024
SECRET = b"not for anybody"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self' ws://{host} wss://{host}; font-src 'self'; manifest-src 'self'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
OF_ALL = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(self), display-capture=(), geolocation=()",
    "vary": "Accept-Encoding",
}


def write_pages(folder):
    """As the pages' build leaves them."""
    assets = folder / "assets"
    assets.mkdir(parents=True)
    for name in ("console", "patient", "guest"):
        (folder / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>待合", encoding="utf-8")
    (assets / "main-abc123.js").write_bytes(SCRIPT)
    (assets / "main-abc123.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "main-abc123.js.br").write_bytes(b"as brotli would be")
    (assets / "large-abc123.wasm").write_bytes(os.urandom(LARGE_BYTES))


def target_as_sent(address, target, method="GET", headers=""):
    """Status line and body of one exchange whose target no library tidies up."""
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=machiai_test.WAIT_S) as plain:
        plain.sendall(f"{method} {target} HTTP/1.1\r\nHost: {address}\r\n{headers}Connection: close\r\n\r\n".encode())
        answer = b""
        while piece := plain.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


class pages_test(machiai_test.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="machiai-pages-"))
        self.addCleanup(shutil.rmtree, self.folder)
        write_pages(self.folder / "dist")
        (self.folder / "secret").write_bytes(SECRET)

    def served(self, **settings):
        engine = Engine(settings={"pages": {"folder": str(self.folder / "dist")}, **settings})
        self.addCleanup(self._end, engine)
        return engine.start()

    def ask(self, engine, path, method="GET", headers=None):
        """The answer of http.client, read, as `body`; its headers as a dictionary in lower case."""
        host, port = engine.address.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=machiai_test.WAIT_S)
        self.addCleanup(connection.close)
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.body = answer.read()
        answer.fields = {name.lower(): value for name, value in answer.getheaders()}
        return answer

    def test_the_addresses_give_their_documents_with_every_header_of_safety(self):
        engine = self.served()
        for path, name in (
            ("/console", "console"),
            ("/console/history", "console"),
            ("/console/usage", "console"),
            ("/p/c1", "patient"),
            ("/p/c1/r1", "patient"),
            ("/g/c1/r1", "guest"),
            ("/g/garbled%20link", "guest"),
        ):
            answer = self.ask(engine, path)
            self.assertEqual(answer.status, 200, path)
            self.assertEqual(answer.body.decode(), f"<!doctype html><title>{name}</title>待合")
            fields = dict(answer.fields)
            self.assertEqual(fields["content-type"], "text/html; charset=utf-8")
            self.assertEqual(fields["cache-control"], "no-cache")
            self.assertEqual(fields["content-security-policy"], POLICY.format(host=engine.address))
            self.assertNotIn("unsafe", fields["content-security-policy"])
            self.assertNotIn("strict-transport-security", fields)
            self.assertEqual({name: fields.get(name) for name in OF_ALL}, OF_ALL)
        root = self.ask(engine, "/")
        self.assertEqual((root.status, root.fields["location"]), (302, "/console"))

    def test_an_asset_comes_in_the_best_form_its_reader_takes(self):
        engine, path = self.served(), "/assets/main-abc123.js"
        for accepted, coding in (
            ({}, None),
            ({"Accept-Encoding": "gzip, deflate, br, zstd"}, "br"),
            ({"Accept-Encoding": "br;q=0.1, gzip;q=0.9"}, "gzip"),
            ({"Accept-Encoding": "br;q=0, gzip;q=0"}, None),
            ({"Accept-Encoding": "*"}, "br"),
        ):
            answer = self.ask(engine, path, headers=accepted)
            self.assertEqual(answer.fields.get("content-encoding"), coding, accepted)
            self.assertEqual(int(answer.fields["content-length"]), len(answer.body))
            self.assertEqual(answer.fields["content-type"], "text/javascript; charset=utf-8")
            self.assertEqual(answer.fields["cache-control"], "public, max-age=31536000, immutable")
            self.assertEqual({name: answer.fields.get(name) for name in OF_ALL}, OF_ALL)
            if coding == "gzip":
                self.assertEqual(gzip.decompress(answer.body), SCRIPT)
            if coding is None:
                self.assertEqual(answer.body, SCRIPT)
        self.assertEqual(self.ask(engine, path, headers={"Accept-Encoding": "*;q=0"}).status, 406)

    def test_a_known_form_is_not_sent_again_also_after_a_restart(self):
        engine = self.served()
        tag = self.ask(engine, "/console").fields["etag"]
        engine.restart()
        again = self.ask(engine, "/console", headers={"If-None-Match": f'"other", W/{tag}'})
        self.assertEqual((again.status, again.body), (304, b""))
        self.assertEqual(again.fields["etag"], tag)
        self.assertNotIn("content-length", again.fields)
        self.assertEqual(self.ask(engine, "/console", headers={"If-None-Match": '"other"'}).status, 200)
        (self.folder / "dist" / "console.html").write_text("new", encoding="utf-8")
        self.assertEqual(self.ask(engine, "/console").fields["etag"], tag)
        engine.restart()
        self.assertEqual(self.ask(engine, "/console", headers={"If-None-Match": tag}).body, b"new")

    def test_head_says_what_get_would_without_the_body(self):
        engine = self.served()
        for path in ("/console", "/assets/large-abc123.wasm", "/nothing"):
            whole, head = self.ask(engine, path), self.ask(engine, path, "HEAD")
            self.assertEqual((head.status, head.body), (whole.status, b""))
            for fields in (whole.fields, head.fields):
                fields.pop("date")
            self.assertEqual(head.fields, whole.fields)

    def test_nothing_outside_the_folder_and_nothing_unnamed_is_given(self):
        engine = self.served()
        for target in (
            "/../secret",
            "/assets/../../secret",
            "/assets/%2e%2e/%2e%2e/secret",
            "/assets/..%2f..%2fsecret",
            "/assets/%2e%2e%5c..%5csecret",
            "/assets/..\\..\\secret",
            "//secret",
            "/assets//main-abc123.js",
            "/./console.html",
            "/console.html",
            "/assets/",
            "/assets/main-abc123.js.br",
            "/assets/main-abc123.js%00",
            "/%61ssets/main-abc123.js",
            "http://other/../secret",
            "/favicon.ico",
            "/v2/clinics",
        ):
            status, body = target_as_sent(engine.address, target)
            self.assertIn(status, (400, 404), target)
            self.assertNotIn(SECRET, body)
            self.assertNotIn(b"answer = 42", body)
        self.assertEqual(target_as_sent(engine.address, "/console", "POST", "Content-Length: 0\r\n")[0], 405)

    def test_the_api_answers_as_ever(self):
        engine = self.served()
        for path in ("/v1", "/v1/", "/v1/nothing", "/v1/../console"):
            answer = self.ask(engine, path)
            self.assertEqual((answer.status, answer.fields["content-type"]), (404, "application/problem+json"), path)
        engine.put("/v1/clinics/c1", {"name": "Clinic"})
        self.assertEqual(self.ask(engine, "/ws").status, 426)
        engine.connect("staff", "desk").close()
        self.ask(engine, "/console")
        self.assertEqual(engine.metric("machiai_http_requests_total", route="pages", code="2xx"), 1)

    def test_without_a_folder_every_path_is_the_apis(self):
        engine = self.engine("sqlite")
        for path in ("/", "/console", "/p/c1", "/g/c1/r1", "/assets/main-abc123.js"):
            answer = self.ask(engine, path)
            self.assertEqual((answer.status, answer.fields["content-type"]), (404, "application/problem+json"))

    def test_readers_who_take_nothing_share_one_copy(self):
        engine = self.served()
        before = engine.metric("process_resident_memory_bytes")
        host, port = engine.address.split(":")
        idle = []
        for _ in range(40):
            taker = socket.create_connection((host, int(port)), timeout=machiai_test.WAIT_S)
            self.addCleanup(taker.close)
            taker.sendall(b"GET /assets/large-abc123.wasm HTTP/1.1\r\nHost: h\r\n\r\n")
            idle.append(taker)
        until(lambda: engine.metric("machiai_http_requests_total", route="pages", code="2xx") == len(idle))
        grown = engine.metric("process_resident_memory_bytes") - before
        self.assertLess(grown, 3 * LARGE_BYTES)
        self.assertEqual(self.ask(engine, "/console").status, 200)

    def test_pages_that_cannot_be_served_end_the_start_with_the_reason(self):
        (self.folder / "dist" / "assets" / "link.js").symlink_to(self.folder / "secret")
        self.assert_refused("link.js: is a link out of the folder")
        (self.folder / "dist" / "assets" / "link.js").unlink()
        (self.folder / "dist" / "assets" / "more.wasm").write_bytes(bytes(LARGE_BYTES))
        self.assert_refused("larger than 16777216 bytes")
        (self.folder / "dist" / "assets" / "more.wasm").unlink()
        (self.folder / "dist" / "guest.html").unlink()
        self.assert_refused("guest.html")
        shutil.rmtree(self.folder / "dist")
        self.assert_refused("pages.folder")

    def assert_refused(self, reason):
        """`serve` and `check-config` both say it, with the exit status of wrong settings."""
        config = self.folder / "machiai.toml"
        config.write_text(
            f'[pages]\nfolder = "{self.folder}/dist"\n[store]\nurl = "sqlite:{self.folder}/m.db"\n'
            '[listen]\naddress = "127.0.0.1:0"\nadmin_address = "127.0.0.1:0"\n',
            encoding="utf-8",
        )
        for command in (["serve", "--config", config], ["check-config", config]):
            ended = subprocess.run([machiai_test.EXE, *command], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(ended.returncode, 3, ended.stderr)
            self.assertIn(reason, ended.stderr)
            self.assertIn("pages.folder", ended.stderr)


if __name__ == "__main__":
    machiai_test.main()
