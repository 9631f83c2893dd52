"""Finds log lines of all runs, the latest run first and in each the last line first.

The index says which blocks may have what is wanted; their lines are read and looked at as the one who asks sees them. What
is not indexed yet is read as it is. A page looks at so many lines at most and ends there: it takes as long whatever is
asked for, and the next one goes on.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

from django.db.models import F

from executions.following.log_reader import format_time
from executions.models import Execution
from executions.searching import blocks, times
from executions.searching.lines import Reader
from executions.searching.tables import LAST_SEQ, line_at, place
from executions.searching.words import BLOCK, SEARCHED, Wanted, shown_of
from flexapi.mirror import credentials

# What a page may cost: a line that is looked at is 1, and so is each kibibyte of its message.
COST = 8_000
# A line whose credentials are hidden before it is looked at.
COST_OF_HIDING = 20
# Executions with lines that are not indexed yet, read at once.
_TAILS = 100
_LINES_OF_TAIL = 2 * BLOCK


class FoundLine(TypedDict):
    """A log line as it was found. Of a long message there is the beginning, which ends with `…`."""

    execution: int
    seq: int
    time: str
    level: str
    plugin: str
    task: str
    message: str


@dataclass(frozen=True, slots=True)
class Found:
    """A page of lines; the next one has those before the place `to`, None where there are no more."""

    lines: list[FoundLine]
    to: int | None


class _Range(NamedTuple):
    """Consecutive lines of one execution. They are ordered by their end."""

    execution: int
    last: int
    first: int
    indexed: bool


def search(wanted: Wanted, limit: int, before: int | None = None) -> Found:
    """Return the latest `limit` lines, or those before a place; fewer where looking for more would take long."""
    latest = Execution.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    begin, end = times.executions_of(wanted, latest)
    upper = place(end, LAST_SEQ)
    if before is not None:
        upper = min(upper, before - 1)
    page = _Page(wanted, limit)
    for lines in _ranges(wanted, place(begin, 1), upper):
        # Ranges meet where lines were indexed just now: none is looked at twice.
        last = min(place(lines.execution, lines.last), upper)
        if last < place(lines.execution, lines.first):
            continue
        reached = page.look_at(lines._replace(last=line_at(last)[1]))
        if reached is not None:
            return Found(page.found, reached)
        upper = place(lines.execution, lines.first) - 1
    return Found(page.found, None)


def _ranges(wanted: Wanted, lower: int, upper: int) -> Iterator[_Range]:
    """Yield where what is wanted may be, the latest first."""
    tokens = wanted.tokens()
    while lower <= upper:
        # Before the index is asked: what is indexed in between is seen here or there.
        tails = _tails(lower, upper)
        floor = lower
        if len(tails) == _TAILS:
            floor = max(lower, place(tails[-1].execution, 1))
        indexed = (
            _Range(execution, first + BLOCK - 1, first, indexed=True)
            for execution, first in map(line_at, blocks.matching(tokens, floor, upper))
        )
        parts = (part for tail in tails for part in _parts(tail))
        yield from heapq.merge(indexed, parts, reverse=True)
        upper = floor - 1


def _tails(lower: int, upper: int) -> list[_Range]:
    """Return the lines that are not indexed yet, of the latest executions that have some."""
    behind = Execution.objects.filter(
        indexed_lines__lt=F("log_lines"), pk__range=(line_at(lower)[0], line_at(upper)[0])
    )
    columns = ("pk", "log_lines", "indexed_lines")
    return [
        _Range(pk, lines, indexed + 1, indexed=False)
        for pk, lines, indexed in behind.order_by("-pk").values_list(*columns)[:_TAILS]
    ]


def _parts(tail: _Range) -> Iterator[_Range]:
    """Yield as much of it as is read at once, from the end."""
    for last in range(tail.last, tail.first - 1, -_LINES_OF_TAIL):
        yield tail._replace(last=last, first=max(tail.first, last - _LINES_OF_TAIL + 1))


class _Page:
    """What is found, and how much more may be looked at for it."""

    def __init__(self, wanted: Wanted, limit: int) -> None:
        self.found: list[FoundLine] = []
        self._wanted = wanted
        self._limit = limit
        self._reader = Reader(wanted)
        self._known: credentials.Known | None = None
        self._left = COST

    def look_at(self, lines: _Range) -> int | None:
        """Take what is wanted of some lines; return where the next page begins if this one ends here."""
        if self._left <= 0:
            return place(lines.execution, lines.last) + 1
        self._left -= lines.last - lines.first + 1
        read = self._reader.read(lines.execution, lines.first, lines.last)
        self._known = None
        for seq, moment, level, plugin, task, message in read:
            self._left -= len(message) // 1024
            shown = self._shown(message, lines.indexed)
            if shown is None:
                continue
            if len(self.found) == self._limit:
                return place(self.found[-1]["execution"], self.found[-1]["seq"])
            self.found.append(
                {
                    "execution": lines.execution,
                    "seq": seq,
                    "time": format_time(moment),
                    "level": level,
                    "plugin": plugin,
                    "task": task,
                    "message": f"{shown}…" if len(message) > SEARCHED else shown,
                }
            )
        return None

    def _shown(self, message: str, indexed: bool) -> str | None:
        """Return a message as it is shown; None where it doesn't say what is wanted."""
        if not self._wanted.masked:
            shown = message[:SEARCHED]
            return shown if self._wanted.is_said_in(shown) else None
        # What the index led to is read for what everybody may see of it. Elsewhere each line takes
        # as long as the others, so that the time doesn't tell which of them hide what was asked for.
        if indexed and not self._wanted.may_be_in(message):
            return None
        self._left -= COST_OF_HIDING
        # Asked for after the lines are read: what they hold is known by then.
        self._known = self._known or credentials.known()
        shown = shown_of(message, self._known.hide)
        return shown if self._wanted.is_said_in(shown) else None
