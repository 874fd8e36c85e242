"""Clients of the fault schedule that do harm. Each says how the engine must end or bear it; nobody else may notice."""

import asyncio
import json
import random
import socket
import struct
import time

from fault_kit import Client, Lost, upgrade_request, ws_frame
from fault_proofs import Counter

FLOOD, PROTOCOL, BINARY, NOT_UTF8, TOO_LARGE, MUTE = 4207, 1002, 1003, 1007, 1009, 4103
# A flood must be written before it can be cut.
FLOOD_CUT_WITHIN_S = 10
CUT_WITHIN_S = 5
# The beat, the silence after it, and a margin (fault_world.SETTINGS).
MUTE_CUT_WITHIN_S = 2 + 1.9 + 4
CONNECTS = 400
# So that what healthy clients notice of it is more than one lucky command.
ATTACKS_FOR_S = 4


async def intruder(world, dice):
    """A console that nobody else uses, straight at the engine."""
    clinic = dice.choice(sorted(world.rooms))
    client = Client(world.real, clinic, "staff", f"rude-{dice.randrange(10**9)}")
    await asyncio.wait_for(client.connect(), CUT_WITHIN_S)
    return client


async def ended_with(client, codes, seconds, what):
    """The close code, which must be one of these."""
    try:
        await asyncio.wait_for(client.ended.wait(), seconds)
    except asyncio.TimeoutError:
        raise AssertionError(f"no proof that {what} is cut: open after {seconds} s") from None
    assert client.close_code in codes, f"{what} must be closed with {codes}, not {client.close_code}"


async def flooded(world, dice, what, frame):
    """Sends until it is cut off: 4207, which a reset may swallow, but not the count."""
    counted = await Counter.begin(world, f'machiai_ws_closes_total{{code="{FLOOD}"}}')
    client = await intruder(world, dice)
    try:
        for number in range(20000):
            if client.ended.is_set() or client.writer.transport.is_closing():
                break
            try:
                client.writer.write(frame(number))
                if number % 100 == 0:
                    await asyncio.wait_for(client.writer.drain(), FLOOD_CUT_WITHIN_S)
            except (OSError, asyncio.TimeoutError):
                break
        await ended_with(client, (FLOOD, None), FLOOD_CUT_WITHIN_S, what)
        assert await counted.rises(5), f"{what} was not counted as closed with {FLOOD}"
    finally:
        await client.drop()


async def ping_flood(world, dice):
    await flooded(world, dice, "a flood of pings", lambda number: ws_frame(9, b"x" * 125))


async def command_flood(world, dice):
    ask = {"type": "lock_room", "room": "nowhere"}
    await flooded(world, dice, "a flood of commands", lambda n: ws_frame(1, json.dumps({**ask, "id": f"f{n}"})))


async def connect_flood(world, dice):
    """Many connections, most of which say nothing or vanish at once: each is accepted, and the engine bears it."""
    links = []
    try:
        for number in range(CONNECTS):
            link = socket.socket()
            link.setblocking(False)
            links.append(link)
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(link, world.real.listen), CUT_WITHIN_S)
            if number % 3:
                await asyncio.get_running_loop().sock_sendall(link, upgrade_request()[: dice.randint(1, 200)])
        await asyncio.sleep(dice.uniform(0, 1))
        # Who comes among them is served.
        await (await intruder(world, dice)).drop()
    finally:
        for link in links:
            if dice.random() < 0.5:
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            link.close()


def malformed(dice):
    """(what, the bytes, the close code) of each kind in reliability.md's list."""
    opcode = dice.choice([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
    close = dice.choice([0, 999, 1004, 1005, 1006, 1016, 2999])
    return [
        ("an overlong character", ws_frame(1, b"\xc0\xaf"), NOT_UTF8),
        ("half a surrogate", ws_frame(1, b"\xed\xa0\x80"), NOT_UTF8),
        ("no mask", ws_frame(1, b"{}", masked=False), PROTOCOL),
        ("a continuation of nothing", ws_frame(0, b"x"), PROTOCOL),
        ("a message in a message", ws_frame(1, b"{", final=False) + ws_frame(1, b"{}"), PROTOCOL),
        ("a long ping", ws_frame(9, b"x" * 126), PROTOCOL),
        ("a ping in pieces", ws_frame(9, b"", final=False), PROTOCOL),
        (f"opcode {opcode}", ws_frame(opcode), PROTOCOL),
        ("a reserved bit", bytes([0xC1]) + ws_frame(1, b"{}")[1:], PROTOCOL),
        (f"close {close}", ws_frame(8, struct.pack(">H", close)), PROTOCOL),
        ("half a close code", ws_frame(8, b"x"), PROTOCOL),
        ("binary", ws_frame(2, b"binary"), BINARY),
        ("a length beyond 63 bits", bytes([0x81, 0xFF]) + struct.pack(">Q", 1 << 63) + bytes(4), PROTOCOL),
        ("too much", ws_frame(1, b"x" * 65537), TOO_LARGE),
        ("a deep array", ws_frame(1, b"[" * 10000), None),
        ("noise", bytes([dice.randrange(16) | 0x70]) + dice.randbytes(dice.randint(10, 3000)), PROTOCOL),
    ]


async def malformed_frames(world, dice):
    """Each is closed with its code, but for a wrong message in a right frame, which gets an error and survives."""
    kinds = malformed(dice)
    dice.shuffle(kinds)
    for what, frame, code in kinds:
        client = await intruder(world, dice)
        try:
            client.writer.write(frame)
            if code:
                # What lies unread behind the fault turns the closing into a reset.
                codes = (code, None) if len(frame) > 200 else (code,)
                await ended_with(client, codes, CUT_WITHIN_S, what)
            else:
                said = lambda client=client: [x for x in client.frames if x["type"] == "error"]
                await client.see(said, CUT_WITHIN_S, f"an error about {what}")
                assert not client.ended.is_set(), f"{what}: closed with {client.close_code}"
        finally:
            await client.drop()


async def stopped_readers(world, dice):
    """Consoles that take nothing, pings neither: closed with 4103 once the silence is over."""
    counted = await Counter.begin(world, f'machiai_ws_closes_total{{code="{MUTE}"}}')
    clients = [await intruder(world, dice) for _ in range(4)]
    try:
        for client in clients:
            client.writer.transport.pause_reading()
        cut = await counted.rises(MUTE_CUT_WITHIN_S, by=len(clients))
        assert cut, f"no proof that readers are cut: {counted.risen} of {len(clients)} closed with {MUTE}"
    finally:
        for client in clients:
            await client.drop()


async def attacked(world, attack, dice):
    """Again and again for a while; what else befalls the engine meanwhile does not count, and makes it longer."""
    stop, end = time.monotonic() + ATTACKS_FOR_S, time.monotonic() + 120
    shown = False
    while not shown or time.monotonic() < stop:
        begun, seed = time.monotonic(), dice.randrange(2**32)
        try:
            await attack(world, random.Random(seed))
            shown = True
        except (AssertionError, Lost, OSError, asyncio.TimeoutError) as why:
            spoilt = world.disturbed("engine", "store", "network", since=begun)
            if not spoilt or time.monotonic() > end:
                raise AssertionError(f"{attack.__name__}: {why!r}") from why
            world.say(f"{attack.__name__} again after {spoilt}: {why!r}")
            while world.disturbed("engine", "store", "network") and time.monotonic() < end:
                await asyncio.sleep(0.2)


KINDS = [ping_flood, command_flood, connect_flood, malformed_frames, stopped_readers]
