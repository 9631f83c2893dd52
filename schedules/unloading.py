"""Frees the memory that FlexGet takes while nothing needs it, where `FLEXAPI_ENGINE_IDLE` says so."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from flexapi.background import Loop
from flexapi.engine.client import Engine, EngineUnavailable
from flexapi.mirror import mirror
from schedules.models import Schedule

logger = logging.getLogger("schedules")

# Seconds between two looks.
PERIOD = 5.0
# FlexGet is loaded so long before a schedule is due: a small NAS takes a minute.
AHEAD = timedelta(seconds=90)


class Unloader(Loop):
    """Unloads FlexGet where nobody has used it for the setting's minutes and no schedule is due soon.

    It loads it again ahead of a schedule, and for a config that changed: whether its tasks can run is FlexGet's to say.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = timezone.now) -> None:
        super().__init__(
            "unloader", self.look, period=PERIOD, at_once=False, passing=(EngineUnavailable,)
        )
        self._engine = engine
        self._clock = clock
        self._config = ""

    def look(self) -> None:
        """Unload or load FlexGet, where it is time for it. Raises DatabaseError, EngineUnavailable."""
        due = Schedule.rows.next_due()
        due_soon = due is not None and due - self._clock() < AHEAD
        if self._engine.state.name == "unloaded":
            if due_soon or mirror.current_hash() != self._config:
                self._engine.load()
        elif not due_soon and self._engine.unload(settings.ENGINE_IDLE * 60):
            self._config = mirror.current_hash()
            logger.info("FlexGet is unloaded until it is needed.")
