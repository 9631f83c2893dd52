"""The one loop that every long-lived thread runs in.

    class Keeper(Loop):
        def __init__(self) -> None:
            super().__init__("keeper", self.look, period=30)

        def look(self) -> None: ...

`flexapi.server` starts and stops the loops of a server. Whatever a loop's work raises is logged and counted,
shown at `/api/server` and tried again, after pauses that grow where nobody foresaw it: a thread that one error ends would
be missed only when its work is.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections, connections

from flexapi import metrics

logger = logging.getLogger(__name__)

# Seconds before something unforeseen is tried again for the first time; each further pause is twice as long.
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0


class Health:
    """How something is that is done again and again: does it fail, since when, how often and why?

    Used by one thread at a time; `status` may be called from any.
    """

    def __init__(self, name: str, *, longest_pause: float = LONGEST_PAUSE) -> None:
        self.name = name
        self._longest_pause = longest_pause
        self._since = datetime.now(UTC)
        self._failures = 0
        self._failures_ever = 0
        self._reason = ""
        self._next_try: datetime | None = None
        # The clock on the wall may be put back.
        self._due = 0.0

    @property
    def fails(self) -> bool:
        """Whether it failed when it was last tried."""
        return self._failures > 0

    @property
    def is_due(self) -> bool:
        """Whether it is time to try it, for what failed: again."""
        return time.monotonic() >= self._due

    def begin(self) -> None:
        """Note that it begins, or begins again, now."""
        self._settle()

    def succeeded(self) -> None:
        """Note that it was done."""
        if self.fails:
            logger.warning("%s works again, after %s failures.", self.name, self._failures)
            self._settle()

    def _settle(self) -> None:
        self._since, self._failures, self._reason = datetime.now(UTC), 0, ""
        self._next_try, self._due = None, 0.0

    def failed(self, error: Exception, pause: float | None = None) -> float:
        """Note and log an error; return the seconds to wait before it is tried again.

        `pause` is given for errors that are known to pass: they are logged in one line, once. For others the
        pause grows with each failure, and the log has the traceback.
        """
        if not self.fails:
            self._since = datetime.now(UTC)
        self._failures += 1
        self._failures_ever += 1
        metrics.loop_failures.labels(self.name).inc()
        known = self._reason
        self._reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if pause is None:
            grown = FIRST_PAUSE * 2.0 ** min(self._failures - 1, 16)
            pause = min(self._longest_pause, grown)
            logger.error("%s failed; again in %g s.", self.name, pause, exc_info=error)
        elif self._reason != known:
            logger.warning("%s can't work right now: %s", self.name, error)
        self._next_try = datetime.now(UTC) + timedelta(seconds=pause)
        self._due = time.monotonic() + pause
        return pause

    def status(self) -> dict[str, Any]:
        """Return what `/api/server` says of it.

        `state` is `running`, `failing` (it waits for its next try) or `trying`, all three since `since`; `failures`
        counts those in a row, `failures_ever` those since the process began; `next_try` is null where it runs.
        """
        failing = "trying" if self.is_due else "failing"
        return {
            "name": self.name,
            "state": failing if self.fails else "running",
            "since": self._since,
            "failures": self._failures,
            "failures_ever": self._failures_ever,
            "reason": self._reason,
            "next_try": self._next_try,
        }


class Loop:
    """A thread that does `look` again and again. `start` returns at once; `stop` waits for its end.

    `look` answers the seconds until it wants to be called again, None being `period`; `call` calls it before that.
    Where `at_once` is false, the first period passes before the first look. What `look` raises of `passing`, errors that
    are known to pass, is tried again after a period; everything else after growing pauses of at
    most `longest_pause`. Where it uses Django's `database`, its connections are closed as after a request, and when
    the thread ends.
    """

    def __init__(
        self,
        name: str,
        look: Callable[[], float | None],
        *,
        period: float,
        passing: tuple[type[Exception], ...] = (DatabaseError,),
        at_once: bool = True,
        database: bool = True,
        longest_pause: float = LONGEST_PAUSE,
    ) -> None:
        self.name = name
        self.period = period
        self.health = Health(name, longest_pause=longest_pause)
        self._look = look
        self._passing = passing
        self._at_once = at_once
        self._database = database
        self._stopping = threading.Event()
        self._called = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def stopping(self) -> bool:
        """Whether it was told to end, so that long work can."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Begin; a loop that has ended may begin again."""
        self._stopping.clear()
        self._called.clear()
        self.health.begin()
        _loops.append(self)
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def call(self) -> None:
        """Look now rather than when the time is up; a pause after something unforeseen is not cut short."""
        self._called.set()

    def end(self) -> None:
        """Tell it to end, and don't wait."""
        self._stopping.set()
        self._called.set()

    def stop(self, timeout: float | None = None) -> bool:
        """Tell it to end and wait for it, at most `timeout` seconds; return whether it has ended."""
        self.end()
        if self in _loops:
            _loops.remove(self)
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        if not self._at_once:
            self._wait(self.period)
        while not self.stopping:
            self._wait(self._once())
        if self._database:
            connections.close_all()

    def _once(self) -> float:
        """Look once; return the seconds to wait then."""
        try:
            if self._database:
                close_old_connections()
            wanted = self._look()
        except self._passing as error:
            return self.health.failed(error, self.period)
        except Exception as error:  # noqa: BLE001  Logged with its traceback.
            self._stopping.wait(self.health.failed(error))
            return 0.0
        self.health.succeeded()
        return self.period if wanted is None else wanted

    def _wait(self, seconds: float) -> None:
        self._called.wait(seconds)
        if not self.stopping:
            self._called.clear()


# Those that run in this process.
_loops: list[Loop] = []


def running() -> list[Loop]:
    """Return the loops of this process."""
    return list(_loops)
