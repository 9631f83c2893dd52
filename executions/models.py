"""Executions: requests to run tasks. What belongs to them is in modules of its own, and named here as well."""

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from executions.conflicts import may_run
from executions.counts import EndedCount
from executions.records import ExecutionEntry, LogLine
from executions.results import TaskResult, counts
from executions.searching.tables import LogBlock
from executions.statistics.tables import DayCount, DayDurations, DayRejections
from executions.workers import Worker
from flexapi.api.accounts.narrowing import narrowing_of
from flexapi.mirror import mirror

from . import claims, endings, extensions, queues
from .kept_entries import KeptEntries as KeptEntries
from .signals import ended, queue_changed
from .trials import KEPT, Trial

__all__ = [
    "DayCount",
    "DayDurations",
    "DayRejections",
    "EndedCount",
    "Execution",
    "ExecutionEntry",
    "LogBlock",
    "LogLine",
    "Status",
    "TaskResult",
    "Worker",
]


class Status(models.TextChoices):
    """Where an execution is in its life."""

    PENDING = "pending", gettext_lazy("Pending")
    RUNNING = "running", gettext_lazy("Running")
    COMPLETE = "complete", gettext_lazy("Complete")
    FAILED = "failed", gettext_lazy("Failed")
    ABORTED = "aborted", gettext_lazy("Aborted")


# An execution in one of these is not over.
ACTIVE = (Status.PENDING, Status.RUNNING)
OVER = (Status.COMPLETE, Status.FAILED, Status.ABORTED)
# Priorities of executions, of which the first is 1.
USUAL_PRIORITY = 100
LAST_PRIORITY = 1000
# How many outdated ones are deleted in one transaction.
PRUNED_AT_ONCE = 50


class ExecutionEnded(Exception):
    """The execution is over, so it can't be aborted."""


class ExecutionClaimed(Exception):
    """The execution doesn't wait any more, so it has no place in the queue."""


