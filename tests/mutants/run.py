#!/usr/bin/env python3
"""Shows that the tests notice: each *.patch beside this file makes the engine wrong in one way, and the test it names
must fail on the program that comes of it, and pass on the unchanged one.

    run.py [--applies] [--work FOLDER] BUILD_FOLDER [NAME...]

A patch begins with lines `What:` (the fault in a sentence), `Test:` (a command, of which there may be several, that all
must fail; a first word without braces is a script under tests/, {machiai} and the like a program of the build), `Says:`
(a regular expression that a line of the failing test's output must match, one for all tests or one for each; a mutant
that only crashes or hangs is not noticed) and perhaps `Tries:` (how often a test, when chance is in it, may be run until
it fails; 1). It may touch sources only, no headers: these alone are compiled again. All mutants are built first; then the
tests run one at a time. A test that cannot be done here exits 77 and is left out, unless MACHIAI_NO_SKIPS is set."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = {"machiai": "machiai", "machiai-faulty": "tests/machiai-faulty",
            **{f"test_{x}": f"tests/test_{x}" for x in ("config", "store", "actors", "gateway")}}
TEST_SECONDS = 300
SKIPPED = 77


class Mutant:
    def __init__(self, path):
        self.path, self.name = path, path.stem
        head, _, self.diff = path.read_text().partition("\n--- ")
        said = [line.split(": ", 1) for line in head.splitlines() if ": " in line]
        self.what, self.tries = dict(said)["What"], int(dict(said).get("Tries", 1))
        tests, says = ([value for key, value in said if key == wanted] for wanted in ("Test", "Says"))
        assert tests and len(says) in (1, len(tests)), f"{path}: one Says, or one for each Test"
        self.tests = list(zip(tests, says * (len(tests) // len(says))))
        self.sources = re.findall(r"(?m)^\+\+\+ b/(\S+)", self.diff)
        assert self.sources and all(x.endswith(".cpp") for x in self.sources), f"{path}: only sources, at least one"

    def programs(self):
        return sorted({name for test, _ in self.tests for name in re.findall(r"\{([\w-]+)\}", test)})


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def need(done, what):
    if done.returncode != 0:
        sys.exit(f"{what}: exit {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def patched(mutant, folder):
    """The mutant's sources, in a tree of their own."""
    for name in mutant.sources:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text((ROOT / name).read_text())
    command = ["patch", "--batch", "--fuzz=0", "-p1", "-d", str(folder), "-i", str(mutant.path)]
    need(run(command), f"{mutant.name}: the patch does not apply any more")
    return [folder / name for name in mutant.sources]


