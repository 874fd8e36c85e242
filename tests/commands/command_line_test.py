#!/usr/bin/env python3
"""The program's command line from outside: exit codes, and errors that name what is wrong. `command_line_test.py EXE`"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

EXE = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/machiai")
OK, USAGE, SETTINGS = 0, 2, 3


class command_line(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_machiai(self, *arguments, **variables):
        environment = {"PATH": os.environ["PATH"], **variables}
        return subprocess.run(
            [EXE, *arguments], cwd=self.folder.name, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def write(self, name, text, mode=0o600):
        path = pathlib.Path(self.folder.name, name)
        path.write_text(text)
        path.chmod(mode)

    def expect_failure(self, code, message, *arguments, **variables):
        result = self.run_machiai(*arguments, **variables)
        self.assertEqual((result.returncode, result.stdout), (code, ""), result)
        self.assertIn(message, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)

    def write_key(self, name="machiai.db.operator-key"):
        secret = base64.urlsafe_b64encode(b"o" * 32).decode().rstrip("=")
        self.write(name, json.dumps({"kty": "oct", "alg": "HS256", "kid": "operator-1", "k": secret}))

    def token(self, *arguments):
        result = self.run_machiai("token", *arguments)
        self.assertEqual(result.returncode, OK, result)
        parts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in result.stdout.strip().split(".")]
        return json.loads(parts[0]), json.loads(parts[1])

    def test_help_of_every_command_names_the_exit_codes(self):
        top = self.run_machiai("--help")
        self.assertEqual(top.returncode, OK)
        listed = top.stdout.split("Subcommands:")[1].split("Exit codes")[0]
        commands = [line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "]
        self.assertIn("check-config", commands)
        for command in commands:
            shown = self.run_machiai(command, "--help")
            self.assertEqual(shown.returncode, OK, command)
            self.assertIn("Exit codes: 0 done", shown.stdout, command)

    def test_a_wrong_command_line_exits_2(self):
        self.expect_failure(USAGE, "there is no command nope", "nope")
        self.assertEqual(self.run_machiai().returncode, USAGE)
        self.assertEqual(self.run_machiai("token").returncode, USAGE)
        self.assertEqual(self.run_machiai("check-config", "--nope").returncode, USAGE)

    def test_check_config_explains_every_setting(self):
        self.write("a.toml", "[room]\nparticipants_max = 7\n")
        result = self.run_machiai("check-config", "a.toml", MACHIAI_ROOM_INVITES_MAX="9")
        self.assertEqual(result.returncode, OK, result)
        self.assertRegex(result.stdout, r"(?m)^  participants_max +7 +2\.\.1000 +Persons in a room")
        self.assertRegex(result.stdout, r"(?m)^  invites_max +9 +0\.\.1000 ")
        self.assertRegex(result.stdout, r"(?m)^  leave_after_ms +30000 +ms +1000\.\.3600000 ")
        self.assertTrue(result.stdout.endswith("a.toml: ok\n"))

    def test_check_config_names_file_line_and_key(self):
        self.write("a.toml", "[connection]\nmessage_bytes_max = 10\n")
        self.expect_failure(
            SETTINGS,
            "machiai: a.toml:2: connection.message_bytes_max: 10 is below its minimum 1024\n",
            "check-config",
            "a.toml",
        )
        self.expect_failure(SETTINGS, "b.toml: cannot be read: No such file", "check-config", "b.toml")
        self.expect_failure(
            SETTINGS, "MACHIAI_ROOM_INVITES_MAX: room.invites_max: \"x\"", "check-config", MACHIAI_ROOM_INVITES_MAX="x"
        )

    def test_check_config_reads_the_files_that_serve_will_read(self):
        make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost".split()
        for name in ("a", "b"):
            files = ["-keyout", f"{name}.key", "-out", f"{name}.pem"]
            subprocess.run([*make, *files], cwd=self.folder.name, check=True, capture_output=True)
        text = 'listen.tls_certificate = "%s"\nlisten.tls_key = "%s"\n'
        for certificate, key, complaint in (
            ("none.pem", "a.key", "listen.tls_certificate: none.pem: No such file"),
            ("a.pem", "none.key", "listen.tls_key: none.key: No such file"),
            ("a.key", "a.key", "listen.tls_certificate: a.key: not a PEM certificate chain"),
            ("a.pem", "b.key", "listen.tls_key: b.key: "),
        ):
            self.write("a.toml", text % (certificate, key))
            self.expect_failure(SETTINGS, complaint, "check-config", "a.toml")
        self.write("a.toml", text % ("a.pem", "a.key"))
        self.assertEqual(self.run_machiai("check-config", "a.toml").returncode, OK)

    def test_check_config_reads_the_operators_key_when_it_is_there(self):
        self.write("a.toml", 'token.operator_key_file = "other.key"\n')
        self.assertEqual(self.run_machiai("check-config", "a.toml").returncode, OK)
        self.assertFalse(pathlib.Path(self.folder.name, "other.key").exists())
        self.write("other.key", "{}")
        complaint = "token.operator_key_file: other.key: is no operator key"
        self.expect_failure(SETTINGS, complaint, "check-config", "a.toml")
        self.write_key("other.key")
        self.assertEqual(self.run_machiai("check-config", "a.toml").returncode, OK)

    def test_check_config_hides_a_password(self):
        self.write("a.toml", '[store]\nurl = "postgresql://user:canary@host/db"\n')
        result = self.run_machiai("check-config", "a.toml")
        self.assertEqual(result.returncode, OK)
        self.assertNotIn("canary", result.stdout + result.stderr)

    def test_token_says_what_was_asked(self):
        self.write_key()
        header, claims = self.token(
            *"--role guest --clinic sakura --sub g1 --room r1 --name 通訳 --ttl 90s".split(),
        )
        self.assertEqual(header, {"alg": "HS256", "typ": "JWT", "kid": "operator-1"})
        self.assertEqual(claims.pop("exp") - claims.pop("iat"), 90)
        expected = {"aud": "machiai", "sub": "g1", "role": "guest", "clinic": "sakura", "room": "r1", "name": "通訳"}
        self.assertEqual(claims, expected)
        _, operator = self.token(*"--role operator --sub root --ttl 7d".split())
        self.assertNotIn("clinic", operator)
        self.assertEqual(operator["exp"] - operator["iat"], 7 * 86400)

    def test_token_finds_the_key_by_settings_or_store(self):
        self.write_key("other.key")
        self.write_key("b.db.operator-key")
        self.write("a.toml", '[token]\noperator_key_file = "other.key"\n')
        self.token(*"--config a.toml --role operator --sub root".split())
        self.token(*"--store sqlite:b.db --role operator --sub root".split())
        self.expect_failure(SETTINGS, "machiai.db.operator-key: ", *"token --role operator --sub root".split())
        self.assertFalse(pathlib.Path(self.folder.name, "machiai.db.operator-key").exists())

    def test_token_refuses_what_no_engine_would_accept(self):
        self.write_key()
        for complaint, arguments in {
            "--role: ": "--role engine --clinic c --sub a",
            "--clinic: ": "--role staff --sub a",
            "--sub: ": "--role staff --clinic c --sub a/b",
            "--room: ": "--role staff --clinic c --sub a --room a/b",
            "--ttl: ": "--role staff --clinic c --sub a --ttl 8d",
        }.items():
            self.expect_failure(USAGE, complaint, "token", *arguments.split())
        for ttl in ["", "1", "h", "-1h", "1x", "1h1m", "999ms", "99999999999999999999d"]:
            self.expect_failure(USAGE, "--ttl: ", *"token --role staff --clinic c --sub a --ttl".split(), ttl)
        self.expect_failure(USAGE, "--name: ", *"token --role staff --clinic c --sub a --name".split(), "a\nb")

    def test_an_open_key_file_is_refused(self):
        self.write_key()
        pathlib.Path(self.folder.name, "machiai.db.operator-key").chmod(0o644)
        self.expect_failure(SETTINGS, "chmod 600", *"token --role operator --sub root".split())


if __name__ == "__main__":
    unittest.main()
