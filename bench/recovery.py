#!/usr/bin/env python3
"""How long a clinic takes to wake with 1,000 and with 100,000 events behind it, as the engine itself counts it
(machiai_clinic_wake_duration_seconds): from the wish to its state, read from the store, in memory. After kill -9 and a
restart, which wakes the one clinic there is; the file's pages are in the system's cache. Each run makes its events with
a patient who enters and leaves as fast as goes.

    bench/recovery.py [--build DIR] [--repeat N] [--store sqlite|postgres]"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import time
import urllib.request

from servers import GENERATOR_CORE, Database, Engine, pinned

ROOT = pathlib.Path(__file__).resolve().parent.parent
EVENTS = (1_000, 100_000)
WAKES_WITHIN_S = 60


def make_events(build, engine, events):
    command = [build / "bench/machiai-bench", "--server", f"http://{engine.listen}", *engine.options]
    command += ["--clinics", "1", "--consoles", "1", "--rate", "0", "--window", "256", "--warm-up", "0"]
    command += ["--seconds", "300", "--events", str(events)]
    subprocess.run(command, stdout=subprocess.DEVNULL, preexec_fn=pinned(GENERATOR_CORE), check=True)


def metric(engine, name):
    with urllib.request.urlopen(f"http://{engine.admin}/metrics", timeout=10) as answer:
        return float(re.search(rf"(?m)^{name} (\S+)$", answer.read().decode())[1])


def waking_ms(build, events, database):
    with Engine(build / "machiai", {}, database) as engine:
        make_events(build, engine, events)
        engine.process.kill()
        engine.process.wait()
        engine.start(engine.listen)
        until = time.monotonic() + WAKES_WITHIN_S
        while metric(engine, "machiai_clinic_wake_duration_seconds_count") < 1:
            assert time.monotonic() < until, "the clinic does not wake"
            time.sleep(0.02)
        return round(metric(engine, "machiai_clinic_wake_duration_seconds_sum") * 1000, 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    options = parser.parse_args()
    database = Database() if options.store == "postgres" else None
    medians = {}
    for events in EVENTS:
        waits = [waking_ms(options.build.resolve(), events, database) for _ in range(options.repeat)]
        medians[events] = statistics.median(waits)
        print(json.dumps({"events": events, "waking_ms": waits, "median_ms": medians[events]}), flush=True)
    few, many = (medians[events] for events in EVENTS)
    print(json.dumps({"ratio": round(many / few, 2)}))


if __name__ == "__main__":
    main()
