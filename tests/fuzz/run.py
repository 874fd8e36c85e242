#!/usr/bin/python3
"""Builds the fuzzers (preset `fuzz`, clang) and runs each for a while from its corpus. What ends one is kept beside the
build as crash-…, timeout-… or oom-…: mend the code, then put that file into tests/fuzz/corpus/TARGET under a name that
says what it is. New inputs that reach new code stay beside the build and are the start of the next run."""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGETS = sorted(path.stem for path in (ROOT / "tests/fuzz/targets").glob("*.cpp"))
ONE_INPUT_S_MAX = 10
MEMORY_MIB_MAX = 1024


def limit(name):
    """A limit that the engine has when nobody sets another."""
    for file, form in (("settings.hpp", rf"\b{name} = ([\d *]+);"), ("fixed_limits.hpp", rf"LIMIT\({name}, (\d+),")):
        if found := re.search(form, (ROOT / "config" / file).read_text()):
            factors = map(int, found[1].split("*"))
            return next(factors) * next(factors, 1)
    raise KeyError(name)


# The longest input: some bytes more than what is taken, and where pieces follow each other, a piece more.
INPUT_BYTES_MAX = {
    "frames": limit("hello_bytes_max") + limit("message_bytes_max") + 1024,
    "commands": limit("message_bytes_max") + 1024,
    "http": limit("http_header_bytes_max") + 4096,
    "resume": limit("http_header_bytes_max") + 1024,
    "tokens": limit("token_bytes_max") + 1024,
    # The whole table, written out, is about 6,000 bytes.
    "settings": 16384,
}


def build(folder):
    if folder == ROOT / "build/fuzz":
        configure = ["cmake", "--preset", "fuzz"]
    else:
        configure = ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                     "-DCMAKE_CXX_COMPILER=clang++-14", "-DMACHIAI_FUZZ=ON"]
    subprocess.run(configure, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "--target", "fuzzers", "--parallel", str(os.cpu_count())], check=True)


def start(folder, target, seconds):
    found = folder / "found" / target
    kept = folder / "corpus" / target
    for each in (found, kept):
        each.mkdir(parents=True, exist_ok=True)
    command = [folder / "tests/fuzz" / f"fuzz_{target}", f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX[target]}",
               f"-timeout={ONE_INPUT_S_MAX}", f"-rss_limit_mb={MEMORY_MIB_MAX}", f"-artifact_prefix={found}/",
               "-print_final_stats=1", kept, ROOT / "tests/fuzz/corpus" / target]
    log = open(folder / f"{target}.log", "wb")
    return target, found, subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)


def report(folder, target, found, process):
    """Whether the target went through its time without a fault."""
    code = process.wait()
    text = (folder / f"{target}.log").read_text(errors="replace")
    runs = [line.split()[-1] for line in text.splitlines() if line.startswith("stat::number_of_executed_units")]
    print(f"{target}: {runs[0] if runs else 'no'} runs, {'well' if code == 0 else f'FAILED ({code})'}", flush=True)
    if code != 0:
        print(text[-6000:])
        print("\n".join(f"  {path}" for path in sorted(found.iterdir())))
    return code == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all of them if none")
    parser.add_argument("--seconds", type=int, default=60, help="how long each runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many run at one time")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/fuzz", help="build directory")
    given = parser.parse_args()
    if unknown := set(given.targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    folder = given.build.resolve()
    build(folder)
    waiting, well = list(given.targets or TARGETS), True
    while waiting:
        group, waiting = waiting[: given.jobs], waiting[given.jobs :]
        for running in [start(folder, target, given.seconds) for target in group]:
            well = report(folder, *running) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
