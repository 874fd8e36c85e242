"""Faults of the store. Each proves that it bit (fault_injections.py); of those that leave nothing to write to, that the
engine says so and acknowledges nothing (I9)."""

import asyncio
import contextlib
import os
import signal
import time

from fault_kit import run_sql
from fault_proofs import Counter, comes_true, ready, why_not_ready
from network_faults import PROVEN_WITHIN_S, filtered

# A mark every 250 ms (fault_world.SETTINGS), 1.6 s in which a lost commit's outcome is asked for, and a margin.
NOT_READY_WITHIN_S = 4
# The next mark, store.silent_after_ms (fault_world.SETTINGS), and a margin.
SILENCE_NOT_READY_WITHIN_S = 0.25 + 1.5 + 2
# The connection that is being tried, the next mark, and a margin.
READY_AGAIN_WITHIN_S = 2 + 0.25 + 3
STORE_STATUS = 4
OWN_SESSIONS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class Outage:
    """From when on nothing can be stored until it can. `strict`: not even something small."""

    def __init__(self, world, strict=True):
        self.world, self.strict, self.began = world, strict, time.monotonic()

    async def noticed(self, seconds=NOT_READY_WITHIN_S):
        """The engine is not ready, or another fault has taken it away altogether."""
        begun = time.monotonic()
        gone = await comes_true(lambda: not ready(self.world), seconds)
        assert gone, f"no proof of an outage: ready after {seconds} s without a store"
        self.world.measure("not ready after", time.monotonic() - begun)

    async def over(self):
        """To be called when the store can be written again."""
        ended = since = time.monotonic()
        told = [x for x in self.world.pair_answers() if self.began < x[0] and x[1] < ended]
        assert not (self.strict and told), f"acknowledged without a store: {told[:3]}, out from {self.began} to {ended}"
        while not await asyncio.to_thread(ready, self.world):
            if self.world.disturbed("engine"):
                since = time.monotonic()
            waited = time.monotonic() - since
            assert waited < READY_AGAIN_WITHIN_S, f"not ready {waited:.1f} s after the store was back"
            await asyncio.sleep(0.05)
        self.world.measure("ready after an outage", time.monotonic() - since)


async def commits_fail(world, counter):
    """Or the engine says so otherwise, one that stood still or was killed when its counters were to be read; or one
    that another fault ended does not start for want of a store."""
    begun = time.monotonic()

    def failed():
        says = why_not_ready(world) or ""
        unstarted = [code for at, code in world.failed_starts if at > begun]
        return counter.look() > 0 or says.startswith("the store") or STORE_STATUS in unstarted

    return await comes_true(failed, PROVEN_WITHIN_S)


async def sync_error(world, place, dice):
    failures = await Counter.begin(world, "machiai_store_failures_total")
    place.sync_sign.touch()
    try:
        outage = Outage(world)
        await asyncio.gather(asyncio.sleep(dice.uniform(0.2, 4)), outage.noticed())
        risen = await commits_fail(world, failures)
    finally:
        place.sync_sign.unlink()
    assert risen, "no proof of failing syncs: no commit failed"
    await outage.over()


async def disk_full(world, place, dice):
    """What is small may still find room, so it need not be an outage; but commits must fail."""
    failures = await Counter.begin(world, "machiai_store_failures_total")
    filler = place.disk / "filler"

    def fill(size, **how):
        with contextlib.suppress(OSError), open(filler, "ab", **how) as file:
            while True:
                file.write(bytes(size))

    try:
        await asyncio.to_thread(fill, 1 << 20)
        await asyncio.to_thread(fill, 512, buffering=0)
        outage = Outage(world, strict=False)
        risen = await commits_fail(world, failures)
        await asyncio.sleep(dice.uniform(0.5, 5))
    finally:
        filler.unlink()
    assert risen, "no proof of a full disk: no commit failed"
    await outage.over()


