"""The faults of the schedule, one function each. A fault ends what it began: when it returns, nothing is broken any
more, except what clients and engine have yet to notice."""

import asyncio
import contextlib
import os
import pathlib
import signal
import subprocess

import bad_clients
from fail_point_test import points
from fault_world import end_backends, second_engine_is_refused

CPU_GROUPS = pathlib.Path("/sys/fs/cgroup/cpu")


class Place:
    """What this run may do. `disk` holds the store; it is a small file system of its own if `small_disk`. `longest_s`
    bounds what only stands still."""

    def __init__(self, kind, disk, control, longest_s, postgres, own_namespaces):
        self.kind, self.disk, self.longest_s, self.postgres = kind, disk, longest_s, postgres
        self.own_network = self.small_disk = own_namespaces
        self.sync_sign, self.clock_file = control / "failing-sync", control / "clock"

    def environment(self):
        """What every engine of the run is started with, so that faults can reach it later."""
        self.step_clocks(0, 0)
        return {"MACHIAI_FAILING_SYNC": str(self.sync_sign), "MACHIAI_CLOCK_STEPS": str(self.clock_file)}

    def step_clocks(self, system_s, boot_s):
        """How far off the system's clock and the time since boot are; seen within a tenth of a second."""
        new = self.clock_file.with_suffix(".new")
        new.write_text(f"{system_s} {boot_s}\n")
        new.replace(self.clock_file)


async def kill(world, place, dice):
    world.kill()
    await asyncio.sleep(dice.uniform(0, 2))
    await world.start_engine()


async def kill_at_point(world, place, dice):
    names = [x for x in points(place.kind) if ".migration." not in x and not x.startswith(("takeover", "mark"))]
    name = dice.choice(names)
    await die_in_faulty(world, place, f"{name}:{dice.randint(1, 40)}", 8)


async def throw(world, place, dice):
    """An actor throws now and then."""
    name = dice.choice(["room.enter", "person.obey", "clinic.obey"])
    await die_in_faulty(world, place, f"{name}:{dice.randint(10, 40)}:throw", 5)


async def die_in_faulty(world, place, point, seconds):
    world.say(f"fail point {point}")
    world.kill()
    # The point may be passed before the engine is ready.
    with contextlib.suppress(AssertionError):
        await world.start_engine_once(MACHIAI_FAIL_POINT=point)
    for _ in range(int(seconds * 20)):
        if not world.alive():
            break
        await asyncio.sleep(0.05)
    world.kill()
    await world.start_engine()


async def freeze(world, place, dice):
    world.real.process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(dice.choice([dice.uniform(0.5, 2), dice.uniform(2, place.longest_s)]))
    world.real.process.send_signal(signal.SIGCONT)


async def starve(world, place, dice):
    """A twentieth of a processor for the engine."""
    group = CPU_GROUPS / f"machiai-test-{os.getpid()}"
    group.mkdir()
    try:
        (group / "cpu.cfs_quota_us").write_text("5000")
        (group / "cgroup.procs").write_text(str(world.real.process.pid))
        await asyncio.sleep(dice.uniform(2, 6))
    finally:
        with contextlib.suppress(OSError):
            (CPU_GROUPS / "cgroup.procs").write_text(str(world.real.process.pid))
        group.rmdir()


async def clock_step(world, place, dice):
    """The system's clock steps, and back; in between the engine may be started anew with the wrong one."""
    step = dice.choice([1, -1]) * dice.choice([5, 30, 600, 3600])
    # A token is good for a clock that is off by a minute, and tells the real time here.
    restart = abs(step) <= 30 and dice.random() < 0.5
    world.say(f"clock {step:+} s" + (", and a restart" if restart else ""))
    place.step_clocks(step, 0)
    await asyncio.sleep(1)
    if restart:
        await kill(world, place, dice)
    await asyncio.sleep(dice.uniform(1, 4))
    place.step_clocks(0, 0)


async def suspend(world, place, dice):
    """The system's clock and the time since boot jump, CLOCK_MONOTONIC does not: as a suspended machine wakes."""
    step = dice.choice([1, 3, 8, 15])
    world.say(f"suspended for {step} s")
    place.step_clocks(step, step)
    await asyncio.sleep(dice.uniform(1, 5))
    world.kill()
    place.step_clocks(0, 0)
    await world.start_engine()


async def sync_error(world, place, dice):
    place.sync_sign.touch()
    await asyncio.sleep(dice.uniform(0.2, 4))
    place.sync_sign.unlink()


async def disk_full(world, place, dice):
    filler = place.disk / "filler"
    with contextlib.suppress(OSError), open(filler, "wb") as file:
        while True:
            file.write(bytes(65536))
    with contextlib.suppress(OSError), open(filler, "ab", buffering=0) as file:
        while True:
            file.write(bytes(512))
    await asyncio.sleep(dice.uniform(0.5, 5))
    filler.unlink()


