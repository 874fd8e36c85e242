"""Clients of the fault schedule that do harm; the engine must refuse them, and nobody else may notice."""

import asyncio
import json
import random
import socket
import struct

from fault_kit import Client, Lost, upgrade_request, ws_frame


async def intruder(world, dice):
    """A console that nobody else uses, straight at the engine."""
    clinic = dice.choice(sorted(world.rooms))
    client = Client(world.real, clinic, "staff", f"rude-{dice.randrange(10**9)}")
    await client.connect()
    return client


async def flooded(world, dice, frame):
    """Sends until it is cut off, which must happen."""
    client = await intruder(world, dice)
    try:
        for number in range(20000):
            client.writer.write(frame(number))
            if number % 100 == 0:
                await asyncio.wait_for(client.writer.drain(), 30)
            if client.ended.is_set():
                return
        await asyncio.wait_for(client.ended.wait(), 30)
    except OSError:
        pass
    except asyncio.TimeoutError:
        world.fault("a flood was not cut off")
    finally:
        await client.drop()


async def ping_flood(world, dice):
    await flooded(world, dice, lambda number: ws_frame(9, b"x" * 125))


async def command_flood(world, dice):
    ask = {"type": "lock_room", "room": "nowhere"}
    await flooded(world, dice, lambda number: ws_frame(1, json.dumps({**ask, "id": f"f{number}"})))


async def connect_flood(world, dice):
    """Many connections, most of which say nothing or vanish at once."""
    links = []
    for number in range(400):
        link = socket.socket()
        link.setblocking(False)
        try:
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(link, world.real.listen), 5)
            if number % 3:
                await asyncio.get_running_loop().sock_sendall(link, upgrade_request()[: dice.randint(1, 200)])
        except (OSError, asyncio.TimeoutError):
            link.close()
            continue
        links.append(link)
    await asyncio.sleep(dice.uniform(0, 1))
    for link in links:
        if dice.random() < 0.5:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()


def malformed(dice):
    """One wrong thing of each kind in reliability.md's list."""
    return dice.choice([
        ws_frame(1, b"\xc0\xaf"),
        ws_frame(1, b"\xed\xa0\x80"),
        ws_frame(1, b"{}", masked=False),
        ws_frame(0, b"a continuation of nothing"),
        ws_frame(1, b"{", final=False) + ws_frame(1, b"{}"),
        ws_frame(9, b"x" * 126),
        ws_frame(9, b"", final=False),
        ws_frame(dice.choice([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])),
        bytes([0xC1]) + ws_frame(1, b"{}")[1:],
        ws_frame(8, struct.pack(">H", dice.choice([0, 999, 1004, 1005, 1006, 1016, 2999]))),
        ws_frame(8, b"x"),
        ws_frame(2, b"binary"),
        bytes([0x81, 0xFF]) + struct.pack(">Q", 1 << 63) + bytes(4),
        ws_frame(1, b"x" * 65537),
        ws_frame(1, b"[" * 10000),
        dice.randbytes(dice.randint(1, 3000)),
    ])


async def malformed_frames(world, dice):
    for _ in range(30):
        client = await intruder(world, dice)
        try:
            client.writer.write(malformed(dice))
            await asyncio.wait_for(client.writer.drain(), 30)
            await asyncio.sleep(0.02)
        except OSError:
            pass
        finally:
            await client.drop()


async def stopped_readers(world, dice):
    """Consoles that take nothing."""
    clients = [await intruder(world, dice) for _ in range(4)]
    for client in clients:
        client.writer.transport.pause_reading()
    await asyncio.sleep(dice.uniform(1, 5))
    for client in clients:
        await client.drop()


def forgiving(attack):
    """The engine may be dead or busy just now; then there is nothing to attack."""

    async def attacks(world, dice):
        try:
            await asyncio.wait_for(attack(world, random.Random(dice.randrange(2**32))), 60)
        except (Lost, OSError, asyncio.TimeoutError):
            pass

    return attacks


ATTACKS = [ping_flood, command_flood, connect_flood, malformed_frames, stopped_readers]
KINDS = {attack.__name__: forgiving(attack) for attack in ATTACKS}
