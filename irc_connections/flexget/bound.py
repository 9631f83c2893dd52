"""How much may come from a connection: whoever talks in a channel must not be able to flood the server."""

import threading
import time


class Bound:
    """At most `most` things in `seconds`. May be used from any thread."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._lock = threading.Lock()
        self._began = -seconds
        self._taken = 0
        self._refused = 0

    def take(self, count: int = 1) -> tuple[int, int]:
        """Return how many of `count` things are let through now, and how many were not in the time before this one.

        The second is told once, with the first thing that comes in a new time.
        """
        with self._lock:
            before = 0
            if time.monotonic() - self._began >= self._seconds:
                before, self._refused = self._refused, 0
                self._began, self._taken = time.monotonic(), 0
            let = min(count, self._most - self._taken)
            self._taken += let
            self._refused += count - let
            return let, before
