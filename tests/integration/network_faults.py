"""Faults between the engine and its clients. Each proves that it bit (fault_injections.py)."""

import asyncio
import contextlib
import json
import subprocess
import time

from fault_kit import Lost
from fault_proofs import comes_true

# How long the proof may take when other faults keep everybody away.
PROVEN_WITHIN_S = 40
TABLE = "inet machiai_faults"
LINE_BYTES_S = 64000 // 8


async def round_trip(world):
    """Seconds that one small HTTP exchange takes through the proxy, on a connection made before."""
    reader, writer = await asyncio.open_connection(*world.proxy.address)
    try:
        begun = time.monotonic()
        writer.write(b"GET /v1/clinics/none/board HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        if not (await asyncio.wait_for(reader.read(), PROVEN_WITHIN_S)).startswith(b"HTTP/1.1 4"):
            raise Lost()
        return time.monotonic() - begun
    finally:
        writer.transport.abort()


async def measured(world, least_s):
    """Proves that such an exchange takes so long, as soon as the engine answers at all."""
    end, took = time.monotonic() + PROVEN_WITHIN_S, None
    while took is None and time.monotonic() < end:
        with contextlib.suppress(OSError, Lost, asyncio.TimeoutError):
            took = await round_trip(world)
        await asyncio.sleep(0.1)
    assert took is not None and took >= least_s, f"no proof of a delay: {took} s to and fro, should be {least_s:.3f}"


async def delay(world, place, dice):
    delay_s = 0.05 * 40 ** dice.random()
    world.say(f"{delay_s * 1000:.0f} ms each way")
    world.proxy.delay_s = delay_s
    try:
        await asyncio.gather(asyncio.sleep(dice.uniform(2, 6)), measured(world, 2 * delay_s))
    finally:
        world.proxy.delay_s = 0.0


async def throttle(world, place, dice):
    """64 kbit/s each way for every connection."""
    before = world.proxy.throttled_bytes
    world.proxy.rate_bytes_s = LINE_BYTES_S
    try:
        await asyncio.sleep(dice.uniform(2, 6))
        slowed = await comes_true(lambda: world.proxy.throttled_bytes > before + LINE_BYTES_S, PROVEN_WITHIN_S)
    finally:
        world.proxy.rate_bytes_s = 0
    assert slowed, "no proof of throttling: not even a second's worth of bytes passed"


async def half_open(world, place, dice):
    before = world.proxy.held
    world.proxy.frozen = True
    try:
        await asyncio.sleep(dice.uniform(1, place.longest_s))
        held = await comes_true(lambda: world.proxy.held > before, PROVEN_WITHIN_S)
    finally:
        world.proxy.frozen = False
    assert held, "no proof of half-open connections: nothing was held back"


async def reconnect_storm(world, place, dice):
    for _ in range(dice.randint(1, 5)):
        assert await comes_true(lambda: world.proxy.links, PROVEN_WITHIN_S), "no proof of a storm: nobody is connected"
        cut = await asyncio.to_thread(world.proxy.reset_all)
        assert cut > 0, "no proof of a storm: no connection was cut"
        await asyncio.sleep(dice.uniform(0, 0.5))


def packets(what=TABLE):
    """What each rule's counter says."""
    listed = subprocess.run(["nft", "-j", "list", "table", *what.split()], check=True, capture_output=True).stdout
    rules = [x["rule"]["expr"] for x in json.loads(listed)["nftables"] if "rule" in x]
    return [part["counter"]["packets"] for rule in rules for part in rule if "counter" in part]


async def filtered(port, seconds, *statements, table=TABLE, meanwhile=None):
    """Rules for packets from and to a port, each of which must have met one when it goes."""
    rules = f"add table {table}; add chain {table} out {{ type filter hook output priority 0; }};"
    rules += ";".join(f"add rule {table} out tcp {x.format(port=port)}" for x in statements)
    await asyncio.to_thread(subprocess.run, ["nft", rules], check=True, capture_output=True)
    try:
        await (meanwhile() if meanwhile else asyncio.sleep(seconds))
        met = await comes_true(lambda: len(statements) == len(packets(table)) and all(packets(table)), PROVEN_WITHIN_S)
        assert met, f"no proof of filtering: of {statements} the counters say {packets(table)}"
    finally:
        await asyncio.to_thread(subprocess.run, ["nft", f"delete table {table}"], check=True, capture_output=True)


async def packet_loss(world, place, dice):
    share = dice.randint(5, 30)
    chance = f"numgen random mod 100 < {share} counter drop"
    sides = ["dport {port} " + chance, "sport {port} " + chance]
    await filtered(world.real.listen[1], dice.uniform(2, 6), *sides)


async def partition(world, place, dice):
    sides = dice.choice([["dport"], ["sport"], ["dport", "sport"]])
    rules = [side + " {port} counter drop" for side in sides]
    await filtered(world.real.listen[1], dice.uniform(1, place.longest_s), *rules)


async def resets(world, place, dice):
    rule = "dport {port} counter reject with tcp reset"
    await filtered(world.real.listen[1], dice.uniform(0.5, 2), rule)