class ExecutionQuerySet(models.QuerySet["Execution"]):
    """Executions, by what can be done with them."""

    def active(self) -> Self:
        """Those that are not over."""
        return self.filter(status__in=ACTIVE)

    def ended(self) -> Self:
        """Those that are over."""
        return self.exclude(status__in=ACTIVE)

    def real(self) -> Self:
        """Those of the config as it is: no trials."""
        return self.filter(trial=False)

    def counted(self) -> Self:
        """Those by which a task is judged: no trials and no tests."""
        return self.filter(counts())

    def unclaimed(self) -> Self:
        """Those that wait for a worker: by priority, and the one that waits longest first."""
        return self.filter(status=Status.PENDING, worker="").order_by("priority", "pk")

    def enqueue(
        self,
        tasks: list[str] | None = None,
        options: dict[str, Any] | None = None,
        requested_by: AbstractBaseUser | AnonymousUser | None = None,
        schedule: int | None = None,
        trial: Trial | None = None,
        entries_of: "Execution | None" = None,
        hook: str = "",
    ) -> "Execution":
        """Queue a run of the tasks that match the names or globs in `tasks` (None: all).

        `schedule` is the id of the schedule that asks for it: FlexGet leaves `manual` tasks out then. `hook` is the name of the hook that does.
        With an unsaved `trial` it is one, and a replay with `entries_of`. Raises SeveralQueues where the tasks don't run on the same workers,
        PermissionDenied where the token that it is asked for with may not run them all.
        """
        tasks = tasks or []
        narrowed = narrowing_of(requested_by)
        if narrowed is not None:
            tasks = narrowed.runnable(tasks, mirror.task_names())
        with transaction.atomic():
            execution = self.create(
                tasks=tasks,
                options=options or {},
                requested_by=requested_by,
                schedule=schedule,
                hook=hook,
                queue=queues.queue_of(tasks),
                trial=trial is not None,
                entries_of=entries_of,
            )
            if trial is not None:
                trial.execution = execution
                trial.save(force_insert=True)
        queue_changed.send_on_commit(execution.pk, execution.queue)
        return execution

    def enqueue_all(self, executions: "Iterable[Execution]") -> "list[Execution]":
        """Queue unsaved executions in one statement, one for each queue of its tasks; return them."""
        queued = Execution.objects.bulk_create(
            part for execution in executions for part in execution.by_queue()
        )
        for execution in queued:
            queue_changed.send_on_commit(execution.pk, execution.queue)
        return queued

    def claim(
        self, worker: str, served: Sequence[str] | None = None, given: bool = False
    ) -> "Execution | None":
        """Take the next execution of the queues `served` (None: any) for `worker`; None when none may run now.

        With `given`, its FlexGet is given it at once.

        One waits while another that runs the same task goes on, and what overlaps with it waits
        behind it: the order of the queue is kept where it matters. Trials wait for no run, and none for them. Workers claim one after the
        other, so of two that want the same task one gets it.
        """
        claimed = claims.take_next(self, worker, served, given)
        # Read behind it: until it was taken, entries may have been added to it.
        return None if claimed is None else self.filter(pk=claimed).first()

    def runnable(self, queue: str, most: int) -> int:
        """Return how many of those that wait in a queue could be claimed now, counting up to `most`."""
        waiting = self.unclaimed().filter(queue=queue)
        return len(list(islice(may_run(waiting, claims.busy_with(self)), most)))

    def recover(self, reason: str) -> int:
        """As `end_of`, of all workers: call it where none is alive."""
        claimed = self.active().exclude(worker="")
        claimed.filter(status=Status.PENDING, given=False).free()
        began = claimed.filter(status=Status.PENDING).cut_off(
            endings.MAY_HAVE_BEGUN.format(problem=reason)
        )
        return began + self.filter(status=Status.RUNNING).cut_off(reason)

    def end_of(self, worker: str, reason: str) -> int:
        """End what a worker that is gone had given to FlexGet, and free what it had only claimed; returns how many were ended.

        Those that were not reported as running as well: they may have begun, and nothing runs twice.
        """
        return self.filter(worker=worker).recover(reason)

    def free(self) -> int:
        """Let any worker claim these, of which FlexGet was given none; returns how many."""
        return self.update(worker="", waiting_for="", given=False)

    def cut_off(self, reason: str) -> int:
        """End these as aborted; returns how many still were to be ended."""
        changes = {"status": Status.ABORTED, "abort_reason": reason, "waiting_for": ""}
        count = 0
        for execution in list(self):
            with transaction.atomic():
                # Somebody else may end it in the same moment.
                if not self.filter(pk=execution.pk).update(finished=timezone.now(), **changes):
                    continue
                execution.refresh_from_db()
                extensions.ended(execution)
            ended.send(sender=None, execution=execution)
            count += 1
        return count

    def prune(self, keep: int) -> int:
        """Delete executions that are over and older than the newest `keep` of them, trials counted apart; return how many
        went.

        At most PRUNED_AT_ONCE of either, the oldest first: their log lines may be millions, and others wait to write.
        """
        EndedCount.objects.advance(self.real())
        trials = self.filter(trial=True).ended()
        excess = self.count_real(OVER) - keep, trials.count() - min(keep, KEPT)
        return self.real()._prune(excess[0]) + trials._prune(excess[1])

    def _prune(self, excess: int) -> int:
        ended = self.ended().order_by("pk").values_list("pk", flat=True)
        oldest = list(ended[: max(0, min(excess, PRUNED_AT_ONCE))])
        self.filter(pk__in=oldest).delete()
        return len(oldest)

    def count_real(self, statuses: Collection[str]) -> int:
        """Return how many of all executions have one of these statuses, trials left out, however many that are."""
        return EndedCount.objects.of(self.real(), statuses)


