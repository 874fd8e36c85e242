#!/usr/bin/env python3
"""The way to PostgreSQL breaks, or one of the server's processes dies or stands still: found in time, readiness false,
nothing is promised meanwhile, and afterwards every command has one answer. `database_fault_test.py EXE`

As root it runs in a network namespace of its own, where packets to and from the server can be dropped."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import machiai_test
from fault_kit import read_answers, read_events, run_sql, until
from log_model import Clinic
from postgres import Postgres
from websocket_client import Refused

INSIDE = "MACHIAI_OWN_NAMESPACES"
STATEMENT_MS = 2000
SETTINGS = {
    "store": {"statement_timeout_ms": STATEMENT_MS, "lock_timeout_ms": 1000, "connect_timeout_ms": 2000,
              "writer_lock_wait_ms": 2000},
    "presence": {"alive_interval_ms": 250},
    "command": {"timeout_ms": 1500},
}
# The kernel gives unacknowledged bytes up after the statement's time-out, libpq an answer after twice that; then a new
# connection is tried. And what a crowded machine adds.
FOUND_WITHIN_S = 2 * STATEMENT_MS / 1000 + 2 + 4
AGAIN_WITHIN_S = 20
UNDECIDED = {"store_unavailable", "timed_out", "in_flight", "rate_limited"}


class Load:
    """One console that locks and unlocks, asking again under the same id until an answer is final."""

    def __init__(self, engine):
        self.engine, self.stopping = engine, threading.Event()
        self.answers, self.codes, self.acked_at = {}, set(), []
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        session = None
        for i in itertools.count():
            command = f"load-{i}"
            while command not in self.answers:
                try:
                    session = session or self.engine.connect("staff", "s1", token=self.engine.mint("staff", "s1"))
                    kind = "lock_room" if i % 2 == 0 else "unlock_room"
                    reply = session.send(kind, id=command, timeout_s=30, room="r1")
                except (machiai_test.Closed, machiai_test.ConnectionLost, Refused, OSError) as why:
                    self.codes.add(f"closed {getattr(why, 'code', None)}")
                    session = None
                    time.sleep(0.1)
                else:
                    if reply["ok"]:
                        self.answers[command] = reply
                        self.acked_at.append(time.monotonic())
                    else:
                        self.codes.add(reply["error"]["code"])
                        time.sleep(0.05)
                if self.stopping.is_set():
                    return
            time.sleep(0.005)

    def stop(self):
        self.stopping.set()
        self.thread.join(60)


class database_fault(machiai_test.TestCase):
    def begin(self, server):
        self.server = server
        self.started = self.engine(store_url=server.new_database(), settings=SETTINGS)
        self.started.seed_visit("r1", patient="p1", doctor="d1")
        self.load = Load(self.started)
        self.addCleanup(self.load.stop)
        self.work_again()

    def work_again(self, what="work"):
        count = len(self.load.answers)
        until(lambda: len(self.load.answers) > count + 20, AGAIN_WITHIN_S, what)

    def ready(self):
        return self.started.admin("/readyz", expect=None).status == 200

    def go_through(self, what, break_it, mend_it, found_within_s=FOUND_WITHIN_S, lasts_s=2.0):
        begun = time.monotonic()
        break_it()
        broken = time.monotonic()
        until(lambda: not self.ready(), found_within_s, "readiness false")
        found = time.monotonic() - begun
        self.assertEqual(self.started.admin("/livez").status, 200)
        time.sleep(lasts_s)
        self.assertFalse(self.ready())
        mending = time.monotonic()
        mend_it()
        mended = time.monotonic()
        until(self.ready, AGAIN_WITHIN_S, "ready again")
        again = time.monotonic() - mended
        # The last answers were on their way.
        promised = [x for x in self.load.acked_at if broken + 0.5 < x < mending]
        self.assertEqual(promised, [], "promised without a database")
        self.work_again("work afterwards")
        print(f"{what}: found after {found:.1f} s, ready again {again:.1f} s after it ended", flush=True)
        self.finish()

    def finish(self):
        self.load.stop()
        self.assertLessEqual(self.load.codes, UNDECIDED | {"closed 4101", "closed 1006"})
        url = self.started.store_url
        stored = read_answers(url)
        for command, reply in self.load.answers.items():
            self.assertIn(f'"seq":{reply["seq"]}', stored["c1", "s1", command]["answer"].replace(" ", ""))
        rows = read_events(url)["c1"]
        Clinic().read(rows)
        # Each of them changed something, once.
        changes = [x for x in rows if x["kind"] in ("room.locked", "room.unlocked")]
        self.assertLessEqual(abs(len(changes) - len(self.load.answers)), 1)
        self.started.run("verify", "--store", url)

    # The way

    def filtered(self, *rules):
        if os.environ.get(INSIDE) != "1":
            self.skipTest("needs root, nft and a network namespace")
        port = self.server.port
        table = "add table inet faults; add chain inet faults out { type filter hook output priority 0; };"
        subprocess.run(
            ["nft", table + ";".join(f"add rule inet faults out tcp {x.format(port=port)}" for x in rules)],
            check=True, capture_output=True)

    @staticmethod
    def unfiltered():
        subprocess.run(["nft", "delete table inet faults"], check=False, capture_output=True)

    def check_partition(self, what, *rules):
        self.begin(Postgres.shared())
        self.addCleanup(self.unfiltered)
        self.go_through(what, lambda: self.filtered(*rules), self.unfiltered)

    def test_nothing_passes_either_way(self):
        self.check_partition("both ways", "dport {port} drop", "sport {port} drop")

    def test_nothing_reaches_the_server(self):
        self.check_partition("to the server", "dport {port} drop")

    def test_nothing_comes_back_from_the_server(self):
        """What was sent is stored, and nobody knows."""
        self.check_partition("from the server", "sport {port} drop")

    def test_every_connection_is_reset(self):
        self.check_partition("resets", "dport {port} reject with tcp reset")

    # The server's processes

    def our_session(self):
        query = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'machiai engine %' "
        (pid,) = run_sql(self.started.store_url, query + "AND datname = current_database()")
        return int(pid)

    def own_server(self):
        server = Postgres()
        self.addCleanup(server.remove)
        return server

    def test_the_server_is_killed(self):
        self.begin(self.own_server())

        def kill():
            self.server.process.kill()
            self.server.process.wait()

        def start():
            # Its children end a moment after it; until then a start is refused.
            until(lambda: not self.children_left(), 30, "the server's processes ended")
            (self.server.folder / "data/postmaster.pid").unlink(missing_ok=True)
            self.server.start()

        # Its children notice by themselves, each when it next looks.
        self.go_through("postmaster killed", kill, start)

    def children_left(self):
        found = subprocess.run(["pgrep", "-f", str(self.server.folder)], capture_output=True, check=False)
        found_sessions = subprocess.run(["pgrep", "-fx", "postgres: .*machiai_.*"], capture_output=True, check=False)
        ours = [x for x in found_sessions.stdout.split() if self.is_of_server(x)]
        return found.stdout.split() + ours

    def is_of_server(self, pid):
        with contextlib.suppress(OSError):
            return os.readlink(f"/proc/{int(pid)}/cwd").startswith(str(self.server.folder))
        return False

    def test_our_session_alone_is_killed(self):
        """The server then ends all sessions and recovers by itself."""
        self.begin(self.own_server())
        for _ in range(3):
            os.kill(self.our_session(), signal.SIGKILL)
            self.work_again("work after the server's recovery")
        self.finish()

    def test_our_session_alone_stands_still(self):
        """It holds its locks, the writer's too, and cannot be ended: the engine waits for it, however long."""
        self.begin(self.own_server())
        session = self.our_session()

        def let_go():
            os.kill(session, signal.SIGCONT)

        self.go_through("session stands still", lambda: os.kill(session, signal.SIGSTOP), let_go, lasts_s=6)


def enter_namespace():
    """Becomes this test in a network namespace of its own, if that can be."""
    tools = all(shutil.which(x) for x in ("nft", "ip", "unshare"))
    if os.environ.get(INSIDE) or os.geteuid() != 0 or not tools:
        return
    probe = ["unshare", "--net", "sh", "-c", "ip link set lo up && nft list tables"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        again = 'ip link set lo up && exec "$@"'
        command = ["unshare", "--net", "sh", "-c", again, "sh", sys.executable, *sys.argv]
        os.execvpe("unshare", command, {**os.environ, INSIDE: "1", "MACHIAI": machiai_test.EXE})


if __name__ == "__main__":
    enter_namespace()
    machiai_test.main()
