"""Waiting for what tells nobody of its changes."""

import time
from collections.abc import Callable

TIMEOUT = 30.0


def until(true: Callable[[], object], seconds: float = TIMEOUT) -> None:
    """Return when something is so. Raises AssertionError where it isn't in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
