"""A PostgreSQL server of the tests' own, in a temporary directory on a free loopback port."""

import atexit
import contextlib
import ctypes
import itertools
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BINARIES = pathlib.Path("/usr/lib/postgresql/15/bin")


def die_with_parent(signal_number=signal.SIGKILL):
    """For `preexec_fn`: the child gets the signal when the thread that made it ends, so no test leaves a server."""
    PR_SET_PDEATHSIG = 1
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal_number)


def free_port():
    """A port that stays free until it is bound: none of those the kernel gives to outgoing connections."""
    first_ephemeral = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10000, max(first_ephemeral, 10001))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Postgres:
    _shared = None

    @classmethod
    def shared(cls):
        """One server for the whole process, stopped at its end."""
        if cls._shared is None:
            cls._shared = cls()
            atexit.register(cls._shared.remove)
        return cls._shared

    def __init__(self):
        # PostgreSQL refuses to run as root.
        self._as = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="machiai-postgres-"))
        if self._as:
            shutil.chown(self.folder, "postgres", "postgres")
        self._names = itertools.count(1)
        self.port = free_port()
        self._run("initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.process = None
        self.start()

    def _run(self, program, *arguments):
        command = [BINARIES / program, *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **self._as)

    def start(self):
        command = [BINARIES / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder]
        command += ["-c", "listen_addresses=127.0.0.1"]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd="/", preexec_fn=die_with_parent(signal.SIGQUIT), **self._as
            )
        deadline = time.monotonic() + 120
        while subprocess.run([BINARIES / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start: " + (self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self, signal_number=signal.SIGINT):
        """SIGINT: fast stop; SIGQUIT: immediate, as if it crashed."""
        self.process.send_signal(signal_number)
        self.process.wait()

    def new_database(self):
        """The URL of an empty database."""
        name = f"machiai_{next(self._names)}"
        self._run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", name)
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def remove(self):
        if self.process.poll() is None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)
