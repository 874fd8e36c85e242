"""The servers that stand side by side: each a process of its own on the server's core, gone at the `with`'s end, with
`listen` (ADDRESS:PORT), `process` and what machiai-bench must be told to speak with it (`options`)."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/integration"))
from postgres import Postgres, die_with_parent  # noqa: E402

SERVER_CORE, GENERATOR_CORE = 0, 1
# The frame of one change from our engine: the others carry as many bytes.
MESSAGE_BYTES = 890
START_S = 10

# One patient of the load says more than any person could, and all come from one address; the limits against that are
# not what is measured.
SETTINGS = {
    "connection.messages_per_second": "100000",
    "connection.messages_burst": "1000000",
    "connection.http_requests_per_second": "100000",
    "connection.connections_max": "19700",
    "connection.connections_per_address_max": "19700",
    "command.in_flight_per_session_max": "10000",
    "command.in_flight_per_clinic_max": "1000000",
    "command.in_flight_max": "1000000",
    "log.level": '"warn"',
}


def pinned(core, signal_number=signal.SIGKILL):
    """For `preexec_fn`."""
    die = die_with_parent(signal_number)

    def prepare():
        os.sched_setaffinity(0, {core})
        die()

    return prepare


class Database:
    """The private PostgreSQL server, on the server's core: the engine and its store share it."""

    def __init__(self):
        everywhere = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {SERVER_CORE})
        self.server = Postgres.shared()
        os.sched_setaffinity(0, everywhere)

    @property
    def pid(self):
        return self.server.process.pid


class Server:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="machiai-bench-"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def launch(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=pinned(SERVER_CORE))

    def start_again(self):
        """For a thread: waits until somebody kills the process, and for the end of its successor too, which would
        otherwise die with the thread that started it (PR_SET_PDEATHSIG)."""
        self.process.wait()
        self.start(self.listen)
        self.process.wait()


class Engine(Server):
    """A release engine with a store of its own."""

    def __init__(self, exe, settings, database=None):
        super().__init__()
        self.exe = exe
        self.store = database.server.new_database() if database else f"sqlite:{self.folder}/bench.db"
        self.config = self.folder / "machiai.toml"
        key_file = self.folder / "operator-key"
        settings = {**SETTINGS, **settings}
        lines = [f'token.operator_key_file = "{key_file}"', *(f"{key} = {value}" for key, value in settings.items())]
        self.config.write_text("\n".join(lines) + "\n")
        self.start("127.0.0.1:0")
        self.options = ["--dialect", "machiai", "--config", self.config, "--store", self.store]
        if database:
            self.options += ["--database-pid", str(database.pid)]

    def start(self, listen):
        command = [self.exe, "serve", "--config", self.config, "--store", self.store]
        self.launch([*command, "--listen", listen, "--admin", "127.0.0.1:0"])
        ready = self.process.stdout.readline()
        if not ready:
            raise SystemExit(f"{self.exe} did not start")
        addresses = json.loads(ready)
        self.listen, self.admin = addresses["listen"], addresses["admin"]


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class Mosquitto(Server):
    """Debian's broker, everything at its best: nothing on disk, no log, no queue limit, no delay in its sockets."""

    def __init__(self):
        super().__init__()
        port = free_port()
        config = self.folder / "mosquitto.conf"
        # Debian's 2.0.11 starts WebSocket only beside a plain listener (eclipse-mosquitto/mosquitto#2284), and on all
        # interfaces unless told which family (#3045).
        config.write_text(
            f"listener {free_port()} 127.0.0.1\nlistener {port} 127.0.0.1\nsocket_domain ipv4\nprotocol websockets\n"
            "allow_anonymous true\npersistence false\n"
            "log_type error\nmax_queued_messages 0\nmax_connections -1\nset_tcp_nodelay true\nuser root\n"
        )
        exe = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.launch([exe, "-c", config])
        self.listen = f"127.0.0.1:{port}"
        self.options = ["--dialect", "mqtt", "--message-bytes", str(MESSAGE_BYTES)]
        until = time.monotonic() + START_S
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                if time.monotonic() > until:
                    raise SystemExit("mosquitto did not start") from None
                time.sleep(0.05)


class Bare(Server):
    """bench/bare: our sockets and codec with nothing behind them."""

    def __init__(self, exe):
        super().__init__()
        self.launch([exe, str(MESSAGE_BYTES)])
        self.listen = f"127.0.0.1:{int(self.process.stdout.readline())}"
        self.options = ["--dialect", "bare"]
