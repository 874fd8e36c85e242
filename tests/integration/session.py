"""A WebSocket session of a client, with what the client would know by it. Every frame is checked against docs/."""

import itertools
import json
import threading
import time

import contracts
from websocket_client import CLOSE, PING, PONG, TEXT, ConnectionLost, WebSocketClient

# For what must come; far beyond what it takes, because the machine may be slow and busy.
WAIT_S = 60


class Closed(Exception):
    """The server closed the socket instead of doing what was awaited."""

    def __init__(self, code, reason, error):
        super().__init__(f"closed with {code} {reason}: {error}")
        self.code, self.reason, self.error = code, reason, error


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
