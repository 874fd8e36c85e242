"""Faults of the engine itself: it dies, stands still, starves, throws, wakes with another clock, or meets a second one.
Each proves that it bit (fault_injections.py)."""

import asyncio
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import time

from fail_point_test import points
from fault_kit import run_sql
from fault_proofs import Counter, comes_true
from network_faults import PROVEN_WITHIN_S
from store_faults import OWN_SESSIONS, STORE_STATUS

CPU_GROUPS = pathlib.Path("/sys/fs/cgroup/cpu")
# How far a load that other faults hold up may be from a fail point.
REACHED_WITHIN_S = 40
# Points passed only now and then: one of the first passings is drawn.
SELDOM = {"takeover": 1, "index": 2, "mark": 8, "snapshot": 2}
OFTEN = 40
# It waits for the lock (store.writer_lock_wait_ms), and says so.
FENCED_WITHIN_S = 5 + 5
SECOND_ENGINE_ENDS_WITHIN_S = 30


async def die(world):
    """By SIGKILL, which nothing else has done before."""
    assert world.alive(), "no engine to kill"
    code = await asyncio.to_thread(world.kill)
    assert code == -signal.SIGKILL, f"no proof of SIGKILL: the engine ended with {code}"


async def kill(world, place, dice):
    await die(world)
    await asyncio.sleep(dice.uniform(0, 2))
    await world.start_engine()


async def kill_at_point(world, place, dice):
    name = dice.choice([x for x in points(place.kind) if ".migration." not in x])
    point = f"{name}:{dice.randint(1, SELDOM.get(name.split('.')[-2], OFTEN))}"
    world.say(f"fail point {point}")
    await die(world)
    if await world.start_armed(point):
        died = await comes_true(lambda: not world.alive(), REACHED_WITHIN_S)
        assert died, f"no proof of a death at {point}: the engine still runs after {REACHED_WITHIN_S} s"
    code = world.real.wait()
    assert code == -signal.SIGKILL, f"no proof of a death at {point}: the engine ended with {code}"
    await world.start_engine()


async def throw(world, place, dice):
    """An actor throws now and then, and is built anew."""
    name = dice.choice(["room.enter", "person.obey", "clinic.obey"])
    point = f"{name}:{dice.randint(10, 40)}:throw"
    world.say(f"fail point {point}")
    await die(world)
    assert await world.start_armed(point), f"{point} kills"
    begun = time.monotonic()
    restarts = Counter(world, "machiai_actor_restarts_total", 0)
    risen = await restarts.rises(REACHED_WITHIN_S)
    assert risen, f"no proof that {point} threw: no actor restarted in {REACHED_WITHIN_S} s"
    await asyncio.sleep(max(5 - (time.monotonic() - begun), 0))
    await die(world)
    await world.start_engine()


def state_of(pid):
    """The letter in /proc: T is stopped."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


async def freeze(world, place, dice):
    process = world.real.process
    process.send_signal(signal.SIGSTOP)
    stopped = await comes_true(lambda: state_of(process.pid) == "T", 5)
    await asyncio.sleep(dice.choice([dice.uniform(0.5, 2), dice.uniform(2, place.longest_s)]))
    still = state_of(process.pid)
    process.send_signal(signal.SIGCONT)
    assert stopped and still == "T", f"no proof of SIGSTOP: the engine's state is {still}"


async def starve(world, place, dice):
    """A twentieth of a processor for the engine."""
    group = CPU_GROUPS / f"machiai-test-{os.getpid()}"
    group.mkdir()
    try:
        (group / "cpu.cfs_quota_us").write_text("5000")
        (group / "cgroup.procs").write_text(str(world.real.process.pid))
        await asyncio.sleep(dice.uniform(2, 6))
        throttled = int(re.search(r"nr_throttled (\d+)", (group / "cpu.stat").read_text())[1])
    finally:
        with contextlib.suppress(OSError):
            (CPU_GROUPS / "cgroup.procs").write_text(str(world.real.process.pid))
        group.rmdir()
    assert throttled > 0, "no proof of starving: cpu.stat counts no throttled period"


async def counts_behind(world, wanted_s, seconds=20):
    """Whether the engine comes to count this step of the system's clock as still to be caught up."""
    told = None

    def counted():
        nonlocal told
        with contextlib.suppress(OSError, KeyError):
            told = world.real.metrics()["machiai_clock_behind_seconds"]
            return abs(told - wanted_s) < 1 + abs(wanted_s) / 20

    assert await comes_true(counted, seconds, pause_s=0.1), (
        f"no proof of a clock step: the engine should be {wanted_s:+} s behind the system's clock, and says {told}"
    )


