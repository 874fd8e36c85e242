#!/usr/bin/env python3
"""How long a clinic takes to wake with 1,000 and with 100,000 events behind it: from a console's connect to its board,
after kill -9 and a restart. Each run makes its events with a patient who enters and leaves as fast as goes.

    bench/recovery.py [--build DIR] [--repeat N]"""

import argparse
import json
import pathlib
import statistics
import subprocess

from servers import GENERATOR_CORE, Engine, pinned

ROOT = pathlib.Path(__file__).resolve().parent.parent
EVENTS = (1_000, 100_000)


def load(build, engine, *options):
    command = [build / "bench/machiai-bench", "--server", f"http://{engine.listen}", *engine.options]
    command += ["--clinics", "1", "--consoles", "1", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, preexec_fn=pinned(GENERATOR_CORE), check=True)
    return json.loads(done.stdout)


def waking_ms(build, events):
    with Engine(build / "machiai", {}) as engine:
        load(build, engine, "--rate", "0", "--window", "256", "--warm-up", "0", "--seconds", "300", "--events", str(events))
        engine.process.kill()
        engine.process.wait()
        engine.start(engine.listen)
        # The patient's sign-in is the first to ask for the clinic; the console's comes after it.
        quiet = load(build, engine, "--workload", "gathering", "--at-once", "1", "--seconds", "0", "--prepared")
        return quiet["latency_ms"]["max"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    medians = {}
    for events in EVENTS:
        waits = [waking_ms(options.build.resolve(), events) for _ in range(options.repeat)]
        medians[events] = statistics.median(waits)
        print(json.dumps({"events": events, "waking_ms": waits, "median_ms": medians[events]}), flush=True)
    few, many = (medians[events] for events in EVENTS)
    print(json.dumps({"ratio": round(many / few, 2)}))


if __name__ == "__main__":
    main()
