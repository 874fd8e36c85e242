"""What integration tests stand on: a real engine process, its HTTP API, real WebSocket sessions.

    class my_test(machiai_test.TestCase):
        def test_something(self):
            engine = self.engine("sqlite")                      # started, stopped at the test's end
            engine.put("/v1/clinics/c1", {"name": "Clinic"})    # as operator; raises unless 200
            engine.seed_visit("r1", patient="p1", doctor="d1")  # a patient, a doctor, an appointment
            staff = engine.connect("staff", "s1")
            patient = engine.connect("patient", "p1", room="r1")
            assert patient.send("enter_waiting_room", room="r1")["ok"]
            event = staff.next_event("room.participant_arrived")
            engine.kill(); engine.start()                       # or engine.restart() after terminate()

Every frame and HTTP exchange is checked against docs/ by itself (contracts.py); `wrong=True` says that what the test
sends is wrong on purpose. The program is the first command-line argument or $MACHIAI."""

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
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unittest

import contracts
from postgres import Postgres, die_with_parent
from websocket_client import CLOSE, PING, PONG, TEXT, ConnectionLost, WebSocketClient

EXE = os.environ.get("MACHIAI", "build/release/machiai")
# For what must come; far beyond what it takes, because the machine may be slow and busy.
WAIT_S = 60


def main():
    """Runs the calling script's tests. `SCRIPT [EXE [unittest arguments]]`"""
    global EXE
    if len(sys.argv) > 1 and os.access(sys.argv[1], os.X_OK):
        EXE = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__")


def note_failed_thread(failed):
    """For `threading.excepthook`: what ends a test's thread fails the test instead of vanishing with the thread."""
    trace = traceback.format_exception(failed.exc_type, failed.exc_value, failed.exc_traceback)
    contracts.breaches.append(f"{failed.thread.name} ended:\n" + "".join(trace))


threading.excepthook = note_failed_thread


class Closed(Exception):
    """The server closed the socket instead of doing what was awaited."""

    def __init__(self, code, reason, error):
        super().__init__(f"closed with {code} {reason}: {error}")
        self.code, self.reason, self.error = code, reason, error


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

    def connect(self, role, sub, room=None, resume=None, clinic="c1", token=None):
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
        session.say(hello)
        session.await_welcome()
        return session


