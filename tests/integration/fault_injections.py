"""The faults of the schedule. Each is a function that ends what it began: when it returns, nothing is broken any more,
except what clients and engine have yet to notice. Each proves that it bit, or raises an AssertionError that says which
proof is missing."""

import asyncio
import concurrent.futures
import os

import bad_clients
import engine_faults as engine
import network_faults as network
import store_faults as store


class Place:
    """What this run may do. `disk` holds the store; it is a small file system of its own if `small_disk`. `longest_s`
    bounds what only stands still."""

    def __init__(self, kind, disk, control, longest_s, postgres, own_namespaces):
        self.kind, self.disk, self.longest_s, self.postgres = kind, disk, longest_s, postgres
        self.own_network = self.small_disk = own_namespaces
        self.sync_sign, self.clock_file = control / "failing-sync", control / "clock"
        # The server ends with the thread that started it.
        self.keeper = concurrent.futures.ThreadPoolExecutor(1)

    def environment(self):
        """What every engine of the run is started with, so that faults can reach it later."""
        self.step_clocks(0, 0)
        return {"MACHIAI_FAILING_SYNC": str(self.sync_sign), "MACHIAI_CLOCK_STEPS": str(self.clock_file)}

    def step_clocks(self, system_s, boot_s):
        """How far off the system's clock and the time since boot are; seen within a tenth of a second."""
        new = self.clock_file.with_suffix(".new")
        new.write_text(f"{system_s} {boot_s}\n")
        new.replace(self.clock_file)

    async def start_postgres(self):
        await asyncio.get_running_loop().run_in_executor(self.keeper, self.postgres.start)


def needs_sqlite(place):
    return None if place.kind == "sqlite" else "only SQLite"


def needs_postgres(place):
    return None if place.kind == "postgres" else "only PostgreSQL"


def needs_own_network(place):
    return None if place.own_network else "needs root, nft and a network namespace"


def needs_network_to_postgres(place):
    return needs_postgres(place) or needs_own_network(place)


def needs_small_disk(place):
    return needs_sqlite(place) or (None if place.small_disk else "needs root to mount a small file system")


def needs_root_and_postgres(place):
    return needs_postgres(place) or (None if os.geteuid() == 0 else "needs root to kill the server's processes")


def needs_cpu_group(place):
    return None if os.access(engine.CPU_GROUPS / "cgroup.procs", os.W_OK) else "needs a writable cpu cgroup (v1)"


def always(place):
    return None


def attack(which):
    async def harm(world, place, dice):
        await bad_clients.attacked(world, which, dice)

    harm.__name__ = which.__name__
    return harm


# What it needs, whom it befalls, and whether a short run should rather have this one. Two of one kind never meet.
FAULTS = {
    engine.kill: (always, "engine", False),
    engine.kill_at_point: (always, "engine", True),
    engine.throw: (always, "engine", False),
    engine.freeze: (always, "engine", False),
    engine.starve: (needs_cpu_group, "engine", False),
    engine.clock_step: (always, "engine", False),
    engine.suspend: (always, "engine", False),
    engine.second_engine: (always, "engine", False),
    engine.successor: (needs_postgres, "engine", False),
    store.sync_error: (needs_sqlite, "store", True),
    store.disk_full: (needs_small_disk, "store", True),
    store.database_crash: (needs_postgres, "store", True),
    store.postmaster_killed: (needs_root_and_postgres, "store", False),
    store.database_backend: (needs_postgres, "store", False),
    store.backend_killed: (needs_root_and_postgres, "store", False),
    store.cut_at_commit: (needs_postgres, "store", True),
    store.database_frozen: (needs_postgres, "store", False),
    store.database_partition: (needs_network_to_postgres, "store", False),
    network.delay: (always, "network", False),
    network.throttle: (always, "network", False),
    network.half_open: (always, "network", True),
    network.reconnect_storm: (always, "network", False),
    network.packet_loss: (needs_own_network, "network", True),
    network.partition: (needs_own_network, "network", True),
    network.resets: (needs_own_network, "network", False),
    **{attack(x): (always, "clients", False) for x in bad_clients.KINDS},
}
BY_NAME = {x.__name__: x for x in FAULTS}
KIND_OF = {fault.__name__: kind for fault, (_, kind, _) in FAULTS.items()}


def possible(place, only):
    """{kind: (names that a short run should have, the others)} that this place can do."""
    found = {}
    for fault, (need, kind, telling) in FAULTS.items():
        if not need(place) and (not only or fault.__name__ in only):
            found.setdefault(kind, ([], []))[0 if telling else 1].append(fault.__name__)
    return found


def deal(place, dice, runs, most, only):
    """The place's whole deck of faults dealt over the runs, like cards: [[name]]. Each run has three at least and
    `most` at most, of all kinds as far as they go round; what does not fit in is left out, the telling ones last."""
    piles = possible(place, only)
    for telling, others in piles.values():
        dice.shuffle(telling)
        dice.shuffle(others)
    deck = []
    order = [x for x in ("engine", "store", "network", "clients") if x in piles]
    stacks = {kind: [*others[::-1], *telling[::-1]] for kind, (telling, others) in piles.items()}
    while any(stacks.values()):
        deck += [stacks[kind].pop() for kind in order if stacks[kind]]
    size = min(max(-(-len(deck) // runs), min(3, len(deck))), most)
    hands = [[] for _ in range(runs)]
    for name in deck[: size * runs]:
        own = KIND_OF[name]
        # To who has the fewest of its kind, and of all.
        open_hands = [x for x in hands if len(x) < size]
        min(open_hands, key=lambda x: (sum(KIND_OF[y] == own for y in x), len(x))).append(name)
    for hand in hands:
        # More runs than cards: the deck is dealt again.
        while len(hand) < min(3, len(deck)):
            hand.append(dice.choice([x for x in deck if x not in hand]))
    return hands
