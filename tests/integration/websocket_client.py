"""A WebSocket client of our own: small, and able to send what no decent client would."""

import base64
import os
import socket
import ssl
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Refused(Exception):
    """The server did not upgrade. `status` is its HTTP status."""

    def __init__(self, status):
        super().__init__(f"HTTP {status}")
        self.status = status


class ConnectionLost(Exception):
    """The connection ended without a close frame."""


class WebSocketClient:
    """One connection. Not thread-safe, but one thread may read while another writes."""

    def __init__(self, address, tls=None, headers=(), subprotocol="machiai.v1", timeout_s=20, path="/ws"):
        """`address` is HOST:PORT, `tls` an ssl.SSLContext or None."""
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=host)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {address}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
            *headers,
        ]
        if subprotocol:
            lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        head = self._until(b"\r\n\r\n").decode("latin-1")
        status = int(head.split(" ", 2)[1])
        if status != 101:
            self.socket.close()
            raise Refused(status)

    def _fill(self):
        try:
            more = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError) as error:
            raise ConnectionLost(str(error)) from error
        if not more:
            raise ConnectionLost("end of stream")
        self.buffer += more

    def _until(self, mark):
        while mark not in self.buffer:
            self._fill()
        head, self.buffer = self.buffer.split(mark, 1)
        return head

    def _take(self, count):
        while len(self.buffer) < count:
            self._fill()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def read(self):
        """The next frame as (opcode, payload); servers neither mask nor fragment here."""
        first, second = self._take(2)
        if first & 0x70 or second & 0x80 or not first & 0x80:
            raise AssertionError(f"a frame no server may send: {first:#x} {second:#x}")
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._take(8))
        return first & 0x0F, self._take(length)

    def write(self, opcode, payload, fin=True, masked=True):
        """Sends one frame as told, sense or not."""
        if isinstance(payload, str):
            payload = payload.encode()
        size = len(payload)
        bits = 0x80 if masked else 0
        head = bytes([opcode | (0x80 if fin else 0)])
        if size < 126:
            head += bytes([bits | size])
        elif size < 65536:
            head += struct.pack("!BH", bits | 126, size)
        else:
            head += struct.pack("!BQ", bits | 127, size)
        if masked:
            mask = os.urandom(4)
            repeated = (mask * (size // 4 + 1))[:size]
            payload = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")
            head += mask
        self.socket.sendall(head + payload)

    def abort(self):
        """Resets the connection: no close frame, no FIN. Not while another thread reads."""
        self.prepare_abort()
        self.drop()

    def prepare_abort(self):
        """Ends a read in another thread; when that thread drops the socket, the connection is reset."""
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.socket.shutdown(socket.SHUT_RD)
        except OSError:
            pass

    def drop(self):
        try:
            self.socket.shutdown(socket.SHUT_RD)
        except OSError:
            pass
        self.socket.close()
