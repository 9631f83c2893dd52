"""Takes hand edits of the config in when nobody asks, and prunes old revisions."""

import logging
import threading

from django.db import DatabaseError, close_old_connections

from flexapi.mirror import mirror
from flexapi.mirror.disk.file import LockBusy
from flexapi.mirror.store import revisions

logger = logging.getLogger("flexapi.mirror")

# Seconds between two looks at the file: one `stat`, and one small query.
INTERVAL = 1.0
# Seconds between two prunings.
PRUNE_INTERVAL = 3600.0


class Watcher:
    """A thread that looks after the file. `start` returns at once; `stop` waits for its end."""

    def __init__(self, interval: float = INTERVAL) -> None:
        self.interval = interval
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._watch, name="config-watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        told = ""
        seconds_to_prune = 0.0
        while not self._stopping.is_set():
            close_old_connections()
            try:
                problem = mirror.recover()
                if seconds_to_prune <= 0:
                    revisions.prune()
                    seconds_to_prune = PRUNE_INTERVAL
            except (DatabaseError, LockBusy, OSError) as error:
                # The next look may find things better; the watch must not end.
                logger.warning("The config can't be looked after right now: %s", error)
            else:
                detail = problem.detail if problem else ""
                if detail != told:
                    told = detail
                    logger.warning("%s", detail or "The config file can be used again.")
            seconds_to_prune -= self.interval
            self._stopping.wait(self.interval)
        close_old_connections()
