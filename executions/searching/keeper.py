"""The thread inside the server that indexes what is logged, and what was logged before there was an index."""

import time

from executions.models import Execution
from executions.searching.index import index_some, unindexed
from flexapi.api.status.progress import Progress
from flexapi.background import Loop
from flexapi.phrases import phrase

INDEXING = phrase("Indexing logs for searches")

# Seconds between two looks where all is indexed. What isn't yet is found all the same.
INTERVAL = 2.0
# Pauses between two pieces of work, in times of what a piece took: others want the processor and the database as well.
BREAK, BREAK_BESIDE_RUNS = 0.5, 3.0
# Lines that are worth a word of how far it is.
MANY = 100_000


class LogIndexer(Loop):
    """Keeps the index of words. Any number of servers may have one."""

    def __init__(self) -> None:
        super().__init__("log-index", self.look, period=INTERVAL)
        self._progress: Progress | None = None
        self._done = 0

    def look(self) -> float | None:
        """Index some lines; return the seconds to wait for the next ones. Raises DatabaseError."""
        begin = time.monotonic()
        lines, is_all = index_some()
        if is_all:
            # Runs that end meanwhile are looked at together: one by one, the looks cost as much as the lines.
            self._finish(lines)
            return None
        self._tell(lines)
        took = time.monotonic() - begin
        return took * (BREAK_BESIDE_RUNS if Execution.objects.active().exists() else BREAK)

    def _tell(self, lines: int) -> None:
        self._done += lines
        if self._progress is None:
            left = unindexed()
            if left < MANY:
                return
            self._progress = Progress("log-index", INDEXING, "lines")
            self._total = self._done + left
        self._progress.at(self._done, max(self._total, self._done))

    def _finish(self, lines: int) -> None:
        if self._progress is not None:
            self._progress.finish(self._done + lines)
            self._progress = None
        self._done = 0