async def database_crash(world, place, dice):
    place.postgres.stop(signal.SIGQUIT)
    await asyncio.sleep(dice.uniform(0, 3))
    # By this thread: the server ends with the one that started it.
    place.postgres.start()


async def database_backend(world, place, dice):
    await asyncio.to_thread(end_backends, world)


async def cut_at_commit(world, place, dice):
    """The connection breaks while a batch is on its way: before the server has it, or before the answer is back."""
    proxy = world.database_proxy
    for _ in range(dice.randint(1, 4)):
        before = proxy.cuts
        # Larger than any statement without rows.
        proxy.cut_bytes, proxy.cut = 700, dice.choice(["before", "after"])
        for _ in range(200):
            if proxy.cuts > before:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(dice.uniform(0, 0.5))
    proxy.cut = None


async def database_frozen(world, place, dice):
    world.database_proxy.frozen = True
    await asyncio.sleep(dice.uniform(0.5, 5))
    world.database_proxy.frozen = False


async def delay(world, place, dice):
    world.proxy.delay_s = dice.uniform(0.02, 0.3)
    await asyncio.sleep(dice.uniform(2, 6))
    world.proxy.delay_s = 0.0


async def half_open(world, place, dice):
    world.proxy.frozen = True
    await asyncio.sleep(dice.uniform(1, place.longest_s))
    world.proxy.frozen = False


async def reconnect_storm(world, place, dice):
    for _ in range(dice.randint(1, 5)):
        world.proxy.reset_all()
        await asyncio.sleep(dice.uniform(0, 0.5))


async def filtered(world, seconds, *statements):
    port = world.real.listen[1]
    rules = "add table inet faults; add chain inet faults out { type filter hook output priority 0; };"
    rules += ";".join(f"add rule inet faults out tcp {x.format(port=port)}" for x in statements)
    subprocess.run(["nft", rules], check=True, capture_output=True)
    try:
        await asyncio.sleep(seconds)
    finally:
        subprocess.run(["nft", "delete table inet faults"], check=True, capture_output=True)


async def packet_loss(world, place, dice):
    share = dice.randint(5, 30)
    chance = f"numgen random mod 100 < {share} drop"
    await filtered(world, dice.uniform(2, 6), "dport {port} " + chance, "sport {port} " + chance)


async def partition(world, place, dice):
    sides = dice.choice([["dport"], ["sport"], ["dport", "sport"]])
    await filtered(world, dice.uniform(1, place.longest_s), *[side + " {port} drop" for side in sides])


async def resets(world, place, dice):
    await filtered(world, dice.uniform(0.5, 2), "dport {port} reject with tcp reset")


async def second_engine(world, place, dice):
    if not await asyncio.to_thread(second_engine_is_refused, world):
        world.fault("a second engine started on the same store")


async def bad_client(world, place, dice):
    name = dice.choice(sorted(bad_clients.KINDS))
    world.say(f"bad client: {name}")
    await bad_clients.KINDS[name](world, dice)


def needs_sqlite(place):
    return None if place.kind == "sqlite" else "only SQLite"


def needs_postgres(place):
    return None if place.kind == "postgres" else "only PostgreSQL"


def needs_own_network(place):
    return None if place.own_network else "needs root, nft and a network namespace"


def needs_small_disk(place):
    return needs_sqlite(place) or (None if place.small_disk else "needs root to mount a small file system")


def needs_cpu_group(place):
    return None if os.access(CPU_GROUPS / "cgroup.procs", os.W_OK) else "needs a writable cpu cgroup (v1)"


def always(place):
    return None


# Name: what it needs, and whom it befalls; two faults of one kind never meet.
FAULTS = {
    kill: (always, "engine"),
    kill_at_point: (always, "engine"),
    throw: (always, "engine"),
    freeze: (always, "engine"),
    starve: (needs_cpu_group, "engine"),
    clock_step: (always, "engine"),
    suspend: (always, "engine"),
    second_engine: (always, "engine"),
    sync_error: (needs_sqlite, "store"),
    disk_full: (needs_small_disk, "store"),
    database_crash: (needs_postgres, "store"),
    database_backend: (needs_postgres, "store"),
    cut_at_commit: (needs_postgres, "store"),
    database_frozen: (needs_postgres, "store"),
    delay: (always, "network"),
    half_open: (always, "network"),
    reconnect_storm: (always, "network"),
    packet_loss: (needs_own_network, "network"),
    partition: (needs_own_network, "network"),
    resets: (needs_own_network, "network"),
    bad_client: (always, "clients"),
}
BY_NAME = {x.__name__: x for x in FAULTS}

