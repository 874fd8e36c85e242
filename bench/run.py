#!/usr/bin/env python3
"""Runs benchmarks: a fresh server on one core, the load generator on the other, one JSON line per run.

    bench/run.py                                         # every workload once
    bench/run.py rooms rooms-max --repeat 5
    bench/run.py rooms --vary store.commit_interval_us=0,1000 --repeat 5
    bench/run.py rooms --engine build/release/machiai --engine /elsewhere/machiai --repeat 5
    bench/run.py rooms --system machiai --system mosquitto --system bare --record "Rooms, side by side"

What is varied takes turns (A B A B), so that a noisy minute meets all. The table at the end, which --record appends to
bench/RESULTS.md, holds medians."""

import argparse
import datetime
import itertools
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import threading

from servers import GENERATOR_CORE, Bare, Database, Engine, Mosquitto, pinned

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent

CROWD = {"workload": "gathering", "clinics": 100}

# What machiai-bench is told for each name.
WORKLOADS = {
    "rooms": {"clinics": 2000, "consoles": 2, "rate": 2000},
    "rooms-max": {"clinics": 2000, "consoles": 2, "rate": 0, "window": 512},
    "loss": {"workload": "loss", "clinics": 2000, "consoles": 2, "rate": 200},
    **{f"watchers-{n}": {"clinics": 1, "consoles": n, "rate": min(1000, 100_000 // n)} for n in (10, 100, 1000, 5000)},
    **{f"watchers-{n}-max": {"clinics": 1, "consoles": n, "rate": 0, "window": 64} for n in (10, 100, 1000, 5000)},
    "crowd-10k": {**CROWD, "consoles": 99},
    "crowd-19k": {**CROWD, "consoles": 189},
    **{f"clinics-{n}": {"clinics": n, "rooms": 20, "consoles": 1, "rate": 2000} for n in (100, 1000, 9800)},
    "pairs-9800": {"workload": "gathering", "clinics": 9800, "consoles": 1},
    "restart-9800": {"workload": "restart", "clinics": 9800, "consoles": 1},
}

SYSTEMS = ("machiai", "machiai-postgres", "mosquitto", "bare")


def output_of(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def revision():
    changed = output_of("git", "status", "--porcelain", "--untracked-files=no")
    return output_of("git", "rev-parse", "--short", "HEAD") + ("+" if changed else "")


def open_server(options, system, exe, settings, database):
    if system == "mosquitto":
        return Mosquitto()
    if system == "bare":
        return Bare(options.build / "bench/bare-server")
    return Engine(exe, settings, database if system == "machiai-postgres" else None)


def run_once(options, workload, system, exe, settings, database):
    parameters = {**WORKLOADS[workload], "warm-up": options.warm_up, "seconds": options.seconds, **dict(options.load)}
    with open_server(options, system, exe, settings, database) as server:
        command = [options.build / "bench/machiai-bench", "--server", f"http://{server.listen}", *server.options]
        command += ["--server-pid", str(server.process.pid)]
        command += [str(word) for key, value in parameters.items() for word in (f"--{key}", value)]
        if parameters.get("workload") == "restart":
            threading.Thread(target=server.start_again, daemon=True).start()
        done = subprocess.run(command, stdout=subprocess.PIPE, preexec_fn=pinned(GENERATOR_CORE))
        if not done.stdout:
            return None
    return {
        "workload": workload,
        "system": system,
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "tree_revision": revision(),
        "engine": os.path.relpath(exe, ROOT),
        "settings": settings,
        "parameters": parameters,
        "ok": done.returncode == 0,
        "load_average": os.getloadavg()[0],
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        **json.loads(done.stdout),
    }


def spread(values, digits=2):
    middle = statistics.median(values)
    if len(values) == 1:
        return f"{middle:,.{digits}f}"
    return f"{middle:,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


COLUMNS = [
    ("events/s", "events_per_s", 0),
    ("deliveries/s", "deliveries_per_s", 0),
    ("bytes each", "bytes_per_delivery", 0),
    ("p50 ms", "latency_ms.p50", 2),
    ("p99 ms", "latency_ms.p99", 2),
    ("p99.9 ms", "latency_ms.p999", 2),
    ("server CPU µs/delivery", "server_cpu_us_per_delivery", 1),
    ("server CPU µs/event", "server_cpu_us_per_event", 1),
    ("database CPU µs/delivery", "database_cpu_us_per_delivery", 1),
    ("sign-ins/s", "sign_ins_per_s", 0),
    ("server CPU µs/sign-in", "server_cpu_us_per_sign_in", 0),
    ("bytes/session", "resident_bytes_per_session", 0),
    ("bytes/clinic", "resident_bytes_per_clinic", 0),
    ("all back s", "all_back_s", 2),
    ("all right s", "all_right_s", 2),
    ("server busy", "server_busy", 2),
    ("generator busy", "generator_busy", 2),
    ("others busy", "others_busy", 2),
    ("RSS MiB", "resident_mib", 0),
]


def name_of(run):
    varied = ", ".join(f"{key.split('.')[-1]} {value}" for key, value in run["settings"].items())
    return run["workload"], run["system"], run["engine"], varied


def figure(run, path):
    value = run
    for name in path.split("."):
        value = value.get(name, 0) if isinstance(value, dict) else 0
    return value


def table(runs, engines):
    """Medians of equal runs, with least and greatest; a column that is zero throughout is left out."""
    columns = [column for column in COLUMNS if any(figure(run, column[1]) for run in runs)]
    groups = {}
    for run in runs:
        groups.setdefault(name_of(run), []).append(run)
    lines = ["| workload | runs | " + " | ".join(column[0] for column in columns) + " |"]
    lines.append("|---" * (len(columns) + 2) + "|")
    for (workload, system, engine, varied), group in groups.items():
        what = ", ".join(filter(None, [workload, system, varied, engine if len(engines) > 1 else ""]))
        cells = [spread([figure(run, path) for run in group], digits) for _, path, digits in columns]
        lines.append(f"| {what} | {len(group)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def machine():
    model = next((x.split(":")[1].strip() for x in open("/proc/cpuinfo") if x.startswith("model name")), "?")
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}"


def record(title, options, runs, text):
    ok = "" if all(run["ok"] for run in runs) else " Some runs were spoilt."
    head = f"\n## {title}\n\n{runs[-1]['at'][:10]}, tree at {runs[-1]['tree_revision']}, {machine()}. "
    head += f"Measured for {options.seconds} s after {options.warm_up} s; medians, in brackets least and greatest.{ok}\n\n"
    with open(HERE / "RESULTS.md", "a") as results:
        results.write(head + text + "\n")


def key_values(text):
    key, _, value = text.partition("=")
    return key, value


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=", ".join(WORKLOADS))
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--engine", action="append", type=pathlib.Path, help="another engine's program; may repeat")
    parser.add_argument("--system", action="append", choices=SYSTEMS, help="may repeat; default: machiai")
    parser.add_argument("--set", action="append", type=key_values, default=[], metavar="SECTION.KEY=VALUE")
    parser.add_argument("--vary", type=key_values, action="append", default=[], metavar="SECTION.KEY=VALUE,VALUE")
    parser.add_argument("--load", action="append", type=key_values, default=[], metavar="NAME=VALUE",
                        help="an option of machiai-bench, such as window=256")  # fmt: skip
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--warm-up", type=float, default=2)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json", type=pathlib.Path, help="append the lines to this file too")
    parser.add_argument("--record", metavar="TITLE", help="append the table to bench/RESULTS.md")
    options = parser.parse_args()
    options.system = options.system or ["machiai"]
    if unknown := set(options.workloads) - set(WORKLOADS):
        parser.error(f"no such workload: {', '.join(unknown)}")
    options.build = options.build.resolve()
    return options


def main():
    options = arguments()
    database = Database() if "machiai-postgres" in options.system else None
    engines = [x.resolve() for x in options.engine or [options.build / "machiai"]]
    varied = [[(key, value) for value in values.split(",")] for key, values in options.vary]
    runs = []
    for _ in range(options.repeat):
        chosen = itertools.product(options.workloads or list(WORKLOADS), options.system, engines, *varied)
        for workload, system, exe, *settings in chosen:
            run = run_once(options, workload, system, exe, dict(options.set) | dict(settings), database)
            if run is None:
                sys.exit(f"{workload}: nothing was measured")
            runs.append(run)
            line = json.dumps(run, ensure_ascii=False)
            print(line, flush=True)
            if options.json:
                with open(options.json, "a") as lines:
                    lines.write(line + "\n")
    text = table(runs, engines)
    print(text, file=sys.stderr)
    if options.record:
        record(options.record, options, runs, text)
    sys.exit(0 if all(run["ok"] for run in runs) else 1)


if __name__ == "__main__":
    main()
