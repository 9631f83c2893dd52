"""The thread inside the server that fires what has come due."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from flexapi import time_zone
from flexapi.background import Loop
from flexapi.engine import flexget_lock
from flexapi.mirror import mirror
from flexapi.mirror.store.tables import ConfigState
from schedules import rows
from schedules.models import Schedule

logger = logging.getLogger("schedules")

# Seconds between two looks when nothing comes due before: others may change schedules or the clock.
POLL = 1.0
# Schedules that are fired in one transaction, so that nobody else waits long to write.
BATCH = 50
# How often the machine is asked for its time zone.
ZONE_INTERVAL = timedelta(minutes=1)


def daemon() -> flexget_lock.Holder | None:
    """Return FlexGet's daemon on this config, whose own scheduler runs the tasks; None without one."""
    holder = flexget_lock.holder(Path(settings.FLEXGET_CONFIG))
    return holder if holder is not None and holder.is_daemon else None


class Scheduler(Loop):
    """Fires schedules at their moments.

    Any number of servers may have one: each moment of each schedule is fired by one of them.
    """

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        # What is due stays due, and is fired once the database answers.
        super().__init__("scheduler", self.tick, period=POLL)
        self._clock = clock
        self._last: datetime | None = None
        self._zone_seen: datetime | None = None
        self._stands_down = False

    def tick(self) -> float:
        """Fire what is due now; return the seconds until it is worth to look again."""
        now = self._clock()
        if self._last is None:
            self._take_up(now)
        elif now < self._last:
            logger.warning("The clock was put back; what is due when is planned again.")
            replan(now)
        if self._zone_seen is None or abs(now - self._zone_seen) >= ZONE_INTERVAL:
            follow_zone(now)
            self._zone_seen = now
        self._last = now
        to_daemon = self._yields_to_daemon()
        due = list(Schedule.rows.due(now))
        for start in range(0, len(due), BATCH):
            Schedule.rows.fire(due[start : start + BATCH], now, to_daemon=to_daemon)
        upcoming = Schedule.rows.next_due()
        if upcoming is None:
            return POLL
        return min(POLL, max(0.0, (upcoming - self._clock()).total_seconds()))

    def _take_up(self, now: datetime) -> None:
        """Begin where the last server ended, whatever the clock and the file did meanwhile."""
        with transaction.atomic():
            # So that nobody stores another revision until the rows show this one.
            ConfigState.objects.select_for_update().first()
            config = mirror.current()
            if config.revision:  # Whoever imports the first one makes its rows.
                rows.update_rows(config.data.get("schedules"), now, time_zone.zone())
        replan(now)

    def _yields_to_daemon(self) -> bool:
        holder = daemon()
        if (holder is not None) != self._stands_down:
            self._stands_down = holder is not None
            if holder is not None:
                logger.warning("FlexGet's daemon (process %s) runs the schedules.", holder.pid)
            else:
                logger.warning("FlexGet's daemon has ended; the schedules run here again.")
        return self._stands_down


def replan(now: datetime) -> None:
    """Plan again what is due later than it can be at this time: the clock was put back."""
    zone = time_zone.zone()
    for schedule in Schedule.rows.firing():
        latest = schedule.times(zone).latest_possible(now)
        if latest is not None and schedule.next_run is not None and schedule.next_run > latest:
            _plan(schedule, now)


def follow_zone(now: datetime) -> None:
    """Plan again what goes by the clock on the wall and was planned for another time zone."""
    zone = str(time_zone.zone())
    for schedule in Schedule.rows.firing().exclude(zone=zone):
        if schedule.times().is_interval:
            Schedule.rows.filter(pk=schedule.pk).update(zone=zone)
        elif schedule.next_run is not None and schedule.next_run > now:
            _plan(schedule, now)


def _plan(schedule: Schedule, now: datetime) -> None:
    planned = schedule.next_run
    schedule.plan(now, time_zone.zone())
    Schedule.rows.filter(pk=schedule.pk, next_run=planned).update(
        next_run=schedule.next_run, zone=schedule.zone
    )
