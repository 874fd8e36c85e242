"""A PostgreSQL server of the tests' own, in a temporary directory on a free loopback port."""

import atexit
import ctypes
import itertools
import os
import pathlib
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
        deadline = time.monotonic() + 60
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
