"""Takes hand edits of the config in when nobody asks, and prunes old revisions."""

import logging

from django.db import DatabaseError

from flexapi.background import Loop
from flexapi.mirror import mirror
from flexapi.mirror.disk import file
from flexapi.mirror.disk.file import LockBusy
from flexapi.mirror.store import revisions, snapshot

logger = logging.getLogger("flexapi.mirror")

# Seconds between two looks at the file: one `stat`, and two small queries.
INTERVAL = 1.0
# Seconds between two prunings.
PRUNE_INTERVAL = 3600.0


class Watcher(Loop):
    """Looks after the file, and after rows that a handler could not keep."""

    def __init__(self, interval: float = INTERVAL) -> None:
        super().__init__(
            "config-watcher",
            self.look,
            period=interval,
            passing=(DatabaseError, LockBusy, OSError),
        )
        self._told = ""
        self._seconds_to_prune = 0.0

    def look(self) -> float | None:
        """Look once; return when to look again. Raises DatabaseError, LockBusy, OSError."""
        problem = mirror.recover()
        detail = problem.detail if problem else ""
        if detail != self._told:
            self._told = detail
            logger.warning("%s", detail or "The config file can be used again.")
        snapshot.catch_up()
        if self._seconds_to_prune <= 0:
            revisions.prune()
            self._seconds_to_prune = PRUNE_INTERVAL
        self._seconds_to_prune -= self.period
        return file.REST if mirror.is_being_written() else None
