#!/usr/bin/env python3
"""Shows that the tests notice: each *.patch beside this file makes the engine wrong in one way, and the test it names
must fail on the program that comes of it, and pass on the unchanged one.

    run.py BUILD_FOLDER [NAME...]

A patch begins with lines `What:` (the fault in a sentence), `Test:` (a command, of which there may be several, that all
must fail; a first word without braces is a script under tests/, {machiai} and the like a program of the build) and
perhaps `Tries:` (how often a test, when chance is in it, may be run until it fails; 1). It may touch sources only, no headers: these alone are compiled again."""

import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = {"machiai": "machiai", "machiai-faulty": "tests/machiai-faulty", "test_store": "tests/test_store",
            "test_actors": "tests/test_actors"}
TEST_SECONDS = 600


class Mutant:
    def __init__(self, path):
        self.path, self.name = path, path.stem
        head, _, self.diff = path.read_text().partition("\n--- ")
        said = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        self.what, self.tries = said["What"], int(said.get("Tries", 1))
        self.tests = [line[6:] for line in head.splitlines() if line.startswith("Test: ")]
        self.sources = re.findall(r"(?m)^\+\+\+ b/(\S+)", self.diff)
        assert self.sources and all(x.endswith(".cpp") for x in self.sources), f"{path}: only sources, at least one"

    def programs(self):
        return sorted({name for test in self.tests for name in re.findall(r"\{([\w-]+)\}", test)})


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def need(done, what):
    if done.returncode != 0:
        sys.exit(f"{what}: exit {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


class Builder:
    """Compiles and links beside the build, as the build would."""

    def __init__(self, build):
        self.build = build
        commands = json.loads((build / "compile_commands.json").read_text())
        self.commands = {pathlib.Path(x["file"]).resolve(): x for x in commands}
        self.ninja = re.search(r"(?m)^CMAKE_MAKE_PROGRAM:\w+=(.*)$", (build / "CMakeCache.txt").read_text())[1]

    def patched(self, mutant, folder):
        """The mutant's sources, in a tree of their own."""
        for name in mutant.sources:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text((ROOT / name).read_text())
        command = ["patch", "--batch", "--fuzz=0", "-p1", "-d", str(folder), "-i", str(mutant.path)]
        need(run(command), f"{mutant.name}: the patch does not apply any more")
        return [folder / name for name in mutant.sources]

    def compile(self, name, source, folder):
        """The new object and the path, as the link line has it, of the one that it replaces."""
        entry = self.commands[(ROOT / name).resolve()]
        words = shlex.split(entry["command"])
        old = words[words.index("-o") + 1]
        new = str(folder / (name.replace("/", "_") + ".o"))
        for flag, value in (("-o", new), ("-c", str(source)), ("-MF", new + ".d"), ("-MT", new)):
            if flag in words:
                words[words.index(flag) + 1] = value
        need(run(words, cwd=entry["directory"]), f"{name} does not compile")
        return new, old

    def link(self, program, objects, out):
        target = PROGRAMS[program]
        lines = need(run([self.ninja, "-C", str(self.build), "-t", "commands", target]), f"commands of {target}")
        words = [x for x in shlex.split(lines.splitlines()[-1]) if x not in (":", "&&")]
        replaced = {old for _, old in objects}
        words = [x for x in words if x not in replaced]
        words[words.index("-o") + 1] = str(out)
        # Before all archives, so that these take no other definition from them.
        words[1:1] = [new for new, _ in objects]
        need(run(words, cwd=self.build), f"{target} does not link")
        return str(out)

    def make(self, mutant, folder):
        """Paths of the mutant's programs."""
        sources = self.patched(mutant, folder / "tree")
        objects = [self.compile(name, x, folder) for name, x in zip(mutant.sources, sources)]
        return {name: self.link(name, objects, folder / name) for name in mutant.programs()}


class Skipped(Exception):
    """The test cannot be done here."""


def run_test(test, programs):
    """None when it passes, else the most telling thing it said."""
    words = [x.format_map(programs) for x in shlex.split(test)]
    if "{" not in test.split()[0]:
        words[:1] = [sys.executable, str(ROOT / "tests" / words[0])]
    try:
        done = run(words, timeout=TEST_SECONDS)
    except subprocess.TimeoutExpired:
        sys.exit(f"{' '.join(words)}: hangs")
    if done.returncode == 0 and done.stdout.startswith("skipped: "):
        raise Skipped(done.stdout.strip())
    if done.returncode == 0:
        return None
    lines = (done.stdout + done.stderr).strip().splitlines()
    telling = [x for x in lines if re.search(r"\w+Error: |ERROR: |seed \d+(?:, --seconds [\d.]+)?: ", x)] or lines or ["no word"]
    return telling[-1].strip()[:240]


def main():
    build, wanted = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    mutants = [Mutant(path) for path in sorted(pathlib.Path(__file__).parent.glob("*.patch"))]
    mutants = [x for x in mutants if not wanted or x.name in wanted]
    assert mutants, f"no such mutants: {wanted}"
    for test in sorted({test for x in mutants for test in x.tests}):
        try:
            said = run_test(test, {name: str(build / path) for name, path in PROGRAMS.items()})
        except Skipped as why:
            print(f"{test}: {why}", flush=True)
            for x in mutants:
                x.tests = [other for other in x.tests if other != test]
            continue
        if said is not None:
            sys.exit(f"{test}: fails without any mutant: {said}")
    builder, survivors = Builder(build), []
    for mutant in (x for x in mutants if x.tests):
        with tempfile.TemporaryDirectory(prefix="machiai-mutant-") as folder:
            programs = builder.make(mutant, pathlib.Path(folder))
            for test in mutant.tests:
                begun = time.monotonic()
                notes = (run_test(test, programs) for _ in range(mutant.tries))
                noticed = next((x for x in notes if x is not None), None)
                verdict = "SURVIVES" if noticed is None else "caught by"
                seconds = time.monotonic() - begun
                print(f"{mutant.name}: {verdict} {test.split()[0]}, {seconds:.0f} s: {noticed or ''}", flush=True)
                survivors += [mutant.name] * (noticed is None)
    if survivors:
        sys.exit(f"nobody noticed: {', '.join(survivors)}")


if __name__ == "__main__":
    main()
