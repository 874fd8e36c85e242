#!/usr/bin/env python3
"""A steady load, a random schedule of faults, and a checker that judges what every client was told against the store.

    fault_schedule_test.py EXE FAULTY [--seed N] [--seconds N] [--runs N] [--run N] [--stores sqlite,postgres]
                           [--only FAULT,...]

Each store's faults are dealt over its runs like cards; what was dealt is printed, and so is the command that plays one
run again. The engine is FAULTY, made of the release's objects with fail points; EXE reads the store for the checker
(history_checker.py). As root the test runs in namespaces of its own, for packet loss and a small disk; otherwise these
faults are left out, and it says so."""

import argparse
import asyncio
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import history_checker
from fault_injections import BY_NAME, FAULTS, KIND_OF, Place, deal
from fault_world import FaultWorld
from fault_watch import RECOVERS_WITHIN_S
from postgres import Postgres
import skips

INSIDE = "MACHIAI_OWN_NAMESPACES"
# So long everything is measured after the last fault and the recovery from it.
CALM_S = 3
# Far above what the longest run writes, or the disk is full by itself.
DISK_MIB = 256


# Fewer, and faults have no room to end in; more take turns, two of one kind never meet.
SECONDS_PER_FAULT = 5


def schedules(place, seed, seconds, runs, only):
    """For each run [(second, fault, seed of its own)], spread over the time."""
    dice = random.Random(f"{seed} {place.kind}")
    result = []
    for hand in deal(place, dice, runs, max(int(seconds / SECONDS_PER_FAULT), 3), only):
        times = sorted(round(dice.uniform(2, max(seconds - 8, 3)), 1) for _ in hand)
        dice.shuffle(hand)
        result.append([(at, name, dice.randrange(2**32)) for at, name in zip(times, hand)])
    return result


async def inject(world, place, schedule):
    locks = {kind: asyncio.Lock() for kind in KIND_OF.values()}
    locks["engine"] = world.engine_lock

    async def one(at, name, seed):
        await asyncio.sleep(at)
        async with locks[KIND_OF[name]]:
            world.say(f"{name} begins")
            with world.window(name, KIND_OF[name]):
                try:
                    await BY_NAME[name](world, place, random.Random(seed))
                except AssertionError as why:
                    raise AssertionError(f"{name}: {why}") from why
            world.say(f"{name} over, {len(world.acked)} answers")

    await asyncio.gather(*(one(*x) for x in schedule))
    # A calm end, in which all must be well again.
    await asyncio.sleep(RECOVERS_WITHIN_S + CALM_S)


async def play(world, place, schedule, seconds):
    world.environment = place.environment()
    await world.start_engine()
    world.open()
    watching = asyncio.create_task(world.watch_engine())
    try:
        await asyncio.gather(inject(world, place, schedule), asyncio.sleep(seconds))
        await world.settle()
    finally:
        # A cancellation may be lost in a wait_for that has just come to its end.
        world.stopping = True
        watching.cancel()
        for task in world.tasks:
            task.cancel()
        await asyncio.gather(watching, *world.tasks, return_exceptions=True)


def run_once(given, kind, number, schedule, folder):
    disk, control = pathlib.Path(folder, "disk"), pathlib.Path(folder, "control")
    disk.mkdir()
    control.mkdir()
    inside = os.environ.get(INSIDE) == "1"
    if inside:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(disk)], check=True)
    postgres = Postgres() if kind == "postgres" else None
    store = postgres.new_database() if postgres else f"sqlite:{disk}/machiai.db"
    longest_s = max(given.seconds / 5, 3)
    place = Place(kind, disk, control, min(longest_s, 20), postgres, inside)
    print(f"{kind}, run {number}: {', '.join(f'{name} at {at} s' for at, name, _ in schedule)}", flush=True)
    seed, world = f"{given.seed} {kind} {number}", None
    try:
        world = FaultWorld(given.faulty, disk, store, seed, ("127.0.0.1", postgres.port) if postgres else None)
        asyncio.run(play(world, place, schedule, given.seconds))
        world.kill()
        history = control / "history.json"
        world.write_history(history, seed, schedule)
        print(history_checker.check(given.exe, json.loads(history.read_text()), store), flush=True)
        print(f"closes {world.closes}, resumes {world.outcomes}, ends {world.ended}", flush=True)
    except (AssertionError, history_checker.Wrong):
        # The engine's last words, before its disk goes.
        print((disk / "stderr").read_text()[-3000:], flush=True)
        raise
    finally:
        if world:
            world.close()
        if postgres:
            postgres.remove()
        if inside:
            subprocess.run(["umount", "-l", str(disk)], check=False)


def enter_namespaces():
    """Becomes this test in a network and a mount namespace of its own, if that can be."""
    tools = all(shutil.which(x) for x in ("nft", "ip", "unshare", "mount"))
    if os.environ.get(INSIDE) or os.geteuid() != 0 or not tools:
        return
    probe = ["unshare", "--net", "--mount", "sh", "-c", "ip link set lo up && nft list tables"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        again = 'ip link set lo up && exec "$@"'
        command = ["unshare", "--net", "--mount", "sh", "-c", again, "sh", sys.executable, *sys.argv]
        os.execvpe("unshare", command, {**os.environ, INSIDE: "1"})


def say_what_is_left_out(place):
    """What belongs to the other store is no gap; what this machine cannot do is one."""
    missing = []
    for fault, (need, _, _) in FAULTS.items():
        if why := need(place):
            print(f"{place.kind}: without {fault.__name__}: {why}", flush=True)
            missing += [fault.__name__] if why.startswith("needs ") else []
    if missing and not skips.may_skip():
        sys.exit(f"{place.kind}: cannot be done here, and nothing may be skipped: {', '.join(missing)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("exe")
    parser.add_argument("faulty")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--run", type=int, default=None, help="only this one of the runs")
    parser.add_argument("--stores", default="sqlite,postgres")
    parser.add_argument("--only", default="", help="draw from these faults alone")
    given = parser.parse_args()
    enter_namespaces()
    given.only = set(filter(None, given.only.split(",")))
    given.seed = given.seed if given.seed is not None else random.randrange(2**32)
    for kind in given.stores.split(","):
        place = Place(kind, None, pathlib.Path("/"), 0, None, os.environ.get(INSIDE) == "1")
        say_what_is_left_out(place)
        dealt = schedules(place, given.seed, given.seconds, given.runs, given.only)
        names = {name for schedule in dealt for _, name, _ in schedule}
        able = {x.__name__ for x, (need, _, _) in FAULTS.items() if not need(place)}
        print(f"{kind}, seed {given.seed}: {len(names)} of {len(able)} faults in {given.runs} runs; "
              f"not {', '.join(sorted(able - names)) or 'one is missing'}", flush=True)
        for number, schedule in enumerate(dealt, 1):
            if given.run in (None, number):
                run(given, kind, number, schedule)


def run(given, kind, number, schedule):
    again = f"{sys.argv[0]} {given.exe} {given.faulty} --seed {given.seed} --seconds {given.seconds:g} "
    again += f"--runs {given.runs} --run {number} --stores {kind}"
    again += f" --only {','.join(sorted(given.only))}" if given.only else ""
    print(f"again: {again}", flush=True)
    with tempfile.TemporaryDirectory(prefix="machiai-faults-") as folder:
        try:
            run_once(given, kind, number, schedule, folder)
        except (AssertionError, history_checker.Wrong) as why:
            sys.exit(f"{kind}, run {number}: {why}\nagain: {again}")


if __name__ == "__main__":
    main()
