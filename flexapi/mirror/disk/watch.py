"""Takes hand edits of the config in when nobody asks, and prunes old revisions."""

import logging

from django.db import DatabaseError

from flexapi.background import Loop
from flexapi.mirror import mirror
from flexapi.mirror.disk import file
from flexapi.mirror.disk.file import LockBusy
from flexapi.mirror.files import named as files
from flexapi.mirror.kept import KeptFile
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
        self._told: dict[str, str] = {}
        self._seconds_to_prune = 0.0

    def look(self) -> float | None:
        """Look once; return when to look again. Raises DatabaseError, LockBusy, OSError."""
        problem = mirror.recover()
        self._tell("The config file", problem.detail if problem else "")
        for named, wrong in files.recover():
            self._tell(named.row.path, wrong.detail if wrong else "")
        snapshot.catch_up()
        if self._seconds_to_prune <= 0:
            revisions.prune()
            self._seconds_to_prune = PRUNE_INTERVAL
        self._seconds_to_prune -= self.period
        return file.REST if KeptFile.any_is_being_written() else None

    def _tell(self, what: str, detail: str) -> None:
        """Log what is wrong with a file, once."""
        if detail != self._told.get(what, ""):
            self._told[what] = detail
            logger.warning("%s", detail or f"{what} can be used again.")
