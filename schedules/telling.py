"""What people may want to be told of schedules: that one did not fire, or that its run never started."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop

from executions.models import Execution, Status
from flexapi import events
from flexapi.events import Check, Event, Kind
from flexapi.phrases import phrase
from flexapi.time_zone import clock
from schedules.models import Schedule
from schedules.scheduler import daemon

NOT_FIRED = phrase("{subject} did not fire")
DUE = phrase("It was due {time}; see the loops at /api/server.")
WAITS = phrase("It has been waiting since {time}.")
WAITS_FOR = phrase("It has been waiting since {time} for {problem}.")
EXECUTION = phrase("Execution {execution}")
NOT_STARTED = phrase("Execution {execution} of schedule {schedule} never started")

# How long after its moment a schedule has not fired, and how long its run has waited, when somebody should know.
OVERDUE = timedelta(minutes=5)
WAITING = timedelta(hours=1)
PERIOD = 60.0


def register() -> None:
    """Add the kind of event and the check; called once, when the app is ready."""
    events.kinds.add(
        "missed",
        Kind(
            gettext_noop("A schedule was missed"),
            page="tasks",
            well=phrase("{subject} is no longer overdue"),
        ),
    )
    events.checks.add("missed", Check(overdue, PERIOD))


def overdue() -> Iterator[Event]:
    """Yield the schedules that should have fired, and those whose run waits and waits."""
    now = timezone.now()
    if daemon() is None:
        for schedule in Schedule.rows.firing().filter(next_run__lt=now - OVERDUE):
            yield Event(
                kind="missed",
                title=NOT_FIRED.format(subject=schedule.called),
                detail=DUE.format(time=clock(schedule.next_run or now)),
                subject=str(schedule.pk),
                shown=schedule.called,
                tasks=tuple(schedule.tasks),
                schedule=schedule.pk,
            )
    waiting = Execution.objects.filter(
        status=Status.PENDING, schedule__isnull=False, created__lt=now - WAITING
    )
    for execution in waiting[:20]:
        yield Event(
            kind="missed",
            title=NOT_STARTED.format(execution=execution.pk, schedule=execution.schedule),
            detail=(WAITS_FOR if execution.waiting_for else WAITS).format(
                time=clock(execution.created), problem=execution.waiting_for
            ),
            subject=f"execution {execution.pk}",
            shown=EXECUTION.format(execution=execution.pk),
            tasks=tuple(execution.tasks),
            execution=execution.pk,
            schedule=execution.schedule,
        )
