"""Stores what the engine reports about an execution."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, close_old_connections, connection, transaction
from django.utils import timezone

from executions import chains, endings, extensions
from executions.following import announcements
from executions.models import ACTIVE, Execution, ExecutionEntry, LogLine, Status, TaskResult
from executions.results import LONGEST_NAME
from executions.signals import ended
from flexapi import metrics, statements
from flexapi.engine import texts
from flexapi.engine.run import Ending, Report
from flexapi.mirror import credentials
from flexapi.text import storable, storable_all

logger = logging.getLogger(__name__)

# Tries to write while the database is locked, each after its own busy timeout.
WRITE_ATTEMPTS = 5
# Characters of one log message that are kept; what is cut is counted in its place.
LONGEST_MESSAGE = 4 * 1024 * 1024


class TakenAway(Exception):
    """The execution was ended by somebody who took this worker for lost, or it was deleted."""


@dataclass
class _Batch:
    """What one batch of reports adds up to."""

    lines: list[LogLine] = field(default_factory=list)
    entries: list[ExecutionEntry] = field(default_factory=list)
    # By task.
    results: dict[str, TaskResult] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    credentials: set[str] = field(default_factory=set)
    # Those that plugins asked for.
    caused: list[Execution] = field(default_factory=list)
    # Those of a kind that another app handles.
    others: list[Report] = field(default_factory=list)


def _message(text: str) -> str:
    """Return what is stored of a log message."""
    if len(text) > LONGEST_MESSAGE:
        cut = len(text) - LONGEST_MESSAGE
        text = f"{text[:LONGEST_MESSAGE]}… [{cut} more characters]"
    return storable(text)


def _line(message: str, level: str) -> dict[str, Any]:
    """Return a log report of FlexAPI's own."""
    now = timezone.now().timestamp()
    return {"time": now, "level": level, "plugin": "flexapi", "task": "", "message": message}


def _name(task: str) -> str:
    """Return what is kept of a task's name."""
    return storable(task)[:LONGEST_NAME]


def _store_results(results: Iterable[TaskResult]) -> None:
    """Store results; one that is stored already is replaced."""
    TaskResult.objects.bulk_create(
        results,
        update_conflicts=True,
        unique_fields=("task", "execution"),
        update_fields=("status", "reason", "finished", *ExecutionEntry.State.values),
    )


def _change(execution: Execution, values: dict[str, Any]) -> bool:
    """Set columns of an execution that is its worker's and not over; False where it is not.

    In SQL: a run does that some eight times, and the ORM took longer to write the statement than the database to do it.
    """
    meta, quote = Execution._meta, connection.ops.quote_name
    by_name = {field.name: field for field in meta.concrete_fields}
    fields = [by_name[name] for name in values]
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    sql = (
        f"UPDATE {quote(meta.db_table)} SET {columns} "  # noqa: S608  Names of our own.
        "WHERE id = %s AND worker = %s AND status IN (%s, %s)"
    )
    prepared = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, values.values(), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*prepared, execution.pk, execution.worker, *map(str, ACTIVE)])
        return bool(cursor.rowcount)