class Session:
    """One WebSocket connection. A thread of its own reads, so pings are answered and nothing is missed.

    frames      all frames received so far
    welcome     the welcome frame
    position    (epoch, seq) up to which everything was seen
    state       {key: card, visit or clinic} as a client would hold it; snapshots fill it anew
    close_code  once the server or the network ended it: the code, 1006 for none"""

    def __init__(self, engine, headers=()):
        self.engine = engine
        self.socket = WebSocketClient(engine.address, engine.tls, headers)
        self.frames, self.state = [], {}
        self.welcome = self.position = self.close_code = self.close_reason = None
        self.closed_at = self._broken = None
        self._events = 0
        self._replies = {}
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._numbers = itertools.count(1)
        engine.sessions.append(self)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # Reading

    def _read(self):
        try:
            while self.close_code is None:
                self._read_one()
        except (ConnectionLost, OSError):
            self._end(1006, "")
        except Exception as why:
            self._broken = why
            self._end(1006, "")
            raise

    def _read_one(self):
        opcode, payload = self.socket.read()
        if opcode == TEXT:
            contracts.check_frame("server", payload.decode())
            self._take(json.loads(payload))
        elif opcode == PING:
            self.write(PONG, payload)
        elif opcode == CLOSE:
            code = int.from_bytes(payload[:2], "big") if payload else 1005
            self._end(code, payload[2:].decode())

    def _end(self, code, reason):
        with self._changed:
            if self.close_code is None:
                self.close_code, self.close_reason, self.closed_at = code, reason, time.monotonic()
            self._changed.notify_all()
        try:
            if code != 1006:
                self.write(CLOSE, code.to_bytes(2, "big"))
        except (OSError, ValueError):
            pass
        self.socket.drop()

    def _take(self, frame):
        with self._changed:
            kind = frame["type"]
            if kind == "welcome":
                self.welcome = frame
            elif kind == "reply":
                self._replies[frame["id"]] = frame
            elif kind == "board":
                self.state = {"clinic": frame["clinic"]}
                self.state.update({f"doctor:{x['doctor']}": x for x in frame["doctors"]})
                self.state.update({f"room:{x['room']}": x for x in frame["cards"]})
            elif kind in ("event", "visit"):
                (self.state[frame["key"]],) = (frame[x] for x in ("card", "doctor", "clinic", "visit") if x in frame)
            if kind in ("board", "event", "visit") and not frame.get("more"):
                self.position = (frame["epoch"], frame["seq"])
            elif kind == "welcome" and frame["outcome"] == "nothing_missed":
                self.position = (frame["epoch"], frame["seq"])
            self.frames.append(frame)
            self._changed.notify_all()

    def _await(self, condition, timeout_s, what):
        """The condition's first result that is not None."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                result = condition()
                if result is not None:
                    return result
                if self._broken:
                    raise RuntimeError("the session's reading thread ended") from self._broken
                if self.close_code is not None:
                    raise Closed(self.close_code, self.close_reason, self.error())
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"no {what} within {timeout_s} s; last frames: {self.frames[-5:]}")
                self._changed.wait(left)

    def error(self):
        """The last error frame's error, or None."""
        return next((x["error"] for x in reversed(self.frames) if x["type"] == "error"), None)

    def await_welcome(self, timeout_s=WAIT_S):
        welcome = self._await(lambda: self.welcome, timeout_s, "welcome")
        if welcome["outcome"] == "reload":
            self._await(lambda: self.position, timeout_s, "snapshot")
        return welcome

    def next_frame(self, kind, timeout_s=WAIT_S, **members):
        """The next event, visit, beat, reconnect or error frame of this type with these members that no such call has
        returned yet; earlier ones of other types are passed over."""

        def search():
            for i in range(self._events, len(self.frames)):
                frame = self.frames[i]
                if frame["type"] == kind and all(frame.get(k) == v for k, v in members.items()):
                    self._events = i + 1
                    return frame
            return None

        return self._await(search, timeout_s, f"{kind} {members or ''}")

    def frame_after(self, count, timeout_s=WAIT_S):
        """The frame that follows the first `count` ones."""
        return self._await(lambda: self.frames[count] if len(self.frames) > count else None, timeout_s, "frame")

    def next_event(self, name=None, timeout_s=WAIT_S):
        """The next event of the board, or change of the visit; with a name, the next of that name."""
        kind = "visit" if self.welcome["role"] in ("patient", "guest") else "event"
        return self.next_frame(kind, timeout_s, **({"name": name} if name else {}))

    def until(self, condition, timeout_s=WAIT_S):
        """Waits until `condition(state)` holds; returns the state as it is then."""
        return self._await(lambda: dict(self.state) if condition(self.state) else None, timeout_s, "such a state")

    def wait_closed(self, timeout_s=WAIT_S):
        """The close code the server gives."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while self.close_code is None:
                if not self._changed.wait(max(deadline - time.monotonic(), 0)):
                    raise TimeoutError(f"not closed within {timeout_s} s; last frames: {self.frames[-5:]}")
        if self._broken:
            raise RuntimeError("the session's reading thread ended") from self._broken
        return self.close_code

    # Writing

    def write(self, opcode, payload, **options):
        """One raw WebSocket frame, unchecked."""
        with self._writing:
            self.socket.write(opcode, payload, **options)

    def say(self, frame, wrong=False):
        """One text frame, an object or raw text. A wrong one must be wrong by the schema too."""
        text = frame if isinstance(frame, str) else json.dumps(frame, ensure_ascii=False)
        if not wrong:
            contracts.check_frame("client", text)
        elif contracts.frame_complaint("client", text) is None:
            raise AssertionError(f"the schema has nothing against {text[:300]}")
        self.write(TEXT, text)

    def post(self, type, id=None, wrong=False, **fields):
        """Sends a command and returns its id without waiting."""
        id = id or f"{self.engine.folder.name[-8:]}-{id_of(self)}-{next(self._numbers)}"
        self.say({"type": type, "id": id, **fields}, wrong)
        return id

    def reply(self, id, timeout_s=WAIT_S):
        """The reply to a command sent by post(); each is handed out once."""
        return self._await(lambda: self._replies.pop(id, None), timeout_s, f"reply to {id}")

    def send(self, type, id=None, timeout_s=WAIT_S, wrong=False, **fields):
        """Sends a command and returns its reply."""
        return self.reply(self.post(type, id, wrong, **fields), timeout_s)

    def ok(self, type, **fields):
        """Sends a command that must succeed."""
        reply = self.send(type, **fields)
        if not reply["ok"]:
            raise AssertionError(f"{type} {fields}: {reply}")
        return reply

    # The end

    def close(self, code=1000, timeout_s=WAIT_S):
        """The closing handshake."""
        self.write(CLOSE, code.to_bytes(2, "big"))
        return self.wait_closed(timeout_s)

    def abort(self):
        """The connection is lost without a word."""
        # The reader closes the socket itself: closed from here, its pending poll would keep the connection alive.
        self.socket.prepare_abort()
        self._reader.join(WAIT_S)

    def forget(self):
        if self.close_code is None:
            self.abort()


def id_of(session):
    """Tells sessions apart, across restarts of the engine too: command ids are remembered for a day."""
    return session.engine.sessions.index(session)


class TestCase(unittest.TestCase):
    """Stops the test's engines, and fails it when traffic breached docs/ or an engine died by itself."""

    def setUp(self):
        contracts.take_breaches()
        self.addCleanup(self._check_breaches)

    def _check_breaches(self):
        problems = contracts.take_breaches()
        if problems:
            self.fail("\n".join(problems))

    def engine(self, store="sqlite", settings=None, **options):
        made = Engine(store, settings, **options)
        self.addCleanup(self._end, made)
        return made.start()

    def _end(self, engine):
        status = engine.process.poll() if engine.process else None
        problems = contracts.take_breaches()
        if status is not None and status not in (0, -signal.SIGKILL):
            problems.append(f"the engine ended with {status}")
        tail = engine.log()[-1500:]
        engine.remove()
        if problems:
            self.fail("\n".join(problems) + "\nengine's log:\n" + tail)
