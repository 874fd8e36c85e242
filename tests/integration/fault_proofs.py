"""How a fault shows that it bit."""

import asyncio
import contextlib
import http.client
import time


async def comes_true(condition, seconds, pause_s=0.05):
    """Whether a condition, asked in a thread of its own, holds in time."""
    end = time.monotonic() + seconds
    while True:
        if await asyncio.to_thread(condition):
            return True
        if time.monotonic() > end:
            return False
        await asyncio.sleep(pause_s)


class Counter:
    """How much the series of this name rose since it was made, over restarts of the engine, which count from 0 again."""

    def __init__(self, world, name, last=None):
        self.world, self.name, self.last, self.risen = world, name, last, 0

    @classmethod
    async def begin(cls, world, name):
        counter = cls(world, name)
        await asyncio.to_thread(counter.look)
        return counter

    def look(self):
        try:
            metrics = self.world.real.metrics()
        except (OSError, http.client.HTTPException, ValueError):
            return self.risen
        value = sum(x for name, x in metrics.items() if name == self.name or name.startswith(self.name + "{"))
        if self.last is not None:
            self.risen += value - self.last if value >= self.last else value
        self.last = value
        return self.risen

    async def rises(self, seconds, by=1):
        return await comes_true(lambda: self.look() >= by, seconds)


def ready(world):
    """What /readyz says; an engine that cannot be asked is not ready."""
    return why_not_ready(world) == ""


def why_not_ready(world):
    """In the words of /readyz; empty for a ready engine, None for one that cannot be asked."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        status, body = world.real.request("GET", "/readyz", admin=True, seconds=2)
        return "" if status == 200 else body["reason"]
    return None
