#!/usr/bin/env python3
"""RFC 6455 from outside: what the gateway's transport takes, sends back and refuses, by `machiai-echo`, which is that
transport with an echo above it. `echo_test.py MACHIAI MACHIAI-ECHO`; MACHIAI must know nothing of the echo."""

import asyncio
import json
import os
import pathlib
import struct
import subprocess
import sys
import unittest

import websockets

from websocket_client import BINARY, CLOSE, PING, PONG, TEXT, ConnectionLost, Refused, WebSocketClient

PATH = "/test/echo"
LENGTHS = (0, 1, 125, 126, 127, 65535, 65536)
MESSAGE_BYTES_MAX = 65536


class Echo:
    """The program, until the block ends. `settings` are of the section `connection`."""

    def __init__(self, *arguments, **settings):
        self.command = [ECHO, *arguments]
        self.variables = {f"MACHIAI_CONNECTION_{name.upper()}": str(value) for name, value in settings.items()}

    def __enter__(self):
        environment = {**os.environ, **self.variables}
        self.process = subprocess.Popen(self.command, env=environment, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        assert ready["ready"] is True and ready["admin"]
        self.address = ready["listen"]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.code = self.process.wait(20)
        self.process.stdout.close()

    def connect(self, **how):
        return WebSocketClient(self.address, path=PATH, **how)


def raw_frame(first, payload=b"", second=None, length=b""):
    """A frame with these first two bytes and a mask of zeros."""
    return bytes([first, 0x80 | len(payload) if second is None else second]) + length + bytes(4) + payload


class EchoTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.echo = Echo().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.echo.__exit__()
        assert cls.echo.code == 0, cls.echo.code

    def setUp(self):
        self.client = self.echo.connect()
        self.addCleanup(lambda: self.client.drop())

    def close_of(self, *frames):
        """The close code a connection of its own is answered with when it sends these bytes."""
        client = self.echo.connect()
        self.addCleanup(client.drop)
        client.socket.sendall(b"".join(frames))
        while True:
            opcode, payload = client.read()
            if opcode == CLOSE:
                break
        self.assertRaises(ConnectionLost, client.read)
        return struct.unpack("!H", payload[:2])[0]

    def test_every_length_comes_back_as_text_and_as_binary(self):
        for length in LENGTHS:
            for opcode, payload in ((TEXT, b"x" * length), (BINARY, os.urandom(length))):
                self.client.write(opcode, payload)
                self.assertEqual(self.client.read(), (opcode, payload), length)

    def test_a_message_above_the_limit_is_1009(self):
        self.client.write(TEXT, b"x" * (MESSAGE_BYTES_MAX + 1))
        opcode, payload = self.client.read()
        self.assertEqual((opcode, payload[:2]), (CLOSE, struct.pack("!H", 1009)))

    def test_fragments_are_one_message_and_a_ping_between_is_answered_at_once(self):
        for opcode, parts in ((TEXT, ["待".encode()[:1], "待".encode()[1:], b"", b"end"]), (BINARY, [b"\xff", b"", b"\0"])):
            self.client.write(opcode, parts[0], fin=False)
            for part in parts[1:-1]:
                self.client.write(0, part, fin=False)
                self.client.write(PING, b"between")
                self.assertEqual(self.client.read(), (PONG, b"between"))
            self.client.write(0, parts[-1])
            self.assertEqual(self.client.read(), (opcode, b"".join(parts)))

    def test_pings_come_back_and_pongs_do_not(self):
        self.client.write(PONG, b"nobody asked")
        for payload in (b"", b"\0\xff", b"p" * 125):
            self.client.write(PING, payload)
            self.assertEqual(self.client.read(), (PONG, payload))

    def test_close_codes_that_may_be_sent_come_back(self):
        for code in (1000, 1001, 1003, 1007, 1011, 3000, 3999, 4000, 4999):
            self.assertEqual(self.close_of(raw_frame(0x88, struct.pack("!H", code) + "待".encode())), code)
        self.assertEqual(self.close_of(raw_frame(0x88)), 1000)

    def test_close_frames_that_may_not_be_sent_are_refused(self):
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535):
            self.assertEqual(self.close_of(raw_frame(0x88, struct.pack("!H", code))), 1002, code)
        self.assertEqual(self.close_of(raw_frame(0x88, b"\3")), 1002)
        self.assertIn(self.close_of(raw_frame(0x88, b"\x03\xe8\xff")), (1002, 1007))

    def test_broken_framing_is_1002(self):
        half = raw_frame(0x01, b"a")
        for what, frames in {
            "reserved bit 1": [raw_frame(0xC1, b"a")],
            "reserved bit 2": [raw_frame(0xA1, b"a")],
            "reserved bit 3 on a ping": [raw_frame(0x99)],
            "opcode 3": [raw_frame(0x83)],
            "opcode 11": [raw_frame(0x8B)],
            "no mask": [b"\x81\x01a"],
            "a long ping": [raw_frame(0x89, b"p" * 126, 0xFE, struct.pack("!H", 126))],
            "a ping in fragments": [raw_frame(0x09)],
            "a continuation of nothing": [raw_frame(0x80, b"a")],
            "a text inside a message": [half, raw_frame(0x81, b"b")],
            "a length that is not minimal": [raw_frame(0x81, b"a", 0xFE, struct.pack("!H", 1))],
            "a length with the top bit": [raw_frame(0x82, b"", 0xFF, struct.pack("!Q", 1 << 63))],
        }.items():
            with self.subTest(what):
                self.assertEqual(self.close_of(*frames), 1002)

    def test_text_that_is_not_utf8_is_1007(self):
        for payload in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\xe5\xbe"):
            with self.subTest(payload):
                self.assertEqual(self.close_of(raw_frame(0x81, payload)), 1007)
        # At once, not at the message's end.
        self.assertEqual(self.close_of(raw_frame(0x01, b"a\xff")), 1007)

    def test_the_rate_of_messages_is_limited_as_in_the_engine(self):
        with Echo(messages_burst=5, messages_per_second=1) as echo:
            for opcode in (TEXT, BINARY):
                client = echo.connect()
                self.addCleanup(client.drop)
                client.socket.sendall(raw_frame(0x80 | opcode, b"a") * 50)
                answers = [client.read() for _ in range(6)]
                self.assertEqual(answers[:5], [(opcode, b"a")] * 5)
                self.assertEqual((answers[5][0], answers[5][1][:2]), (CLOSE, struct.pack("!H", 1008)))

    def test_the_limit_of_a_message_can_be_raised_to_16_mib(self):
        with Echo("--message-bytes-max", str(1 << 24)) as echo:
            client = echo.connect()
            self.addCleanup(client.drop)
            for opcode, payload in ((TEXT, b"x" * (1 << 24)), (BINARY, os.urandom(1 << 24))):
                client.write(opcode, payload)
                self.assertEqual(client.read(), (opcode, payload))

    def test_a_client_that_knows_nothing_of_us_is_served_and_told_no_subprotocol(self):
        async def talk():
            async with websockets.connect(f"ws://{self.echo.address}{PATH}") as client:
                self.assertIsNone(client.subprotocol)
                for message in ("待合", b"\xff\0"):
                    await client.send(message)
                    self.assertEqual(await client.recv(), message)
                await (await client.ping())

        asyncio.run(talk())

    def test_it_is_served_at_its_own_path_only_and_is_no_part_of_the_engine(self):
        with self.assertRaises(Refused) as refused:
            WebSocketClient(self.echo.address)
        self.assertEqual(refused.exception.status, 404)
        self.assertIn(PATH.encode(), pathlib.Path(ECHO).read_bytes())
        self.assertNotIn(PATH.encode(), pathlib.Path(MACHIAI).read_bytes())


if __name__ == "__main__":
    MACHIAI, ECHO = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