class Recorder:
    """Writes one execution's rows, as long as it is this worker's. Used by the one thread that runs it.

    Its methods raise TakenAway, and DatabaseError where the database fails time and again.
    """

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self._finished: dict[str, Any] | None = None
        self._aborted_tasks: list[str] = []
        self._failed = False
        self._task_began = ("", timezone.now())
        # That of the task that ended last.
        self._result: TaskResult | None = None
        # Whether what the run may say is kept as credentials.
        self._noted = False

    def store(self, reports: list[Report]) -> None:
        """Store a batch of reports in one transaction, then announce it."""
        batch = self._batch_of(reports)
        self._write(batch)
        metrics.log_lines.inc(len(batch.lines))
        announcements.changed(self.execution.pk)

    def _batch_of(self, reports: Iterable[Report]) -> _Batch:
        batch = _Batch()
        for report in reports:
            handler = getattr(self, f"_on_{report.kind}", None)
            if handler is None:
                batch.others.append(Report(report.kind, storable_all(report.params)))
            else:
                handler(batch, report.params)
        if batch.lines:
            batch.changes["log_lines"] = batch.lines[-1].seq
        return batch

    def note(self, message: str, level: str = "INFO") -> None:
        """Add a line of FlexAPI's own to the log."""
        self.store([Report("log", _line(message, level))])

    def conclude(self, ending: Ending, abort_reason: str, last: Iterable[Report] = ()) -> None:
        """Store its `last` reports and how it ended; `abort_reason` is why it was asked to abort, if it was."""
        batch = self._batch_of(last)
        where = (
            batch.changes.get("current_task", self.execution.current_task),
            batch.changes.get("current_plugin", self.execution.current_plugin),
        )
        status, reason = self._verdict(ending, abort_reason, where)
        batch.changes |= {
            "status": status,
            "abort_reason": reason,
            "finished": timezone.now(),
            "current_task": "",
            "current_phase": "",
            "current_plugin": "",
            "waiting_for": "",
        }
        if status == Status.COMPLETE:
            batch.changes["percent"] = 100
        self._conclude_task(batch, status, reason)
        self._write(batch)
        metrics.log_lines.inc(len(batch.lines))
        ended.send(sender=None, execution=self.execution)
        announcements.changed(self.execution.pk)

    def wait_for(self, what: str, given: bool = False) -> None:
        """Say what keeps the execution from running; `given` is whether FlexGet was given it all the same."""
        if what != self.execution.waiting_for:
            self.note(f"Not running yet: {what}")
        if (what, given) != (self.execution.waiting_for, self.execution.given):
            self._update({"waiting_for": what, "given": given})

    def give(self) -> None:
        """Note that FlexGet is about to be given it: from here on it may have begun, whatever dies."""
        if not self.execution.given:
            self._update({"given": True})

    def refuse(self, reason: str) -> None:
        """Store that it failed before it could run."""
        self.note(reason, level="CRITICAL")
        self._aborted_tasks, self._failed, self._finished = [reason], True, {"aborted": False}
        self.conclude(Ending(0), "")

    # -- reports, by kind (see flexapi.engine.host.reporting)

    def _on_log(self, batch: _Batch, params: dict[str, Any]) -> None:
        batch.lines.append(
            LogLine(
                execution_id=self.execution.pk,
                seq=self.execution.log_lines + len(batch.lines) + 1,
                time=datetime.fromtimestamp(params["time"], tz=UTC),
                level=params["level"][:50],
                plugin=storable(params["plugin"])[:200],
                task=storable(params["task"]),
                message=_message(params["message"]),
            )
        )

    def _on_progress(self, batch: _Batch, params: dict[str, Any]) -> None:
        batch.changes |= {
            "current_task": storable(params["task"]),
            "current_phase": params["phase"][:50],
            "current_plugin": params["plugin"][:200],
            "percent": params["percent"],
        }

    def _on_waiting(self, batch: _Batch, params: dict[str, Any]) -> None:
        if "pid" in params:
            what = params["holder"]
        else:
            task = storable(params["task"])
            what = texts.ANOTHER_RUN_OF.format(task=task) if task else ""
        batch.changes["waiting_for"] = what

    def _on_config(self, batch: _Batch, params: dict[str, Any]) -> None:
        config = {"tasks": {params["task"]: params["config"]}}
        batch.credentials |= credentials.secrets_of(config)
        self._task_began = (_name(params["task"]), timezone.now())

    def _on_started(self, batch: _Batch, params: dict[str, Any]) -> None:
        batch.changes |= {
            "status": Status.RUNNING,
            "started": timezone.now(),
            "waiting_for": "",
        }

    def _on_entries(self, batch: _Batch, params: dict[str, Any]) -> None:
        batch.entries += [
            ExecutionEntry(
                execution_id=self.execution.pk,
                task=storable(params["task"]),
                **storable_all({**entry, "plugin": entry["plugin"][:200]}),
            )
            for entry in params["entries"]
        ]

    def _on_execute(self, batch: _Batch, params: dict[str, Any]) -> None:
        tasks = storable_all(params["tasks"])
        named = ", ".join(tasks) or "all tasks"
        try:
            options = storable_all(params["options"])
            pending = len(batch.caused)
            batch.caused.append(chains.caused(self.execution, tasks, options, pending))
            level, message = "INFO", f"Queued as an execution of its own: {named}"
        except chains.TooMany as error:
            level, message = "ERROR", f"Not queued: {named}. {error}"
        # The line also tells a batch that is written again that it was stored.
        self._on_log(batch, _line(message, level))

    def _on_task(self, batch: _Batch, params: dict[str, Any]) -> None:
        for state in ExecutionEntry.State.values:
            counted = batch.changes.get(state, getattr(self.execution, state))
            batch.changes[state] = counted + params[state]
        reason = storable(params["abort_reason"]) if params["aborted"] else ""
        task = storable(params["task"])
        if task:
            status = TaskResult.Status.COMPLETE
            if params["aborted"]:
                skipped = params["silent"]
                status = TaskResult.Status.SKIPPED if skipped else TaskResult.Status.FAILED
            counts = {state: params[state] for state in ExecutionEntry.State.values}
            self._keep_result(batch, _name(task), status, reason, **counts)
        if params["aborted"]:
            self._aborted_tasks.append(f"{task}: {reason}" if task else reason)
            # FlexGet aborts silently what it only skips: an interval not met, a manual task.
            self._failed = self._failed or not params["silent"]

    def _on_finished(self, batch: _Batch, params: dict[str, Any]) -> None:
        self._finished = params

    # -- helpers

    def _keep_result(
        self, batch: _Batch, task: str, status: str, reason: str, **counts: int
    ) -> None:
        began = self._task_began[1] if self._task_began[0] == task else None
        self._result = batch.results[task] = TaskResult(
            execution_id=self.execution.pk,
            task=task,
            status=status,
            reason=reason,
            started=began,
            finished=timezone.now(),
            **counts,
        )

    def _conclude_task(self, batch: _Batch, status: Status, reason: str) -> None:
        """Store what became of the task that the end of the run found at work, if it was at one."""
        began, result = self._task_began[0], self._result
        if began and (result is None or result.task != began):
            if status != Status.COMPLETE:
                self._keep_result(batch, began, status, reason)
        elif result and result.status == TaskResult.Status.FAILED and status == Status.ABORTED:
            # To FlexGet it is as if the task had aborted itself.
            result.status = TaskResult.Status.ABORTED
            batch.results[result.task] = result

    def _verdict(
        self, ending: Ending, abort_reason: str, where: tuple[str, str]
    ) -> tuple[Status, str]:
        if ending.lost:
            return Status.ABORTED, abort_reason or ending.lost
        if self._finished is None:
            if abort_reason:
                return Status.ABORTED, abort_reason
            return Status.FAILED, endings.death(ending.status or 0, *where)
        if self._finished["aborted"]:
            return Status.ABORTED, abort_reason or endings.BY_SIGNAL
        status = Status.FAILED if self._failed else Status.COMPLETE
        return status, "\n".join(self._aborted_tasks)

    def _write(self, batch: _Batch) -> None:
        """Write a batch; meanwhile the run waits, so a database that is locked loses nothing."""
        for attempt in range(1, WRITE_ATTEMPTS + 1):
            try:
                if attempt > 1 and self._is_stored(batch):
                    return
                self._look_for_credentials(batch)
                with transaction.atomic():
                    # Before the lines: nobody reads one whose credentials aren't known.
                    credentials.note(batch.credentials)
                    statements.insert(batch.lines)
                    statements.insert(batch.entries)
                    if batch.results:
                        _store_results(batch.results.values())
                    self._update(batch.changes)
                    Execution.objects.enqueue_all(batch.caused)
                    extensions.handle(self.execution, batch.others)
                    self._tell_turns(batch.changes)
                self._noted = True
                return
            except OperationalError:
                if attempt == WRITE_ATTEMPTS:
                    raise
                logger.warning("The database is busy or away; trying again to store a log.")
                time.sleep(attempt)
                close_old_connections()

    def _look_for_credentials(self, batch: _Batch) -> None:
        """See to it that none of them is read in what is about to be stored; this reads the database."""
        if not self._noted:
            batch.credentials |= credentials.secrets_of(self.execution.options)
            batch.credentials |= credentials.values_in_config()
        if "abort_reason" in batch.changes:
            # Everybody reads it, and errors of the network like to say all of a URL.
            reason = batch.changes["abort_reason"]
            batch.changes["abort_reason"] = credentials.Eyes(reveal=False).shown(reason)

    def _tell_turns(self, changes: dict[str, Any]) -> None:
        if "started" in changes:
            extensions.started(self.execution)
        if "finished" in changes:
            extensions.ended(self.execution)

    def _is_stored(self, batch: _Batch) -> bool:
        """Whether a batch was committed although the connection broke before that was said."""
        mine = Execution.objects.filter(pk=self.execution.pk, worker=self.execution.worker)
        last = batch.changes.get("log_lines")
        return last is not None and mine.filter(log_lines=last).exists()

    def _update(self, changes: dict[str, Any]) -> None:
        if changes:
            execution = self.execution
            if not _change(execution, changes):
                raise TakenAway(f"{execution} is no longer run by {execution.worker}.")
            for name, value in changes.items():
                setattr(execution, name, value)
