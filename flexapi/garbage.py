"""Collects garbage in a thread of its own, so that the event loop never does.

A cursor of SQLite that is part of a cycle is let go by whichever thread happens to collect it, and has to wait there
for its connection: up to the busy timeout, where another thread waits with that connection for a locked database. In
the event loop's thread nobody was answered for these thirty seconds.
"""

import gc

from flexapi import allocation
from flexapi.background import Loop

# Seconds between two looks. What the busiest server leaves behind in this time is some thousand objects.
PERIOD = 0.25


class GarbageCollector(Loop):
    """Python's own collector, called here by the same thresholds instead of by whoever allocates something."""

    def __init__(self) -> None:
        super().__init__("garbage", collect, period=PERIOD, database=False)

    def start(self) -> None:
        """Collect here alone from now on. What there is already stays: it is what the server consists of."""
        gc.collect()
        allocation.give_back()
        gc.freeze()
        gc.disable()
        super().start()

    def stop(self, timeout: float | None = None) -> bool:
        """Leave it to Python again."""
        ended = super().stop(timeout)
        gc.enable()
        gc.unfreeze()
        return ended


def collect() -> None:
    """Collect the oldest generation that is due, and with it the younger ones.

    One with a threshold of 0 never is: Python 3.14 has that where it collects the oldest one bit by bit, with the others.
    """
    due = [0 < most < count for count, most in zip(gc.get_count(), gc.get_threshold(), strict=True)]
    if any(due):
        gc.collect(max(generation for generation, is_due in enumerate(due) if is_due))