class Execution(models.Model):
    """One run of one or more FlexGet tasks, from the request to the last log line."""

    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    tasks = models.JSONField(
        default=list, help_text="Names or globs of the tasks that were asked for; none: all."
    )
    options = models.JSONField(default=dict, help_text="As given to `flexget execute`.")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    schedule = models.BigIntegerField(
        null=True, blank=True, help_text="The id of the schedule that asked for it."
    )
    irc = models.TextField(blank=True, help_text="The IRC connection whose announce asked for it.")
    hook = models.CharField(
        max_length=50, blank=True, help_text="The hook whose sender asked for it."
    )
    caused_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="caused",
        help_text="The execution in which a plugin (run_task) asked for it.",
    )
    chain = models.BigIntegerField(
        null=True, blank=True, help_text="The id of the first of those that caused each other."
    )
    trial = models.BooleanField(
        default=False, editable=False, help_text="Whether it tries a config that was not saved."
    )
    entries_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="replays",
        help_text="The execution whose entries it gets in place of what its inputs give.",
    )
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    current_task = models.TextField(blank=True)
    current_phase = models.CharField(max_length=50, blank=True)
    current_plugin = models.CharField(max_length=200, blank=True)
    percent = models.FloatField(default=0)
    waiting_for = models.TextField(blank=True, help_text="What keeps a pending one from running.")

    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    undecided = models.PositiveIntegerField(default=0)
    abort_reason = models.TextField(blank=True)
    log_lines = models.PositiveIntegerField(default=0, help_text="The seq of the last log line.")
    indexed_lines = models.PositiveIntegerField(
        default=0, editable=False, help_text="The seq of the last line that the index of words has."
    )

    queue = models.CharField(
        max_length=100, default=queues.DEFAULT, help_text="Which workers may run it."
    )
    priority = models.SmallIntegerField(
        default=USUAL_PRIORITY,
        validators=[MinValueValidator(1), MaxValueValidator(LAST_PRIORITY)],
        help_text="Of those that wait, the lowest number runs first, as with FlexGet's `priority`.",
    )
    worker = models.CharField(max_length=200, blank=True, help_text="The process that runs it.")
    given = models.BooleanField(
        default=False,
        editable=False,
        help_text="Whether that process may have given it to FlexGet.",
    )
    abort_requested = models.CharField(
        max_length=500, blank=True, help_text="Why the worker is to abort it."
    )

    objects = ExecutionQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        permissions = (("abort_execution", "Can abort execution"),)
        indexes = (
            # Workers and the board look for these all the time; nearly all rows are over.
            models.Index(
                fields=["id"],
                name="execution_active",
                condition=Q(status__in=["pending", "running"]),
            ),
            # The queue. SQLite takes a partial index for the columns it is asked for, not for its condition.
            models.Index(
                fields=["status", "worker", "priority", "id"],
                name="execution_waiting",
                condition=Q(status="pending", worker=""),
            ),
            models.Index(fields=["status", "-id"], name="execution_status"),
            # The dashboard asks for those that failed within a day.
            models.Index(fields=["status", "finished"], name="execution_finished"),
            # Nearly all are none.
            models.Index(fields=["id"], name="execution_trial", condition=Q(trial=True)),
            # Searches of logs by time, and filters and orderings of the list.
            models.Index(fields=["created", "id"], name="execution_created"),
            models.Index(
                fields=["id"],
                name="execution_unindexed",
                condition=Q(indexed_lines__lt=F("log_lines")),
            ),
            models.Index(
                fields=["chain"], name="execution_chain", condition=Q(chain__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"Execution {self.pk}"

    @property
    def is_over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.status not in ACTIVE

    @property
    def counts(self) -> bool:
        """Whether it says how its tasks are doing, as `executions.results.counts` has it."""
        return not (self.trial or self.options.get("test"))

    @property
    def duration(self) -> float | None:
        """Seconds from its start to its end, or to now while it runs; None before it started."""
        if self.started is None:
            return None
        return ((self.finished or timezone.now()) - self.started).total_seconds()

    def by_queue(self) -> "list[Execution]":
        """Return unsaved executions that together run the tasks of this one, one for each queue."""
        return [
            Execution(
                tasks=share.tasks,
                queue=share.queue,
                options=self.options,
                requested_by_id=self.requested_by_id,
                schedule=self.schedule,
                irc=self.irc,
                hook=self.hook,
                caused_by_id=self.caused_by_id,
                chain=self.chain,
            )
            for share in queues.shares(self.tasks)
        ]

    def move(self, priority: int) -> None:
        """Give it another place among those that wait. Raises ExecutionClaimed where it is not one of them."""
        waiting = Execution.objects.filter(pk=self.pk, status=Status.PENDING, worker="")
        moved = waiting.update(priority=priority)
        self.refresh_from_db()
        if not moved:
            raise ExecutionClaimed(
                gettext("Execution {number} doesn't wait any more.").format(number=self.pk)
            )
        queue_changed.send_on_commit(self.pk)

    def request_abort(self, reason: str) -> None:
        """Abort it: at once while no worker has it, else as soon as its worker can.

        Raises ExecutionEnded where it is over.
        """
        mine = Execution.objects.filter(pk=self.pk)
        aborted = {"status": Status.ABORTED, "abort_reason": reason, "finished": timezone.now()}
        with transaction.atomic():
            unclaimed = mine.filter(status=Status.PENDING, worker="").update(**aborted)
            if not unclaimed and not mine.active().update(abort_requested=reason[:500]):
                raise ExecutionEnded(gettext("Execution {number} is over.").format(number=self.pk))
            self.refresh_from_db()
            if unclaimed:
                extensions.ended(self)
        if unclaimed:
            ended.send(sender=None, execution=self)
        queue_changed.send_on_commit(self.pk)
