"""Schedules of the config, as rows, with what FlexAPI knows of each."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from itertools import takewhile
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from executions.models import Execution
from flexapi import events, time_zone
from flexapi.events import Event
from flexapi.mirror.document import Document, Path
from flexapi.mirror.document.values import has
from flexapi.mirror.mirrored import Mirrored, MirroredQuerySet
from flexapi.phrases import phrase
from schedules.edits import SECTION, ScheduleEditor
from schedules.times import GRACE, KEYS, Times

OF_TASKS = phrase("The schedule of {tasks}")
OF_ALL = phrase("The schedule of all tasks")
MISSED = phrase("{subject} was missed")
NO_SERVER = phrase("No server was running when it was due, {time}. It fires again as planned.")

# FlexGet's options for what its own scheduler runs.
OPTIONS = {"cron": True}


class StillRunning(Exception):
    """What the schedule ran last is not over."""

    def __init__(self, execution: Execution) -> None:
        super().__init__(
            gettext("Execution {number}, which it ran last, is {status}.").format(
                number=execution.pk, status=execution.get_status_display().lower()
            )
        )
        self.execution = execution


def fingerprint(entry: Any) -> str:
    """Return a hash of an entry's content: what FlexGet tells schedules apart by."""
    text = json.dumps(entry, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=2000)
def times_of(entry: str, zone: tzinfo) -> Times:
    """Return when an entry, given as JSON, is due. Raises BadSchedule."""
    return Times(json.loads(entry), zone)


class RowQuerySet(models.QuerySet["Schedule"]):
    """The rows themselves: for what FlexAPI alone knows of a schedule, and the file does not."""

    def firing(self) -> Self:
        """Those that run by themselves."""
        return self.filter(enabled=True, next_run__isnull=False)

    def due(self, now: datetime) -> Self:
        """Those that have come due, the earliest first."""
        return self.firing().filter(next_run__lte=now).order_by("next_run", "pk")

    def next_due(self) -> datetime | None:
        """When one will be due next."""
        first: datetime | None = self.firing().aggregate(first=models.Min("next_run"))["first"]
        return first

    def fire(self, due: "list[Schedule]", now: datetime, *, to_daemon: bool) -> int:
        """Fire schedules that have come due, in one transaction; return how many executions came of it.

        Of all servers that see a schedule due, the one whose update finds `next_run` as it was
        fires it: who moved it on has queued its run. `to_daemon`: FlexGet's daemon runs them, so
        they only move on.
        """
        zone = time_zone.zone()
        with transaction.atomic():
            keys = [schedule.pk for schedule in due]
            active = Execution.objects.active().filter(schedule__in=keys)
            busy = set(active.values_list("schedule", flat=True))
            running = []
            for schedule in due:
                changes, runs = schedule.moved_on(
                    now, zone, busy=schedule.pk in busy, to_daemon=to_daemon
                )
                mine = self.filter(pk=schedule.pk, enabled=True, next_run=schedule.next_run)
                if not mine.update(**changes):
                    continue
                if runs:
                    running.append(schedule)
                elif "last_missed" in changes:
                    events.happened(schedule.missed(changes["last_missed"]))
            self.run(running, now)
        return len(running)

    def run(
        self,
        schedules: "list[Schedule]",
        now: datetime,
        requested_by: AbstractBaseUser | AnonymousUser | None = None,
    ) -> list[Execution]:
        """Queue what schedules run; in a transaction."""
        # To FlexGet, `*` alone is no choice of tasks.
        executions = Execution.objects.enqueue_all(
            Execution(
                tasks=[] if schedule.tasks == ["*"] else schedule.tasks,
                options=OPTIONS,
                requested_by_id=None if requested_by is None else requested_by.pk,
                schedule=schedule.pk,
            )
            for schedule in schedules
        )
        if executions:
            queued = Execution.objects.filter(
                schedule=models.OuterRef("pk"), pk__gte=min(run.pk for run in executions)
            )
            self.filter(pk__in=[schedule.pk for schedule in schedules]).update(
                last_run=now,
                last_execution=models.Subquery(queued.order_by("-pk").values("pk")[:1]),
            )
        return executions