async def database_stops(world, place, dice, signal_number):
    process = place.postgres.process
    await asyncio.to_thread(place.postgres.stop, signal_number)
    # An orphaned session ends as soon as it waits for something.
    await asyncio.sleep(0.5)
    outage = Outage(world)
    try:
        assert process.returncode is not None, "no proof of a crash: the server runs"
        await asyncio.gather(asyncio.sleep(dice.uniform(0, 3)), outage.noticed())
    finally:
        await place.start_postgres()
    await outage.over()


async def database_crash(world, place, dice):
    await database_stops(world, place, dice, signal.SIGQUIT)


async def postmaster_killed(world, place, dice):
    """Its children notice, and the next one cleans up after them."""
    await database_stops(world, place, dice, signal.SIGKILL)


def sessions(world):
    return {int(x) for x in run_sql(world.direct_store, f"SELECT pid {OWN_SESSIONS}")}


async def sessions_renewed(world, before):
    """The engine's connections are other ones than before, and it is ready."""

    def renewed():
        with contextlib.suppress(AssertionError):
            now = sessions(world)
            return now and not now & before and ready(world)

    new = await comes_true(renewed, PROVEN_WITHIN_S)
    assert new, f"no proof of ended sessions: of {sorted(before)} some remain, or none came after"


async def database_backend(world, place, dice):
    before = await some_sessions(world)
    await asyncio.to_thread(run_sql, world.direct_store, f"SELECT pg_terminate_backend(pid) {OWN_SESSIONS}")
    await sessions_renewed(world, before)


async def backend_killed(world, place, dice):
    """The server then ends all sessions and recovers as after a crash."""
    before = await some_sessions(world)
    for pid in before:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await sessions_renewed(world, before)


async def some_sessions(world):
    """Of an engine that has any just now."""
    found = set()

    def any_there():
        found.update(sessions(world))
        return found

    assert await comes_true(any_there, PROVEN_WITHIN_S), "no session of the engine to end"
    return found


async def cut_at_commit(world, place, dice):
    """The connection breaks while a batch is on its way: before the server has it, or before the answer is back."""
    proxy = world.database_proxy
    for _ in range(dice.randint(1, 4)):
        before = proxy.cuts
        # Larger than any statement without rows.
        proxy.cut_bytes, proxy.cut = 700, dice.choice(["before", "after"])
        cut = await comes_true(lambda: proxy.cuts > before, PROVEN_WITHIN_S, pause_s=0.02)
        assert cut, "no proof of a cut: no batch passed the proxy"
        await asyncio.sleep(dice.uniform(0, 0.5))
    proxy.cut = None


async def silence(outage, dice):
    """Short, or until it is noticed."""
    if dice.random() < 0.5:
        await asyncio.sleep(dice.uniform(0.5, 5))
    else:
        await outage.noticed(SILENCE_NOT_READY_WITHIN_S)


async def database_frozen(world, place, dice):
    before = world.database_proxy.held
    world.database_proxy.frozen = True
    outage = Outage(world)
    try:
        await silence(outage, dice)
        held = await comes_true(lambda: world.database_proxy.held > before, PROVEN_WITHIN_S)
    finally:
        world.database_proxy.frozen = False
    assert held, "no proof of a frozen database: nothing was held back"
    await outage.over()


async def database_partition(world, place, dice):
    """Packets between engine and server are dropped: both ways, or one."""
    sides = dice.choice([["dport"], ["sport"], ["dport", "sport"]])
    world.say(f"database: dropped to {' and '.join(sides)}")
    outage = None

    async def meanwhile():
        nonlocal outage
        outage = Outage(world)
        await silence(outage, dice)

    rules = [side + " {port} counter drop" for side in sides]
    port = world.database_proxy.address[1]
    await filtered(port, 0, *rules, table="inet machiai_database_faults", meanwhile=meanwhile)
    await outage.over()