class Builder:
    """Compiles and links beside the build, as the build would."""

    def __init__(self, build):
        self.build = build
        commands = json.loads((build / "compile_commands.json").read_text())
        self.commands = {pathlib.Path(x["file"]).resolve(): x for x in commands}
        self.ninja = re.search(r"(?m)^CMAKE_MAKE_PROGRAM:\w+=(.*)$", (build / "CMakeCache.txt").read_text())[1]

    def compile(self, name, source, folder):
        """The new object and the path, as the link line has it, of the one that it replaces."""
        entry = self.commands[(ROOT / name).resolve()]
        words = shlex.split(entry["command"])
        old = words[words.index("-o") + 1]
        new = str(folder / (name.replace("/", "_") + ".o"))
        for flag, value in (("-o", new), ("-c", str(source)), ("-MF", new + ".d"), ("-MT", new)):
            if flag in words:
                words[words.index(flag) + 1] = value
        # Nobody debugs it, and what a mutant leaves unused is no fault of it.
        words += ["-g0", "-w"]
        launcher = [x] if (x := shutil.which("ccache")) and "ccache" not in words[0] else []
        need(run(launcher + words, cwd=entry["directory"]), f"{name} does not compile")
        return new, old

    def link(self, program, objects, out):
        target = PROGRAMS[program]
        lines = need(run([self.ninja, "-C", str(self.build), "-t", "commands", target]), f"commands of {target}")
        words = [x for x in shlex.split(lines.splitlines()[-1]) if x not in (":", "&&")]
        replaced = {old for _, old in objects}
        words = [x for x in words if x not in replaced]
        words[words.index("-o") + 1] = str(out)
        # Before all archives, so that these take no other definition from them.
        words[1:1] = [new for new, _ in objects] + ["-Wl,--strip-debug"]
        need(run(words, cwd=self.build), f"{target} does not link")
        return str(out)

    def make(self, mutant, folder):
        """Paths of the mutant's programs."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        sources = patched(mutant, folder / "tree")
        objects = [self.compile(name, x, folder) for name, x in zip(mutant.sources, sources)]
        return {name: self.link(name, objects, folder / name) for name in mutant.programs()}


class Skipped(Exception):
    """The test cannot be done here."""


def run_test(test, programs):
    """None when it passes, else all it said."""
    words = [x.format_map(programs) for x in shlex.split(test)]
    if "{" not in test.split()[0]:
        words[:1] = [sys.executable, str(ROOT / "tests" / words[0])]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          start_new_session=True) as process:
        try:
            said, _ = process.communicate(timeout=TEST_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return (process.communicate()[0] or "") + f"\nhangs for {TEST_SECONDS} s"
    if process.returncode == SKIPPED:
        raise Skipped(said.strip())
    return None if process.returncode == 0 else said + f"\nexit {process.returncode}"


def telling(said):
    """The most telling line of what a test said."""
    lines = said.strip().splitlines()
    known = [x for x in lines if re.search(r"\w+Error: |ERROR: |(?:seed|run) \d+: ", x)]
    return (known or lines)[-1].strip()[:240]


def leave_out_skipped(mutants, build):
    """Runs every test on the unchanged programs, which must pass it; what cannot be done here goes."""
    skipped = []
    for test in sorted({test for x in mutants for test, _ in x.tests}):
        try:
            said = run_test(test, {name: str(build / path) for name, path in PROGRAMS.items()})
        except Skipped as why:
            print(f"{test}: {why}", flush=True)
            skipped.append(test)
            for x in mutants:
                x.tests = [(other, words) for other, words in x.tests if other != test]
            continue
        if said is not None:
            sys.exit(f"{said[-3000:]}\n{test}: fails without any mutant")
    if skipped and os.environ.get("MACHIAI_NO_SKIPS"):
        sys.exit(f"left out, though nothing may be: {', '.join(skipped)}")


def is_noticed(mutant, test, says, programs, folder):
    begun, noticed, verdict = time.monotonic(), None, "SURVIVES"
    for _ in range(mutant.tries):
        said = run_test(test, programs)
        if said is None:
            continue
        (folder / "said").open("a").write(f"{test}\n{said}\n")
        noticed = next((x for x in said.splitlines() if re.search(says, x)), None)
        if noticed is not None:
            break
        verdict = f"fails but does not say what it should: {telling(said)}, from"
    if noticed is not None:
        verdict = "caught by"
    seconds = time.monotonic() - begun
    print(f"{mutant.name}: {verdict} {test}, {seconds:.0f} s: {(noticed or '').strip()[:240]}", flush=True)
    return noticed is not None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--work", type=pathlib.Path, help="where mutants, and what tests said, are kept")
    parser.add_argument("--applies", action="store_true", help="only look whether the patches still fit their sources")
    given = parser.parse_args()
    build = given.build.resolve()
    mutants = [Mutant(path) for path in sorted(pathlib.Path(__file__).parent.glob("*.patch"))]
    if unknown := set(given.names) - {x.name for x in mutants}:
        parser.error(f"no such mutants: {', '.join(sorted(unknown))}")
    mutants = [x for x in mutants if not given.names or x.name in given.names]
    if given.applies:
        with tempfile.TemporaryDirectory(prefix="machiai-mutants-") as folder:
            for mutant in mutants:
                patched(mutant, pathlib.Path(folder) / mutant.name)
        return
    builder, survivors = Builder(build), []
    with tempfile.TemporaryDirectory(prefix="machiai-mutants-") as folder:
        work = (given.work or pathlib.Path(folder)).resolve()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            programs = dict(zip([x.name for x in mutants], pool.map(lambda x: builder.make(x, work / x.name), mutants)))
        leave_out_skipped(mutants, build)
        for mutant in mutants:
            for test, says in mutant.tests:
                if not is_noticed(mutant, test, says, programs[mutant.name], work / mutant.name):
                    survivors.append(mutant.name)
    if survivors:
        sys.exit(f"nobody noticed: {', '.join(survivors)}")


if __name__ == "__main__":
    main()
