#!/usr/bin/env python3
"""What the engine does when it cannot start or is not needed a second time: one clear line, a documented exit code, and
nothing damaged. `refusals_test.py EXE`"""

import contextlib
import hashlib
import itertools
import os
import pathlib
import socket
import subprocess
import tempfile
import time

import machiai_test
from fault_kit import run_sql, until
from postgres import Postgres, free_port

PID_GROUPS = pathlib.Path("/sys/fs/cgroup/pids")
USAGE_WRONG, SETTINGS_WRONG, STORE, NETWORK = 2, 3, 4, 5


def fingerprint(folder):
    """Every file of a folder by content, but the lock and SQLite's own, which any reader makes."""
    passing = (".lock", "-shm", "-wal")
    files = [x for x in sorted(pathlib.Path(folder).iterdir()) if x.is_file() and not x.name.endswith(passing)]
    return {x.name: hashlib.sha256(x.read_bytes()).hexdigest() for x in files}


@contextlib.contextmanager
def taken_port():
    """The address of somebody else who listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield f"127.0.0.1:{other.getsockname()[1]}"


class refused_start(machiai_test.TestCase):
    """The engine does not start, says why in one line, and leaves everything as it was."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="machiai-refused-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.store = f"sqlite:{self.folder}/machiai.db"
        self.group = None

    def serve(self, *arguments, store=None):
        given = {"--listen": "127.0.0.1:0", "--admin": "127.0.0.1:0", "--store": store or self.store}
        given.update(zip(arguments[::2], arguments[1::2]))
        command = [machiai_test.EXE, "serve", *itertools.chain.from_iterable(given.items())]
        join = self.join_group if self.group else None
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False, preexec_fn=join
        )

    def join_group(self):
        (self.group / "cgroup.procs").write_text(str(os.getpid()))

    def refuse(self, code, names, *arguments, store=None):
        result = self.serve(*arguments, store=store)
        self.assertEqual((result.returncode, result.stdout), (code, ""), result)
        lines = [line for line in result.stderr.splitlines() if '"engine.operator_key_made"' not in line]
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertTrue(lines[0].startswith("machiai: "), result.stderr)
        for name in names:
            self.assertIn(name, result.stderr)
        return result.stderr

    def make_store(self, kind="sqlite"):
        """A store with a clinic and a visit in it, and no engine on it any more."""
        engine = machiai_test.Engine(kind, store_url=self.store if kind == "sqlite" else None)
        self.addCleanup(engine.remove)
        engine.start()
        engine.seed_visit("r1", patient="p1", doctor="d1")
        self.assertEqual(engine.terminate(), 0)
        return engine

    def refuse_taken_ports(self):
        with taken_port() as address:
            for option in ("--listen", "--admin"):
                self.refuse(NETWORK, [address, "Address already in use"], option, address)

    def test_a_port_that_is_taken(self):
        self.refuse_taken_ports()

    def test_a_port_that_is_taken_while_clinics_wake(self):
        self.make_store()
        self.refuse_taken_ports()

    def test_a_new_operators_key_is_told_once(self):
        with taken_port() as taken:
            said = [self.serve("--listen", taken).stderr.count('"engine.operator_key_made"') for _ in range(2)]
        self.assertEqual(said, [1, 0])

    def test_a_port_of_a_running_engine(self):
        engine = machiai_test.Engine()
        self.addCleanup(engine.remove)
        engine.start()
        self.refuse(NETWORK, [engine.address, "Address already in use"], "--listen", engine.address)
        engine.seed_visit("r1", patient="p1", doctor="d1")

    def test_a_system_that_gives_no_more_threads(self):
        self.group = PID_GROUPS / f"machiai-refused-{os.getpid()}"
        try:
            self.group.mkdir()
        except OSError as why:
            self.skipTest(f"needs a writable pids cgroup (v1): {why}")
        self.addCleanup(self.group.rmdir)
        for threads in (1, 3, 6, 9):
            (self.group / "pids.max").write_text(str(threads))
            self.refuse(NETWORK, ["threads", "pids.max"])
        self.assertEqual(fingerprint(self.folder), {})

    def test_an_address_that_is_none(self):
        for address in ("127.0.0.1", "localhost:99999", "example.invalid:80", "127.0.0.1:http"):
            for option in ("--listen", "--admin"):
                result = self.serve(option, address)
                self.assertEqual((result.returncode, result.stdout), (USAGE_WRONG, ""), result)
                self.assertIn(f'{option}: "{address}" is not IP:PORT', result.stderr)

    def test_settings_that_cannot_be_read(self):
        self.refuse(SETTINGS_WRONG, ["nowhere.toml", "No such file"], "--config", "nowhere.toml")
        self.refuse(SETTINGS_WRONG, [str(self.folder)], "--config", str(self.folder))
        (self.folder / "bad.toml").write_text("[room]\nparticipants_max = 1\n")
        self.refuse(SETTINGS_WRONG, ["bad.toml:2", "room.participants_max"], "--config", "bad.toml")
        (self.folder / "binary.toml").write_bytes(bytes(range(256)))
        self.refuse(SETTINGS_WRONG, ["binary.toml"], "--config", "binary.toml")
        self.assertFalse((self.folder / "machiai.db").exists())

    def test_a_key_file_that_cannot_be_used(self):
        settings = self.folder / "key.toml"
        for file in ("/nowhere/key", str(self.folder)):
            settings.write_text(f'token.operator_key_file = "{file}"\n')
            self.refuse(SETTINGS_WRONG, [file], "--config", settings)

    def test_a_certificate_that_cannot_be_used(self):
        settings = self.folder / "tls.toml"
        settings.write_text('listen.tls_certificate = "nope.pem"\nlisten.tls_key = "nope.key"\n')
        said = "machiai: listen.tls_certificate: nope.pem: No such file"
        self.refuse(SETTINGS_WRONG, [said], "--config", settings)

    def test_a_store_url_that_is_wrong(self):
        self.refuse(STORE, ["no/such/folder/machiai.db"], store="sqlite:no/such/folder/machiai.db")
        (self.folder / "directory").mkdir()
        self.refuse(STORE, ["is a directory"], store=f"sqlite:{self.folder}/directory")
        self.assertEqual([x.name for x in self.folder.iterdir()], ["directory"])
        for url in ("mysql://x", "machiai.db", "sqlite:"):
            result = self.serve(store=url)
            self.assertEqual((result.returncode, result.stdout), (USAGE_WRONG, ""), (url, result))
            self.assertIn("--store: must be sqlite:PATH, postgresql://HOST/DATABASE or memory:", result.stderr)
        self.assertEqual([x.name for x in self.folder.iterdir() if x.name.endswith("operator-key")], [])

    def test_a_database_server_that_is_not_there(self):
        said = self.refuse(STORE, ["127.0.0.1"], store=f"postgresql://me:open-sesame@127.0.0.1:{free_port()}/machiai")
        self.assertNotIn("open-sesame", said)

    def test_a_database_that_is_not_there(self):
        server = Postgres.shared()
        url = f"postgresql://postgres:open-sesame@127.0.0.1:{server.port}/nowhere"
        said = self.refuse(STORE, ["nowhere"], store=url)
        self.assertNotIn("open-sesame", said)

    def test_a_newer_schema_in_a_file(self):
        self.make_store()
        run_sql(self.store, "PRAGMA user_version = 99")
        before = fingerprint(self.folder)
        self.refuse(STORE, ["99", "schema version"])
        self.assertEqual(fingerprint(self.folder), before)

    def test_a_newer_schema_in_a_database(self):
        engine = self.make_store("postgres")
        run_sql(engine.store_url, "INSERT INTO machiai_schema (version) VALUES (99)")
        self.refuse(STORE, ["99", "schema version"], store=engine.store_url)

    def test_a_damaged_file(self):
        self.make_store()
        whole = (self.folder / "machiai.db").read_bytes()
        damages = {
            "not a database": b"no database at all\n" * 1000,
            "torn header": bytes(100) + whole[100:],
            "cut in the middle": whole[: len(whole) // 2 // 4096 * 4096 + 100],
            "a page of zeros": whole[:4096] + bytes(4096) + whole[8192:],
        }
        for name, content in damages.items():
            for file in self.folder.glob("machiai.db-*"):
                file.unlink()
            (self.folder / "machiai.db").write_bytes(content)
            result = self.serve_briefly()
            if result is None:
                continue
            self.assertEqual((result.returncode, result.stdout), (STORE, ""), (name, result))
            self.assertEqual(result.stderr.count("\n"), 1, (name, result.stderr))
            self.assertEqual((self.folder / "machiai.db").read_bytes(), content, name)

    def serve_briefly(self):
        """The refusal, or nothing when the engine started because the damage lies where no start looks."""
        try:
            return self.serve()
        except subprocess.TimeoutExpired as still_running:
            self.fail(f"started on a damaged file: {still_running.stdout}")

    def test_the_database_of_another_program(self):
        run_sql(self.store, "CREATE TABLE theirs (x)")
        before = fingerprint(self.folder)
        result = self.serve()
        self.assertIn(result.returncode, (SETTINGS_WRONG, STORE), result)
        self.assertIn("another program", result.stderr)
        self.assertEqual(fingerprint(self.folder), before)

    def start_engine(self, **options):
        engine = machiai_test.Engine(**options)
        self.addCleanup(engine.remove)
        return engine.start()

    def test_a_file_that_another_engine_holds(self):
        engine = self.start_engine(store="sqlite")
        engine.seed_visit("r1", patient="p1", doctor="d1")
        self.refuse(STORE, ["another engine", str(engine.process.pid)], store=engine.store_url)
        engine.put("/v1/clinics/c1", {"name": "Still mine"})
        self.assertEqual(engine.terminate(), 0)
        engine.start()
        self.assertEqual(engine.board()["clinic"]["name"], "Still mine")

    def test_a_database_that_another_engine_writes_to(self):
        engine = self.start_engine(store="postgres")
        engine.seed_visit("r1", patient="p1", doctor="d1")
        said = self.refuse(STORE, ["another engine writes to this store (session "], store=engine.store_url)
        self.assertNotIn("stale_epoch", said)
        engine.put("/v1/clinics/c1", {"name": "Still mine"})
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        for beside in (["verify"], ["usage", "--clinic", "c1", "--month", "2026-04"], ["board", "--clinic", "c1", "--at", now]):
            engine.run(*beside, "--store", engine.store_url)
        engine.kill()
        engine.start()
        self.assertEqual(engine.board()["clinic"]["name"], "Still mine")

    def writer(self, engine):
        """The session that writes, and the key of the lock it holds."""
        held = "SELECT pid, classid, objid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
        (line,) = run_sql(engine.store_url, held)
        pid, *keys = map(int, line.split("|"))
        return pid, ", ".join(str(key - (1 << 32) if key >> 31 else key) for key in keys)

    def test_an_engine_that_lost_its_session_goes_on(self):
        engine = self.start_engine(store="postgres", settings={"presence": {"alive_interval_ms": 200}})
        engine.seed_visit("r1", patient="p1", doctor="d1")
        pid, _ = self.writer(engine)
        run_sql(engine.store_url, f"SELECT pg_terminate_backend({pid})")
        engine.put("/v1/clinics/c1", {"name": "Still mine"})
        self.assertNotEqual(self.writer(engine)[0], pid)
        self.refuse(STORE, ["another engine writes to this store"], store=engine.store_url)

    def test_an_engine_whose_database_another_took_ends(self):
        wait = {"store": {"writer_lock_wait_ms": 500}, "presence": {"alive_interval_ms": 200}}
        engine = self.start_engine(store="postgres", settings=wait)
        engine.seed_visit("r1", patient="p1", doctor="d1")
        pid, keys = self.writer(engine)
        rival = subprocess.Popen(["psql", engine.store_url, "-qAtX"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.addCleanup(rival.wait)
        self.addCleanup(rival.stdin.close)
        rival.stdin.write(f"SELECT pg_advisory_lock({keys});\n".encode())
        rival.stdin.flush()
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND NOT granted"
        until(lambda: run_sql(engine.store_url, waiting), what="the rival in the queue")
        run_sql(engine.store_url, f"SELECT pg_terminate_backend({pid})")
        self.assertEqual(engine.wait(), STORE)
        last = engine.log().splitlines()[-1]
        self.assertTrue(last.startswith("machiai: postgresql://"), last)
        self.assertIn("another engine writes to this store", last)
        rival.stdin.close()
        rival.wait()
        engine.start()
        engine.run("verify", "--store", engine.store_url)


if __name__ == "__main__":
    machiai_test.main()