class Schedule(Mirrored):
    """An entry of the current config's `schedules`, or FlexGet's default where it has none.

    `enabled` is FlexAPI's own and not in the file: FlexGet knows no such key and would refuse it,
    and a comment for it would have to be found again after every edit by hand.
    """

    default = models.BooleanField(
        default=False, editable=False, help_text="FlexGet's own; the config names no schedule."
    )
    fingerprint = models.CharField(max_length=32, editable=False)
    tasks = models.JSONField(
        default=list, help_text="Names of tasks, in which *, ? and […] are wildcards."
    )
    interval = models.JSONField(
        null=True,
        blank=True,
        help_text='As in {"hours": 1.5}: minutes, hours, days, weeks, jitter.',
    )
    schedule = models.JSONField(
        null=True,
        blank=True,
        help_text='As in {"hour": 6, "minute": "*/15"}: year, month, day, week, day_of_week, hour, '
        "minute, jitter.",
    )
    problem = models.TextField(
        blank=True, editable=False, help_text="Why it can't run; it is off until that is mended."
    )
    enabled = models.BooleanField(
        default=True, help_text="Whether it fires. Kept here, not in FlexGet's config."
    )

    next_run = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    zone = models.CharField(
        max_length=100, blank=True, editable=False, help_text="The time zone of the next run."
    )
    last_due = models.DateTimeField(
        null=True, editable=False, help_text="The moment for which it fired last."
    )
    last_run = models.DateTimeField(null=True, editable=False)
    last_execution = models.ForeignKey(
        Execution, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    coalesced = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="How often it came due while its last run was not over, and did not run again.",
    )
    last_coalesced = models.DateTimeField(null=True, editable=False)
    last_missed = models.DateTimeField(
        null=True, editable=False, help_text="When it last was due with no server there for a day."
    )

    objects = MirroredQuerySet.as_manager()
    rows = RowQuerySet.as_manager()

    class Meta(Mirrored.Meta):
        base_manager_name = "rows"
        permissions = (("run_schedule", "Can run schedule"),)

    def __str__(self) -> str:
        return f"Schedule {self.pk}: {', '.join(self.tasks)}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the schedule to the config; raises what `edits.ScheduleEditor` raises."""
        enabled, adding = self.enabled, self._state.adding
        if adding:
            self.pk = ScheduleEditor().create(self.entry)
        else:
            ScheduleEditor().update(self.pk, lambda present: self.entry)
        self._state.adding = False
        self.refresh_from_db()
        if self.enabled != enabled:
            self.set_enabled(enabled)

    @classmethod
    def delete_from_config(cls, rows: Sequence[Self]) -> None:
        """Delete schedules from the config, in one write."""
        ScheduleEditor().delete([schedule.pk for schedule in rows])

    @property
    def upcoming(self) -> list[datetime]:
        """The next five moments at which it is due; none where it doesn't fire."""
        if self.next_run is None or not self.enabled or self.problem:
            return []
        return list(self.times().upcoming(self.next_run, 5))

    def coming(self, until: datetime, most: int) -> list[datetime]:
        """The moments up to `until` at which it is due, at most so many; none where it doesn't fire."""
        if self.next_run is None or not self.enabled or self.problem:
            return []
        moments = self.times().upcoming(self.next_run, most)
        return list(takewhile(lambda moment: moment <= until, moments))

    @property
    def entry(self) -> dict[str, Any]:
        """The schedule as the file may have it."""
        values = {key: getattr(self, key) for key in KEYS}
        return {key: value for key, value in values.items() if value is not None}

    def path_in(self, document: Document) -> Path | None:
        """Return where the schedule is; None where it is gone, or FlexGet's default."""
        path = (SECTION, self.position)
        return None if self.default or not has(document.data, path) else path

    def times(self, zone: tzinfo | None = None) -> Times:
        """When it is due, in a time zone (None: this machine's). Raises BadSchedule."""
        return times_of(json.dumps(self.entry), zone or time_zone.zone())

    def run(self, requested_by: AbstractBaseUser | AnonymousUser | None = None) -> Execution:
        """Queue what it runs, now; when it is due next stays. Raises StillRunning."""
        with transaction.atomic():
            active = Execution.objects.active().filter(schedule=self.pk).first()
            if active is not None:
                raise StillRunning(active)
            execution, *_ = Schedule.rows.run([self], timezone.now(), requested_by)
            return execution

    def moved_on(
        self, now: datetime, zone: tzinfo, *, busy: bool, to_daemon: bool
    ) -> tuple[dict[str, Any], bool]:
        """Return what changes of it once it has fired, and whether it runs."""
        due = self.times(zone).due(self.next_run or now, now)
        changes: dict[str, Any] = {"next_run": due.next, "last_due": due.latest}
        if to_daemon:
            return changes, False
        if now - due.latest > GRACE:
            return {**changes, "last_missed": due.latest}, False
        if busy:
            coalesced = models.F("coalesced") + 1
            return {**changes, "coalesced": coalesced, "last_coalesced": now}, False
        return changes, True

    def missed(self, moment: datetime) -> Event:
        """Return the event of a moment that passed with no server there, too long ago to make up for."""
        when = time_zone.clock(moment)
        return Event(
            kind="missed",
            title=MISSED.format(subject=self.called),
            detail=NO_SERVER.format(time=when),
            subject=f"{self.pk} missed",
            tasks=tuple(map(str, self.tasks)),
            schedule=self.pk,
        )

    @property
    def called(self) -> str:
        """How people are told of it."""
        named = ", ".join(map(str, self.tasks[:5]))
        return OF_TASKS.format(tasks=named) if named else OF_ALL

    def plan(self, now: datetime, zone: tzinfo) -> None:
        """Set `next_run` as for a schedule that is new; nothing is saved. Raises BadSchedule.

        A moment for which it fired already doesn't come again, though the clock was put back. That
        it fired more than a day from now is the clock's mistake and says nothing.
        """
        times = self.times(zone)
        after = now
        if self.last_due is not None and not times.is_interval and self.last_due <= now + GRACE:
            after = max(now, self.last_due)
        self.next_run = times.after(after, after) if after > now else times.first(now)
        self.zone = str(zone)

    def set_enabled(self, enabled: bool) -> None:
        """Let it fire or not. From now on: what it missed meanwhile is not made up for."""
        self.enabled = enabled
        self.next_run = None
        if enabled and not self.problem:
            self.plan(timezone.now(), time_zone.zone())
        Schedule.rows.filter(pk=self.pk).update(
            enabled=enabled, next_run=self.next_run, zone=self.zone
        )