async def clock_step(world, place, dice):
    """The system's clock steps, and back; in between the engine may be started anew with the wrong one."""
    step = dice.choice([1, -1]) * dice.choice([5, 30, 600, 3600])
    # A token is good for a clock that is off by a minute, and tells the real time here.
    restart = abs(step) <= 30 and dice.random() < 0.5
    world.say(f"clock {step:+} s" + (", and a restart" if restart else ""))
    place.step_clocks(step, 0)
    await counts_behind(world, step)
    if restart:
        await kill(world, place, dice)
    await asyncio.sleep(dice.uniform(1, 4))
    place.step_clocks(0, 0)
    await counts_behind(world, -step if restart else 0)


async def suspend(world, place, dice):
    """The system's clock and the time since boot jump, CLOCK_MONOTONIC does not: as a suspended machine wakes."""
    step = dice.choice([2, 3, 8, 15])
    world.say(f"suspended for {step} s")
    place.step_clocks(step, step)
    await asyncio.sleep(dice.uniform(1, 5))
    ahead = await comes_true(lambda: world.newest_event_s - time.time() > step / 2, REACHED_WITHIN_S)
    await die(world)
    place.step_clocks(0, 0)
    assert ahead, f"no proof of a suspension: no event is {step} s ahead of the real time"
    await world.start_engine()


async def successor(world, place, dice):
    """The engine stands still, its sessions are ended, another one takes the store over; awake again it must find that
    it may not write, and end. The lock of SQLite's file is kept by who stands still, so this is for PostgreSQL."""
    old, listen, admin = world.real.process, world.real.listen, world.real.admin
    old.send_signal(signal.SIGSTOP)
    try:
        assert await comes_true(lambda: state_of(old.pid) == "T", 5), "no proof of SIGSTOP"
        await asyncio.to_thread(run_sql, world.direct_store, f"SELECT pg_terminate_backend(pid) {OWN_SESSIONS}")
        # The frozen one has the ports; its clients find the new ones behind the proxy.
        world.same_ports = False
        await world.start_engine()
        world.same_ports = True
        assert (world.real.listen, world.real.admin) != (listen, admin), "no proof of a second process"
        took_over = await world.acked_more(5, PROVEN_WITHIN_S)
        assert took_over, "no proof of a takeover: the successor acknowledges nothing"
        await asyncio.sleep(dice.uniform(0, 2))
    finally:
        old.send_signal(signal.SIGCONT)
    woken = time.monotonic()
    ended = await comes_true(lambda: old.poll() is not None, FENCED_WITHIN_S)
    world.measure("fenced after", time.monotonic() - woken)
    if not ended:
        old.kill()
    code = await asyncio.to_thread(old.wait)
    old.stdout.close()
    assert ended and code == STORE_STATUS, f"no proof of fencing: the old engine ended by itself: {ended}, with {code}"
    assert world.alive(), "the successor ended, too"


async def second_engine(world, place, dice):
    """Another engine on the same store ends by itself, before it is ready."""

    def second():
        said = subprocess.run(world.real.command(), capture_output=True, text=True, check=False,
                              timeout=SECOND_ENGINE_ENDS_WITHIN_S, cwd=world.real.folder)
        return said.returncode, said.stdout, said.stderr

    code, told, errors = await asyncio.to_thread(second)
    reason = "another engine writes to this store"
    refused = code == STORE_STATUS and '"ready"' not in told and reason in errors
    assert refused, f"no proof of a refusal: the second engine ended with {code}: {told[-500:]} {errors[-500:]}"
