"""A real engine process on a store of its own, its command line, tokens and HTTP API. Every HTTP exchange is checked
against docs/."""

import base64
import functools
import hashlib
import hmac
import http.client
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import contracts
from postgres import Postgres, die_with_parent
from session import WAIT_S, Session


def names_program(arguments):
    """Whether the first command-line argument is the program to test."""
    return len(arguments) > 1 and os.access(arguments[1], os.X_OK)


EXE = os.path.abspath(sys.argv[1]) if names_program(sys.argv) else os.environ.get("MACHIAI", "build/release/machiai")


class Response:
    """`status`, `headers` (lower-case names), `text`, and `body` when it is JSON."""

    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text
        is_json = "json" in headers.get("content-type", "")
        self.body = json.loads(text) if is_json and text else None

    def __repr__(self):
        return f"{self.status} {self.text[:300]}"


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def mint(claims, secret, kid, alg="HS256"):
    """A token made by hand, HS256-signed whatever `alg` says."""
    parts = [{"alg": alg, "typ": "JWT", "kid": kid}, claims]
    text = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    return text + "." + base64url(hmac.new(secret, text.encode(), hashlib.sha256).digest())


def toml(settings):
    lines = []
    for section, values in settings.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


class Engine:
    """An engine on a store of its own, which outlives the process: kill() and start() meet the same data."""

    def __init__(self, store="sqlite", settings=None, tls=None, store_url=None):
        """`settings`: {"presence": {"leave_after_ms": 1000}}. `tls`: an ssl.SSLContext for clients of an engine whose
        settings name a certificate. `store_url` overrides `store` (sqlite or postgres)."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="machiai-engine-"))
        self.settings = settings or {}
        self.tls = tls
        # Whether the auditor is to find something; every other test fails with its first word.
        self.mismatches_planted = False
        self.process = None
        self.sessions = []
        if store_url is None:
            store_url = f"sqlite:{self.folder}/machiai.db" if store == "sqlite" else Postgres.shared().new_database()
        self.store_url = store_url
        self._numbers = itertools.count(1)
        self._tokens = {}

    # Life

    def start(self):
        """Returns when the engine is ready; `address` and `admin_address` are where it listens."""
        sections = {name: dict(values) for name, values in self.settings.items()}
        sections.setdefault("store", {})["url"] = self.store_url
        sections.setdefault("token", {})["operator_key_file"] = str(self.folder / "operator-key")
        sections.setdefault("audit", {"interval_ms": 100, "confirm_after_ms": 1000})
        listen = sections.setdefault("listen", {})
        listen.setdefault("address", "127.0.0.1:0")
        listen.setdefault("admin_address", "127.0.0.1:0")
        (self.folder / "machiai.toml").write_text(toml(sections))
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [EXE, "serve", "--config", self.folder / "machiai.toml"],
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.folder,
                preexec_fn=die_with_parent(),
            )
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the engine ended with {self.process.wait()}: {self.log()[-2000:]}")
        ready = json.loads(line)
        self.address, self.admin_address = ready["listen"], ready["admin"]
        return self

    def kill(self):
        """kill -9."""
        self.process.kill()
        self._gone()

    def terminate(self, timeout_s=60):
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(timeout_s)

    def wait(self, timeout_s=60):
        """Until the process has ended by itself; returns the exit status."""
        status = self.process.wait(timeout_s)
        self._gone()
        return status

    def restart(self):
        """terminate() and start(), on new ports."""
        self.terminate()
        return self.start()

    def hang_up(self):
        """SIGHUP."""
        self.process.send_signal(signal.SIGHUP)

    def _gone(self):
        self.process.wait()
        self.process.stdout.close()

    def remove(self):
        """Ends everything and deletes the data."""
        for session in self.sessions:
            session.forget()
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        return (self.folder / "log").read_text()

    def run(self, *arguments):
        """Another machiai command; returns its output."""
        return subprocess.run(
            [EXE, *map(str, arguments)], check=True, capture_output=True, text=True, timeout=120, cwd=self.folder
        ).stdout

    # Tokens

    def token(self, role, sub, clinic="c1", room=None, ttl="1h", name=None):
        """By `machiai token`; the same question gives the same token for the test's life."""
        asked = (role, sub, clinic, room, ttl, name)
        if asked not in self._tokens:
            arguments = ["token", "--config", "machiai.toml", "--role", role, "--sub", sub, "--ttl", ttl]
            for option, value in (("--clinic", clinic), ("--room", room), ("--name", name)):
                arguments += [option, value] if value else []
            self._tokens[asked] = self.run(*arguments).strip()
        return self._tokens[asked]

    @functools.cached_property
    def operator_token(self):
        return self.token("operator", "root", clinic=None)

    def mint(self, role, sub, clinic="c1", room=None, lives_s=3600, age_s=0, **claims):
        """A token signed with the operator's key but made here; `age_s` shifts `iat` and `exp` into the past."""
        key = json.loads((self.folder / "operator-key").read_text())
        secret = base64.urlsafe_b64decode(key["k"] + "=" * (-len(key["k"]) % 4))
        now = int(time.time()) - age_s
        all_claims = {"sub": sub, "role": role, "iat": now, "exp": now + lives_s, "clinic": clinic, "room": room, **claims}
        return mint({k: v for k, v in all_claims.items() if v is not None}, secret, key["kid"])

    # HTTP

    def request(self, method, path, body=None, token=None, expect=200, headers=None, wrong=False, admin=False):
        """One exchange. `token`: None is the operator's, "" none at all. Raises when the status is not `expect`; None
        expects nothing. `body` is an object, or text sent as it is."""
        sent = dict(headers or {})
        if token != "" and not admin:
            sent.setdefault("Authorization", "Bearer " + (token or self.operator_token))
        data = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        host, port = (self.admin_address if admin else self.address).rsplit(":", 1)
        if self.tls and not admin:
            connection = http.client.HTTPSConnection(host, int(port), timeout=WAIT_S, context=self.tls)
        else:
            connection = http.client.HTTPConnection(host, int(port), timeout=WAIT_S)
        try:
            connection.request(method, path, data.encode() if isinstance(data, str) else data, sent)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            response = Response(answer.status, names, answer.read().decode())
        finally:
            connection.close()
        if not admin:
            contracts.check_exchange(method, path, body, response.status, names, response.body, wrong)
        if expect is not None and response.status != expect:
            raise AssertionError(f"{method} {path}: expected {expect}, got {response}")
        return response

    def get(self, path, token=None, **options):
        return self.request("GET", path, None, token, **options)

    def put(self, path, body=None, token=None, **options):
        return self.request("PUT", path, body, token, **options)

    def post(self, path, body=None, token=None, **options):
        return self.request("POST", path, body, token, **options)

    def delete(self, path, token=None, **options):
        return self.request("DELETE", path, None, token, **options)

    def admin(self, path, method="GET", expect=200):
        return self.request(method, path, expect=expect, admin=True)

    def metric(self, name, **labels):
        """The sum of all series of this name that carry these labels."""
        total = 0.0
        for line in self.admin("/metrics").text.splitlines():
            match = re.fullmatch(re.escape(name) + r"(?:\{(.*)\})? (\S+)", line)
            if match and all(f'{key}="{value}"' in (match[1] or "") for key, value in labels.items()):
                total += float(match[2])
        return total

    def await_metric(self, expected, name, **labels):
        """A socket's end is counted when the closing handshake is over, a moment after the client knows."""
        deadline = time.monotonic() + WAIT_S
        while (value := self.metric(name, **labels)) != expected:
            if time.monotonic() > deadline:
                raise AssertionError(f"{name} {labels}: expected {expected}, is {value}")
            time.sleep(0.02)

    # Shorthands

    def seed_visit(self, room, patient, doctor, clinic="c1", starts_at="2026-04-10T01:00:00.000Z"):
        """Clinic, patient, doctor and appointment, as far as they are missing."""
        base = f"/v1/clinics/{clinic}"
        self.put(base, {"name": f"Clinic {clinic}"})
        self.put(f"{base}/patients/{patient}", {"name": f"Patient {patient}"})
        self.put(f"{base}/doctors/{doctor}", {"name": f"Doctor {doctor}"})
        visit = {"starts_at": starts_at, "patients": [patient], "doctors": [doctor]}
        return self.put(f"{base}/appointments/{room}", visit)

    def board(self, clinic="c1"):
        """The board with its cards as {room: card}."""
        board = self.get(f"/v1/clinics/{clinic}/board").body
        return {**board, "cards": {card["room"]: card for card in board["cards"]}}

    def redeem(self, invited, clinic="c1", room="r1", **options):
        """Uses the link of an `invite` reply."""
        body = {"clinic": clinic, "room": room, "invite": invited["invite"], "secret": invited["secret"]}
        return self.post("/v1/invites/redeem", body, token="", **options)

    def connect(self, role, sub, room=None, resume=None, clinic="c1", token=None, device=None):
        """A session that was welcomed; Closed when it was not. `resume` is a position (epoch, seq). A guest's token is
        bound to `room`, a patient names it in the hello."""
        bound = room if role == "guest" else None
        # Made first: the program that makes it may take longer than the server waits for a hello.
        hello = {"type": "hello", "token": token or self.token(role, sub, clinic, bound)}
        session = Session(self)
        if room and role == "patient":
            hello["room"] = room
        if resume is not None:
            hello["resume"] = {"epoch": resume[0], "seq": resume[1]}
        if device is not None:
            hello["device"] = device
        session.say(hello)
        session.await_welcome()
        return session
