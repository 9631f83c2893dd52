"""Reads an execution's log out of the database, in batches, for those who follow it."""

import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from executions.models import Execution, LogLine
from flexapi.mirror import credentials

# The levels of FlexGet's log, the least first.
LEVELS = ("TRACE", "DEBUG", "VERBOSE", "INFO", "SUCCESS", "WARNING", "ERROR", "CRITICAL")

BATCH_LINES = 1000
# Lines that are read in one statement: each may be as long as a few megabytes, and then a batch is full after one.
READ_AT_ONCE = 200
# Characters of messages after which a batch is full, so that one of huge lines stays sendable.
BATCH_CHARACTERS = 512 * 1024
# Seconds that a batch is recent among those who read the same place of the same log. It spares
# the database fifty reads where fifty people watch; later readers get batches that are fuller.
RECENT_FOR = 1.0
RECENT_BATCHES = 64


class Line(TypedDict):
    """A log line as clients see it."""

    seq: int
    time: str
    level: str
    plugin: str
    task: str
    message: str


@dataclass(frozen=True, slots=True)
class ExecutionState:
    """An execution as its followers see it, apart from its log."""

    status: str
    is_over: bool
    log_lines: int
    current_phase: str
    current_plugin: str
    current_task: str
    percent: float

    @property
    def progress(self) -> tuple[str, str, str, float]:
        """Where it stands: phase, plugin, task and percent."""
        return (self.current_phase, self.current_plugin, self.current_task, self.percent)

    @classmethod
    def read(cls, execution_id: int) -> "ExecutionState | None":
        """Return it as it is now; None where there is no such execution."""
        row = (
            Execution.objects.filter(pk=execution_id)
            .only(*(name for name in cls.__slots__ if name != "is_over"))
            .first()
        )
        if row is None:
            return None
        return cls(**{name: getattr(row, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive lines of a log. `last_seq` is the last one looked at: a filter may leave its
    line out. `frame` is where a reader may keep what it made of the lines, for the next one."""

    lines: list[Line]
    last_seq: int
    frames: dict[Any, Any]


def levels_below(level: str) -> tuple[str, ...]:
    """Return the levels under `level`. Raises ValueError where there is no such level."""
    return LEVELS[: LEVELS.index(level.upper())]


def format_time(moment: datetime) -> str:
    """Return a time as the API gives it: ISO 8601 in UTC, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class View:
    """What a reader is shown of a log: only lines of `level` or above, of a `task`, of a `plugin`, and with
    `search` in their message (in any case), where these are given; `masked`, without credentials, which can't be
    searched for either, and without what plugins log for debugging: it tells what they send and get."""

    level: str = ""
    task: str = ""
    plugin: str = ""
    search: str = ""
    masked: bool = False

    @classmethod
    def of(cls, user: User | AnonymousUser, **wanted: str) -> "View":
        """Return a user's."""
        return cls(**wanted, masked=not credentials.visible_to(user))

    def among(self, rows: QuerySet[LogLine]) -> QuerySet[LogLine]:
        """Return the rows that may be shown, as far as a database can tell."""
        if self.level and levels_below(self.level):
            rows = rows.exclude(level__in=levels_below(self.level))
        if self.masked:
            rows = rows.exclude(level__in=levels_below("VERBOSE"))
        if self.task:
            rows = rows.filter(task=self.task)
        if self.plugin:
            rows = rows.filter(plugin=self.plugin)
        # SQLite knows upper and lower case of ASCII only.
        if self.search.isascii():
            rows = rows.filter(message__icontains=self.search)
        return rows

    def show(self, message: str, secrets: credentials.Known | None) -> str | None:
        """Return a message as it is shown, without `secrets`; None where that isn't what is searched for."""
        shown = message if secrets is None else secrets.hide(message)
        return shown if self.search.casefold() in shown.casefold() else None


def _lines(execution_id: int, after: int, up_to: int, view: View) -> Iterator[Line]:
    rows = LogLine.objects.filter(execution_id=execution_id, seq__lte=up_to)
    columns = ("seq", "time", "level", "plugin", "task", "message")
    found = view.among(rows).order_by("seq").values_list(*columns)
    for begin in range(0, BATCH_LINES, READ_AT_ONCE):
        # Not by a cursor of the database's: a pooler may hand each statement to another connection.
        chunk = list(found.filter(seq__gt=after)[: min(READ_AT_ONCE, BATCH_LINES - begin)])
        for seq, moment, level, plugin, task, message in chunk:
            yield {
                "seq": seq,
                "time": format_time(moment),
                "level": level,
                "plugin": plugin,
                "task": task,
                "message": message,
            }
        if len(chunk) < READ_AT_ONCE:
            return
        after = chunk[-1][0]


def _read(execution_id: int, after: int, up_to: int, view: View) -> Batch:
    lines: list[Line] = []
    characters = 0
    # After the state that `up_to` is from: what these lines hold is known by then.
    secrets = credentials.known() if view.masked else None
    for looked_at, line in enumerate(_lines(execution_id, after, up_to, view), start=1):
        shown = view.show(line["message"], secrets)
        if shown is not None:
            lines.append({**line, "message": shown})
            characters += len(shown)
        if characters >= BATCH_CHARACTERS or looked_at == BATCH_LINES:
            return Batch(lines, line["seq"], {})
    return Batch(lines, up_to, {})


_recent: OrderedDict[tuple[int, int, View], tuple[float, Batch]] = OrderedDict()


def read_batch(execution_id: int, after: int, up_to: int, view: View) -> Batch:
    """Return the lines with `after` < seq <= `up_to`, or the first of them, as `view` shows them.

    `up_to` is the `log_lines` of a snapshot, so all of these lines are stored. A batch that was read a moment ago may end before `up_to`.
    """
    key = (execution_id, after, view)
    now = time.monotonic()
    recent = _recent.get(key)
    if recent is not None and now - recent[0] < RECENT_FOR:
        return recent[1]
    batch = _read(execution_id, after, up_to, view)
    _recent[key] = (now, batch)
    _recent.move_to_end(key)
    while len(_recent) > RECENT_BATCHES:
        _recent.popitem(last=False)
    return batch
