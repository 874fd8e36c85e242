#!/usr/bin/env python3
"""What people run in a terminal, in one: `machiai watch`, and the whole of `./dev run`. `terminal_test.py EXE`"""

import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

from fault_kit import Engine, read_rows, until
from postgres import die_with_parent

EXE = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else os.path.abspath("build/release/machiai")
SOURCE = pathlib.Path(__file__).resolve().parents[2]
OK, USAGE = 0, 2
CTRL_C = b"\x03"
# commands/watch/board_screen.cpp
ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
BEGIN_PAGE, END_PAGE = "\x1b[?2026h", "\x1b[?2026l"


class Terminal:
    """A program in the foreground of a pseudo-terminal of its own, and all it writes there."""

    def __init__(self, command, folder, **variables):
        self.end, theirs = os.openpty()
        termios.tcsetwinsize(self.end, (60, 160))
        self.written, self.lock = b"", threading.Lock()
        self.theirs, self.attributes, self.attributes_left = theirs, termios.tcgetattr(theirs), None

        def take_terminal():
            die_with_parent()()
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

        environment = {**os.environ, **variables}
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while True:
            try:
                data = os.read(self.end, 65536)
            except OSError:
                return
            with self.lock:
                self.written += data

    @property
    def text(self):
        """Everything so far; a character that is not whole yet is left out."""
        with self.lock:
            return self.written.decode(errors="ignore").replace("\r\n", "\n")

    def page(self):
        """What the screen shows: every page overwrites the one before it."""
        pages = self.text.split(BEGIN_PAGE)[1:]
        whole = [page for page in pages if END_PAGE in page]
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", whole[-1].split(END_PAGE)[0]) if whole else ""

    def see(self, *parts, seconds=60):
        until(lambda: all(part in self.page() for part in parts), seconds, f"{parts} in {self.page()!r}")

    def type(self, keys):
        os.write(self.end, keys)

    def ended(self, seconds=60):
        """The exit status, once every process that had the terminal is gone and all it wrote has been read."""
        status = self.process.wait(seconds)
        self.attributes_left = termios.tcgetattr(self.theirs)
        self.let_go()
        self.reader.join(seconds)
        return status

    def let_go(self):
        if self.theirs is not None:
            os.close(self.theirs)
        self.theirs = None

    def remove(self):
        """Ends all that was started in it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.let_go()


class watch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="machiai-terminal-")
        self.addCleanup(folder.cleanup)
        self.engine = Engine(EXE, folder.name, settings={"drain": {"reconnect_window_ms": 200}}).start()
        self.addCleanup(self.engine.kill)
        self.engine.put("c1", {"name": "待合クリニック"})
        token = self.engine.token("staff", "w", clinic="c1")
        command = [EXE, "watch", "--url", "http://%s:%d" % self.engine.listen, "--token", token]
        self.terminal = Terminal(command, folder.name)
        self.addCleanup(self.terminal.remove)
        self.terminal.see("待合クリニック", "接続 live  #1 ")
        self.assertTrue(self.terminal.text.startswith(ENTER))

    def rename(self, name):
        self.engine.put("c1", {"name": name})

    def assert_terminal_restored(self, then=""):
        self.assertEqual(self.terminal.attributes_left, self.terminal.attributes)
        self.assertTrue(self.terminal.text.endswith(LEAVE + then), self.terminal.text[-300:])
        self.assertEqual((self.terminal.text.count(ENTER), self.terminal.text.count(LEAVE)), (1, 1))

    def test_each_frame_is_drawn_at_once_and_ctrl_c_gives_the_terminal_back(self):
        begun = time.monotonic()
        for i in range(2, 12):
            self.rename(f"名前 {i}")
            self.terminal.see(f"名前 {i}", f"#{i} ")
        # The clock alone draws once a second.
        self.assertLess(time.monotonic() - begun, 5)
        self.terminal.type(CTRL_C)
        self.assertEqual(self.terminal.ended(), OK)
        self.assert_terminal_restored()

    def test_it_outlives_a_restart_and_sigterm_gives_the_terminal_back(self):
        self.engine.kill()
        self.terminal.see("再接続中", "待合クリニック")
        self.engine.start(same_ports=True)
        self.terminal.see("接続 live  #1 ")
        self.rename("別の名前")
        self.terminal.see("別の名前", "接続 live  #2 ")
        self.terminal.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.terminal.ended(), OK)
        self.assert_terminal_restored()

    def test_a_final_no_is_told_on_the_restored_terminal(self):
        self.engine.put("c1/revocations/w", None)
        self.assertEqual(self.terminal.ended(), USAGE)
        before, _, after = self.terminal.text.rpartition(LEAVE)
        self.assertIn("revoked", after)
        self.assertEqual(before.count(ENTER), 1)


class dev_run(unittest.TestCase):
    """`./dev run` of a tree that needs neither packages nor a build: both are played, the program is the one under test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="machiai-dev-")
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        shutil.copy(SOURCE / "dev", self.tree)
        (self.tree / "build/release").mkdir(parents=True)
        (self.tree / "build/release/machiai").symlink_to(EXE)
        self.play("dpkg-query", "printf installed")
        self.play("cmake", "exit 0")
        self.environment = {
            "PATH": f"{self.tree}/played:{os.environ['PATH']}",
            "MACHIAI_LISTEN_ADDRESS": "127.0.0.1:0",
            "MACHIAI_LISTEN_ADMIN_ADDRESS": "127.0.0.1:0",
            "MACHIAI_DRAIN_RECONNECT_WINDOW_MS": "500",
        }

    def play(self, program, line):
        path = self.tree / "played" / program
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def printed(self, terminal, what):
        return re.search(rf"^  (build/release/machiai {what} .*)$", terminal.text, re.MULTILINE).group(1)

    def running(self):
        terminal = Terminal(["./dev", "run"], self.tree, **self.environment)
        self.addCleanup(terminal.remove)
        until(lambda: "Ctrl-C ends it." in terminal.text, what="the last line")
        return terminal

    def test_it_ends_as_the_engine_does(self):
        terminal = self.running()
        pid = terminal.process.pid
        (engine,) = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        os.kill(int(engine), signal.SIGKILL)
        self.assertEqual(terminal.ended(), 128 + signal.SIGKILL, terminal.text)
        self.assertIn("the engine ended unexpectedly (137)", terminal.text)

    def test_what_it_prints_works_and_ctrl_c_ends_it_in_order(self):
        terminal = self.running()
        address = re.search(r"^engine   ws://(\S+) and http://\1$", terminal.text, re.MULTILINE).group(1)
        self.assertRegex(terminal.text, r"(?m)^admin    http://127\.0\.0\.1:\d+ \(metrics, health\)$")
        self.assertEqual(len(re.findall(r"(?m)^  (?:doctor|patient)  .*\n  eyJ\S+$", terminal.text)), 4)
        self.assertIn(f"--url http://{address} ", self.printed(terminal, "watch"))

        with open(self.tree / "watched", "wb") as out:
            watching = subprocess.Popen(["bash", "-c", "exec " + self.printed(terminal, "watch")], cwd=self.tree, stdout=out)
        self.addCleanup(watching.kill)
        seen = lambda: (self.tree / "watched").read_text()
        until(lambda: "【終了】" in seen(), what="the first board")
        playing = ["bash", "-c", self.printed(terminal, "simulate") + " --minutes 0.02"]
        played = subprocess.run(playing, cwd=self.tree, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(played.returncode, OK, played.stdout + played.stderr)
        until(lambda: "room.consultation_ended" in seen(), what="the simulated day on the board")

        terminal.type(CTRL_C)
        self.assertEqual(terminal.ended(), OK, terminal.text)
        until(lambda: "切断 4100" in seen(), what="the word to come back")
        watching.send_signal(signal.SIGINT)
        self.assertEqual(watching.wait(60), OK)
        marks = read_rows(f"sqlite:{self.tree}/run/machiai.db", "alive_marks", ["engine", "at", "clean"])
        self.assertEqual([mark["clean"] for mark in marks], [1])


if __name__ == "__main__":
    unittest.main()
