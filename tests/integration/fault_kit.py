"""What the fault tests share: an engine in a process of its own, readers of what is stored, and a WebSocket
client for asyncio, of which one thread can drive a whole clinic."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import sqlite3
import struct
import subprocess
import time

DEFAULTS = {"log": {"level": "warn"}, "listen": {"shards": 1}, "audit": {"interval_ms": 100, "confirm_after_ms": 1000}}


def encode(part):
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def until(condition, seconds=60.0, what="", pause=0.02):
    """Waits for a condition; what it returned, or an AssertionError that says `what`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)


class Engine:
    """`machiai serve` on a store; may be killed and started again, on the same ports or others."""

    def __init__(self, exe, folder, store=None, settings=None, descriptors=None):
        self.exe, self.folder = str(exe), pathlib.Path(folder)
        self.store = store or f"sqlite:{self.folder}/machiai.db"
        self.key_file = self.folder / "operator-key"
        self.descriptors = descriptors
        self.process = self.listen = self.admin = None
        self.environment = {}
        self.errors = self.folder / "stderr"
        self.started_at = 0.0
        self.configure(settings or {})

    def configure(self, settings):
        merged = {section: dict(values) for section, values in DEFAULTS.items()}
        merged.setdefault("token", {})["operator_key_file"] = str(self.key_file)
        for section, values in settings.items():
            merged.setdefault(section, {}).update(values)
        lines = []
        for section, values in merged.items():
            lines.append(f"[{section}]")
            lines += [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        (self.folder / "machiai.toml").write_text("\n".join(lines) + "\n")

    def command(self, listen="127.0.0.1:0", admin="127.0.0.1:0"):
        line = [self.exe, "serve", "--config", str(self.folder / "machiai.toml"), "--listen", listen]
        return [*line, "--admin", admin, "--store", self.store]

    def start(self, same_ports=False, seconds=60):
        listen = ":".join(map(str, self.listen)) if same_ports else "127.0.0.1:0"
        admin = ":".join(map(str, self.admin)) if same_ports else "127.0.0.1:0"
        command = self.command(listen, admin)
        if self.descriptors:
            command = ["prlimit", f"--nofile={self.descriptors}", *command]
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                command, cwd=self.folder, stdout=subprocess.PIPE, stderr=errors, env={**os.environ, **self.environment}
            )
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.kill()
            raise AssertionError(f"the engine did not start: {self.errors.read_text()[-2000:]}")
        said = json.loads(line)
        self.listen, self.admin = (self.split(said[name]) for name in ("listen", "admin"))
        self.started_at = time.time()
        return self

    @staticmethod
    def split(address):
        host, port = address.rsplit(":", 1)
        return host, int(port)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
        return self.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds=60):
        if not self.process:
            return None
        code = self.process.wait(seconds)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def run(self, *arguments, seconds=60):
        """Another command of the program, with its output."""
        return subprocess.run([self.exe, *arguments], capture_output=True, text=True, timeout=seconds, check=False)

    def verify(self):
        result = self.run("verify", "--store", self.store)
        said = result.stdout[-500:] + result.stderr[-500:]
        assert result.returncode == 0, f"verify exits {result.returncode}: {said}"
        # A checker of recorded histories has no engine's log.
        if hasattr(self, "errors"):
            assert "audit.mismatch" not in self.errors.read_text(), "the auditor found something"

    def token(self, role, sub, clinic=None, room=None, seconds=3600, **more):
        key = json.loads(self.key_file.read_text())
        now = int(time.time())
        claims = {"aud": "machiai", "sub": sub, "role": role, "iat": now, "exp": now + seconds, **more}
        claims.update({name: value for name, value in (("clinic", clinic), ("room", room)) if value})
        text = encode({"alg": "HS256", "typ": "JWT", "kid": key["kid"]}) + "." + encode(claims)
        secret = base64.urlsafe_b64decode(key["k"] + "==")
        return text + "." + encode(hmac.digest(secret, text.encode(), "sha256"))

    def request(self, method, path, body=None, token=None, headers=None, admin=False, seconds=15):
        """One HTTP request on a connection of its own: status and body (JSON if it is)."""
        connection = http.client.HTTPConnection(*(self.admin if admin else self.listen), timeout=seconds)
        try:
            all_headers = dict(headers or {})
            if token:
                all_headers["Authorization"] = "Bearer " + token
            data = body if body is None or isinstance(body, (bytes, str)) else json.dumps(body)
            connection.request(method, path, data, all_headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        with contextlib.suppress(ValueError):
            return response.status, json.loads(text)
        return response.status, text.decode()

    def put(self, path, body):
        status, answer = self.request("PUT", "/v1/clinics/" + path, body, self.token("operator", "root"))
        assert status == 200, (path, status, answer)
        return answer

    def ready(self):
        return self.request("GET", "/readyz", admin=True)[0] == 200

    def metrics(self):
        """Every series of /metrics by its text, such as `machiai_ws_closes_total{code="4205"}`."""
        text = self.request("GET", "/metrics", admin=True)[1]
        lines = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in lines}

    def descriptors_open(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident_bytes(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) * 1024


def run_sql(store, sql):
    """Runs SQL on a store; the lines psql prints, or SQLite's rows."""
    if store.startswith("sqlite:"):
        with contextlib.closing(sqlite3.connect(store[7:], timeout=10)) as db, db:
            return db.execute(sql).fetchall()
    done = subprocess.run(["psql", store, "-qAtXc", sql], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def read_rows(store, table, columns):
    """A table in the order of its positions, as dicts; hashes as hexadecimal text."""
    if store.startswith("sqlite:"):
        listed = ", ".join("hex(hash) AS hash" if x == "hash" else x for x in columns)
        order = "" if table == "clinic_epochs" else "ORDER BY rowid"
        return [dict(zip(columns, row)) for row in run_sql(store, f"SELECT {listed} FROM {table} {order}")]
    listed = ", ".join("encode(hash, 'hex') AS hash" if x == "hash" else x for x in columns)
    order = "" if table in ("alive_marks", "clinic_epochs") else "ORDER BY position"
    lines = run_sql(store, f"SELECT row_to_json(t) FROM (SELECT {listed} FROM {table} {order}) t")
    return [json.loads(line) for line in lines]


def read_events(store):
    """All events by clinic, in the order of their clinic's numbering."""
    names = ["clinic", "seq", "epoch", "at", "kind", "room", "subject", "author", "body", "hash"]
    result = {}
    for row in read_rows(store, "event_log", names):
        result.setdefault(row["clinic"], []).append(row)
    for rows in result.values():
        check_chain(rows)
        for row in rows:
            row["body"] = json.loads(row["body"])
    return result


def read_answers(store):
    """The answers of all commands by (clinic, principal, command); one stored twice is an error."""
    result = {}
    for row in read_rows(store, "answer_log", ["clinic", "seq", "principal", "command", "answer"]):
        key = (row["clinic"], row["principal"], row["command"])
        assert key not in result, f"two answers of {key}"
        result[key] = row
    return result


def check_chain(rows):
    """Numbering without a gap and the SHA-256 chain, computed here anew (store/hash_chain.hpp)."""
    previous = bytes(32)
    for number, row in enumerate(rows, 1):
        assert row["seq"] == number, f"{row['clinic']}: seq {row['seq']} where {number} should be"
        text = previous
        for name in ("clinic", "seq", "epoch", "at", "kind", "room", "subject", "author", "body"):
            value = row[name]
            raw = struct.pack(">q", value) if isinstance(value, int) else value.encode()
            text += struct.pack(">I", len(raw)) + raw
        previous = hashlib.sha256(text).digest()
        assert row["hash"].lower() == previous.hex(), f"{row['clinic']}: the chain breaks at seq {number}"


def ws_frame(opcode, payload=b"", final=True, masked=True):
    """One WebSocket frame of a client; its mask is zero, which is allowed and costs nothing."""
    payload = payload.encode() if isinstance(payload, str) else payload
    size, bit = len(payload), 0x80 if masked else 0
    head = bytes([(0x80 if final else 0) | opcode])
    if size < 126:
        head += bytes([bit | size])
    elif size < 65536:
        head += struct.pack(">BH", bit | 126, size)
    else:
        head += struct.pack(">BQ", bit | 127, size)
    return head + (bytes(4) if masked else b"") + payload


def upgrade_request(path="/ws", more=""):
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Protocol: machiai.v1\r\n{more}\r\n"
    ).encode()


class Lost(Exception):
    """The connection ended; `code` is the close code, None without a close frame."""

    def __init__(self, code=None):
        super().__init__(f"connection lost, close code {code}")
        self.code = code


class Client:
    """One device of one person over a WebSocket, for asyncio. Frames are kept in `frames` as they came; `views` holds
    the newest card or visit by key; `position` is what a resume may name; while more of an event is to come, the views
    are ahead of it and not `whole`."""

    def __init__(self, engine, clinic, role, sub, room=None):
        self.engine, self.clinic, self.role, self.sub, self.room = engine, clinic, role, sub, room
        self.frames, self.views, self.position = [], {}, None
        self.whole = True
        self.welcome = self.close_code = self.reader = self.writer = None
        self.waiting, self.reading, self.ended = {}, None, asyncio.Event()
        # What ended the reading, when it was neither side's wish.
        self.broken = None
        self.on_frame = lambda frame: None
        self.news = asyncio.Event()

    async def connect(self, resume=None, token=None, receive_bytes=None):
        if self.reading:
            await self.drop()
        self.ended.clear()
        self.close_code = None
        link = socket.socket()
        if receive_bytes:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        link.setblocking(False)
        self.writer = None
        try:
            await asyncio.get_running_loop().sock_connect(link, self.engine.listen)
            self.reader, self.writer = await asyncio.open_connection(sock=link)
            self.writer.write(upgrade_request())
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError) as why:
            self.abort()
            if not self.writer:
                link.close()
            raise Lost() from why
        if b" 101 " not in head.split(b"\r\n")[0]:
            self.abort()
            raise Lost()
        token = token or self.engine.token(self.role, self.sub, self.clinic)
        hello = {"type": "hello", "token": token}
        hello.update({name: value for name, value in (("room", self.room), ("resume", resume)) if value})
        future = self.waiting["welcome"] = asyncio.get_running_loop().create_future()
        self.write(hello)
        self.reading = asyncio.create_task(self.read())
        return await self.outcome(future)

    async def outcome(self, future, seconds=60):
        return await asyncio.wait_for(future, seconds)

    def write(self, message):
        self.writer.write(ws_frame(1, json.dumps(message)))

    def post(self, kind, command, **fields):
        """Sends a command; the future becomes its reply, or ends in Lost."""
        future = self.waiting[command] = asyncio.get_running_loop().create_future()
        if self.ended.is_set():
            self.give_up(future)
        else:
            self.write({"type": kind, "id": command, **fields})
        return future

    async def ask(self, kind, command, **fields):
        return await self.outcome(self.post(kind, command, **fields))

    async def read(self):
        try:
            while True:
                first, size = await self.reader.readexactly(2)
                if size >= 126:
                    size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
                payload = await self.reader.readexactly(size)
                opcode = first & 15
                if opcode == 8:
                    self.close_code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
                    self.writer.write(ws_frame(8, payload))
                elif opcode == 9:
                    self.writer.write(ws_frame(10, payload))
                elif opcode == 1:
                    self.take(json.loads(payload))
        except (OSError, asyncio.IncompleteReadError):
            pass
        except Exception as why:
            self.broken = why
        finally:
            self.ended.set()
            self.news.set()
            self.writer.close()
            for future in self.waiting.values():
                if not future.done():
                    self.give_up(future)
            self.waiting.clear()

    def give_up(self, future):
        future.set_exception(self.broken or Lost(self.close_code))
        future.exception()

    def take(self, frame):
        kind = frame["type"]
        self.frames.append(frame)
        if kind == "welcome":
            self.welcome = frame
            if frame["outcome"] == "nothing_missed":
                self.position = {"epoch": frame["epoch"], "seq": frame["seq"]}
        elif kind == "board":
            self.views = {"room:" + card["room"]: card for card in frame["cards"]}
        elif kind in ("event", "visit"):
            self.views[frame["key"]] = frame.get("card", frame.get("visit", frame.get("clinic")))
        if kind in ("board", "event", "visit"):
            self.whole = not frame.get("more")
        if kind in ("board", "event", "visit") and self.whole:
            self.position = {"epoch": frame["epoch"], "seq": frame["seq"]}
        self.on_frame(frame)
        future = self.waiting.pop(frame.get("id", kind), None)
        if future and not future.done():
            future.set_result(frame)
        self.news.set()

    async def see(self, condition, seconds=60, what="a frame"):
        """Waits until a condition holds, looking again whenever something came."""
        end = time.monotonic() + seconds
        while True:
            self.news.clear()
            value = condition()
            if value:
                return value
            left = end - time.monotonic()
            if left <= 0 or self.ended.is_set():
                raise AssertionError(f"not seen in {seconds} s: {what} (closed: {self.close_code})") from self.broken
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.news.wait(), min(left, 0.5))

    def abort(self):
        if self.writer:
            self.writer.transport.abort()

    async def drop(self):
        """Aborts, and is done when the reader is."""
        self.abort()
        if self.reading:
            await self.reading
        if self.broken:
            raise self.broken

    async def close(self, seconds=5):
        if self.writer and not self.ended.is_set():
            self.writer.write(ws_frame(8, struct.pack(">H", 1000)))
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.ended.wait(), seconds)
            self.abort()
