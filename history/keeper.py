"""The thread inside the server that looks after the history."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from flexapi.background import Loop
from flexapi.engine.client import Engine, EngineError, EngineUnavailable
from history import importing
from history.models import HistoryEntry

logger = logging.getLogger("history")

# Seconds between two looks at FlexGet's own history.
INTERVAL = 30.0
# Seconds that FlexGet may take to answer with a page of its history.
TIMEOUT = 60.0
# Rows that go in one transaction.
BATCH = 2000


def prune(days: int) -> int:
    """Delete what is older than so many days (0: nothing); return how many went."""
    if not days:
        return 0
    old = HistoryEntry.objects.filter(time__lt=timezone.now() - timedelta(days=days))
    gone = 0
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        gone += HistoryEntry.objects.filter(pk__in=keys).delete()[0]
    return gone


class Keeper(Loop):
    """Takes in what FlexGet did without us, and prunes."""

    def __init__(self, engine: Engine) -> None:
        passing = (DatabaseError, EngineError)
        super().__init__("history-keeper", self._look_if_ready, period=INTERVAL, passing=passing)
        self._engine = engine
        # Once after the start: somebody may have deleted rows by hand.
        self._count_again = True

    def look(self) -> None:
        """Take in and prune, once. Raises DatabaseError, EngineUnavailable, EngineError."""
        taken = importing.take_in(self._rows)
        if taken:
            logger.info("%s entries were taken in from FlexGet's own history.", taken)
        prune(settings.HISTORY_DAYS)

    def _count(self) -> None:
        HistoryEntry.objects.advance(again=self._count_again)
        self._count_again = False

    def _rows(self, after: int, limit: int) -> dict[str, Any]:
        if self.stopping:
            raise EngineUnavailable("The server is stopping.")
        answer: dict[str, Any] = self._engine.call(
            "history.rows", {"after": after, "limit": limit}, timeout=TIMEOUT, in_passing=True
        )
        return answer

    def _look_if_ready(self) -> None:
        self._count()
        try:
            self.look()
        except EngineUnavailable as error:
            logger.debug("FlexGet's history can't be read now: %s", error)
