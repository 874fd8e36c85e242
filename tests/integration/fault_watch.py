"""What is measured during a whole run of the fault schedule, and judged at its end: how soon healthy clients are served
(I8), and what the engine holds (I7)."""

import os
import pathlib
import re
import threading
import time

# The objective of docs/operations.md for a command's way to a console.
P99_MAX_S = 0.5
# From a fault's end until nobody notices it: a store's next try, a client's silence, packets that are sent again.
RECOVERS_WITHIN_S = 5
# Of fewer, one slow one would be all of the hundredth.
SAMPLES_MIN = 30
RESIDENT_MAX = 128 << 20
# Everybody, twice while they reconnect, a flood of connects, and what the engine has at rest.
DESCRIPTORS_MAX = 2 * 60 + 400 + 30
# Listeners, event loops, store, log; and a connection or two of the admin's.
DESCRIPTORS_AT_REST = 20
THREADS_MAX = 24
GROWS_MAX = 48 << 20


class Resources(threading.Thread):
    """Looks at the engine's process four times a second."""

    def __init__(self, engine):
        super().__init__(daemon=True)
        self.engine, self.stopping, self.looks = engine, threading.Event(), []

    def run(self):
        while not self.stopping.wait(0.25):
            if look := resources(self.engine):
                self.looks.append((time.monotonic(), *look))

    def stop(self):
        self.stopping.set()
        self.join(10)

    def highest(self):
        return [max(x[i] for x in self.looks) for i in (2, 3, 4)]

    def complaints(self):
        caps = zip(("bytes resident", "descriptors", "threads"), self.highest(), (RESIDENT_MAX, DESCRIPTORS_MAX, THREADS_MAX))
        return [f"the engine held {most} {what}, more than {cap}" for what, most, cap in caps if most > cap]

    def first_of(self, pid):
        """The first look at a process that had a second to start."""
        own = [x for x in self.looks if x[1] == pid]
        return next((x for x in own if x[0] > own[0][0] + 1), None)


def resources(engine):
    """(process, bytes resident, descriptors, threads), or None when there is none."""
    try:
        pid = engine.process.pid
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        found = [int(re.search(rf"{name}:\s+(\d+)", status)[1]) for name in ("VmRSS", "Threads")]
        return pid, found[0] * 1024, len(os.listdir(f"/proc/{pid}/fd")), found[1]
    except (OSError, TypeError, AttributeError):
        return None


def p99(values):
    """A hundredth may be slower."""
    return sorted(values)[max(len(values) - 1 - len(values) // 100, 0)]


def overlaps(begin, end, windows, after_s):
    return any(begin < (x["end"] or float("inf")) + after_s and x["begin"] < end for x in windows)


def judge_latency(samples, windows, say):
    """Complaints about samples outside the windows of faults; those of bad clients excuse nothing."""
    excuses = [x for x in windows if x["kind"] != "clients"]
    floods = [x for x in windows if x["kind"] == "clients"]
    calm = [x for x in samples if not overlaps(x[0], x[0] + (x[1] or 2), excuses, RECOVERS_WITHIN_S)]
    complaints = []
    for what, some in (
        ("outside faults", [x for x in calm if not overlaps(x[0], x[0], floods, 0)]),
        ("under bad clients", [x for x in calm if overlaps(x[0], x[0], floods, 0)]),
    ):
        lost = [x for x in some if x[1] is None]
        took = [x[1] for x in some if x[1] is not None]
        complaints += [f"{what}, a healthy pair got {x[2]}" for x in lost[:3]]
        if took:
            say(f"{what}: {len(took)} commands seen, p99 {p99(took) * 1000:.0f} ms, longest {max(took) * 1000:.0f} ms")
        if len(took) >= SAMPLES_MIN and p99(took) > P99_MAX_S:
            complaints.append(f"{what}, p99 of {len(took)} commands is {p99(took):.3f} s")
        if what == "outside faults" and len(took) < SAMPLES_MIN:
            complaints.append(f"{what}, only {len(took)} commands were measured")
    return complaints
