#!/usr/bin/env python3
"""Power loss: the store's file system, ext4 on a loop device, is shut down under load as if the machine had lost its
power: what was synced survives, what was not is gone. Then the crash test's judge. Root, Linux; elsewhere skipped.

    power_loss_test.py EXE [--rounds N] [--seed N] [--stores sqlite,postgres]"""

import argparse
import asyncio
import contextlib
import fcntl
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

import crash_test
from fault_kit import Engine, until
from postgres import Postgres
from skips import skip_all

# linux/fs: EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32); 2 is "neither log nor data is written any more".
EXT4_IOC_SHUTDOWN, NOTHING_FLUSHED = 0x8004587D, 2
DISK_MIB = 400
INSIDE = "MACHIAI_OWN_NAMESPACES"


def run(*command, check=True):
    return subprocess.run([str(x) for x in command], check=check, capture_output=True, text=True)


class Disk:
    """An ext4 in a file, whose power can fail."""

    def __init__(self, folder):
        self.image, self.place = folder / "image", folder / "disk"
        self.place.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(DISK_MIB << 20)
        run("mkfs.ext4", "-q", "-F", self.image)
        self.mount()

    def mount(self):
        run("mount", "-o", "loop", self.image, self.place)

    def fail(self):
        """Cuts the power; whoever still uses the disk must have ended when it is mounted anew."""
        descriptor = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", NOTHING_FLUSHED))
        finally:
            os.close(descriptor)

    def come_back(self):
        # The children of a killed PostgreSQL end a moment after it.
        until(lambda: run("umount", self.place, check=False).returncode == 0, what="the disk unused")
        self.mount()

    def remove(self):
        run("umount", "-l", self.place, check=False)


def freeze(pid):
    """All threads stand still when this returns."""
    os.kill(pid, signal.SIGSTOP)
    tasks = pathlib.Path(f"/proc/{pid}/task")
    # The state follows the name in parentheses (proc_pid_stat(5)).
    until(lambda: all(x.read_text().rpartition(")")[2].split()[0] == "T" for x in tasks.glob("*/stat")), what="a stop")


class PowerWorld(crash_test.World):
    """A world whose deaths are those of the disk."""

    disk, postgres = None, None

    def kill(self):
        """The processor stops before the disk: while this shutdown is under way, ext4 (Linux 6.18) now and then lets an
        fdatasync succeed whose data it then drops, also for a bare writer (12 of 150 shutdowns; none of 150 when the
        writer stood still). What an engine says whose disk fails under it, `failing_store_test.py` judges."""
        if self.disk and self.engine.process.poll() is None:
            freeze(self.engine.process.pid)
            self.disk.fail()
        super().kill()
        if self.disk:
            if self.postgres:
                self.postgres.process.kill()
                self.postgres.process.wait()
            self.disk.come_back()
            if self.postgres:
                (self.postgres.folder / "data/postmaster.pid").unlink(missing_ok=True)
                self.postgres.start()


async def lose_power(exe, folder, kind, seed, rounds):
    disk = Disk(folder)
    with contextlib.ExitStack() as cleaning:
        cleaning.callback(disk.remove)
        store, postgres = f"sqlite:{disk.place}/machiai.db", None
        if kind == "postgres":
            # The server's folder is where temporary files go.
            os.chmod(folder, 0o755)
            os.chmod(disk.place, 0o777)
            tempfile.tempdir = str(disk.place)
            try:
                postgres = Postgres()
            finally:
                tempfile.tempdir = None
            cleaning.callback(postgres.remove)
            store = postgres.new_database()
        engine = Engine(exe, folder, store, crash_test.SETTINGS)
        world = PowerWorld(engine, seed)
        engine.start()
        cleaning.callback(engine.kill)
        world.open_clinics()
        for world.life in range(1, rounds + 1):
            world.book()
            world.disk, world.postgres = disk, postgres
            await world.load(world.die_at_random)
            judge = crash_test.Judge(world)
            judge.judge()
            judge.note_present(last=world.life == rounds)
            engine.start()
        world.disk = None
        judge = await crash_test.quiet_end(world)
        crash_test.check_usage(world, judge)
    events = sum(map(len, judge.events.values()))
    print(f"{kind}: {rounds} power losses, {events} events, {world.bills} bills, {world.repeated} answers repeated")


def impossible():
    """Why this cannot be tested here, if so."""
    if os.geteuid() != 0:
        return "needs root"
    missing = [x for x in ("mkfs.ext4", "mount", "umount", "unshare") if not shutil.which(x)]
    if missing:
        return f"needs {', '.join(missing)}"
    with tempfile.TemporaryDirectory(prefix="machiai-power-") as folder:
        try:
            disk = Disk(pathlib.Path(folder))
        except subprocess.CalledProcessError as why:
            return f"no ext4 on a loop device: {why.stderr.strip()}"
        try:
            file = disk.place / "unsynced"
            file.write_text("x")
            disk.fail()
            disk.come_back()
            return "this kernel's shutdown keeps what was not synced" if file.exists() and file.read_text() else None
        except OSError as why:
            return f"no shutdown of ext4: {why}"
        finally:
            disk.remove()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("exe")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--stores", default="sqlite,postgres")
    given = parser.parse_args()
    if os.geteuid() == 0 and shutil.which("unshare") and not os.environ.get(INSIDE):
        # Where no other process's copy of the mount keeps the disk from going away.
        os.execvpe("unshare", ["unshare", "--mount", sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})
    if why := impossible():
        skip_all(why)
    seed = given.seed if given.seed is not None else random.randrange(2**32)
    print(f"seed {seed}", flush=True)
    for kind in given.stores.split(","):
        with tempfile.TemporaryDirectory(prefix="machiai-power-") as folder:
            try:
                asyncio.run(lose_power(given.exe, pathlib.Path(folder), kind, seed, given.rounds))
            except AssertionError as why:
                sys.exit(f"{kind}, seed {seed}: {why}")


if __name__ == "__main__":
    main()
