"""Takes in what FlexGet's own history has and ours has not: from before FlexAPI, and from outside of it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from executions.models import Execution
from flexapi.api.status.progress import Progress
from flexapi.mirror import credentials
from flexapi.phrases import phrase
from history.models import FlexGetHistory, HistoryEntry, OwnRows

PAGE = 2000
WAITS = phrase("the end of the run that goes on")
WHAT = phrase("Taking in FlexGet's own history")
_DETAILS = re.compile(r"^Accepted by (?P<plugin>.*?)(?: \(reason: (?P<reason>.*)\))?$", re.S)

Rows = list[dict[str, Any]]
# The engine's method `history`: `(after, limit)` to its answer.
Source = Callable[[int, int], dict[str, Any]]


def take_in(source: Source) -> int:
    """Take in all new rows of FlexGet's history; return how many were. Raises what `source` does.

    Rows of our own runs are not taken, for their entries are recorded already. Which these are is
    known when a run is over: while one goes on, nothing is taken.
    """
    with Progress("history", WHAT, "entries") as progress:
        return _take_pages(source, progress)


def _take_pages(source: Source, progress: Progress) -> int:
    taken = seen = 0
    state, _ = FlexGetHistory.objects.get_or_create(pk=1)
    while True:
        answer = source(state.taken_to, PAGE)
        newest = answer["newest"]
        if newest < state.taken_to:
            _start_again(state)
            continue
        rows: Rows = answer["rows"]
        if len(rows) == PAGE:  # Less is done before anybody could see it.
            progress.at(seen, seen + newest - state.taken_to)
        if not rows:
            progress.finish(seen)
            return taken
        added = _take(state, rows)
        if added is None:
            if len(rows) == PAGE:
                progress.at(seen, seen + newest - state.taken_to, WAITS)
            return taken
        taken += added
        seen += len(rows)
        if len(rows) < PAGE:
            progress.finish(seen)
            return taken


def _start_again(state: FlexGetHistory) -> None:
    """FlexGet's database was reset or replaced: its ids begin again."""
    with transaction.atomic():
        OwnRows.objects.all().delete()
        state.taken_to, state.restarted = 0, True
        state.save()


def _take(state: FlexGetHistory, rows: Rows) -> int | None:
    """Store a page; None where it has to wait for the end of a run, or another server took it."""
    last = rows[-1]["id"]
    with transaction.atomic():
        # Looked at after the rows were read: a run that wrote some of them either still goes on,
        # or has said which.
        if Execution.objects.active().exclude(worker="").exists():
            return None
        mine = FlexGetHistory.objects.filter(pk=1, taken_to=state.taken_to)
        if mine.update(taken_to=last) != 1:
            return None
        own = list(OwnRows.objects.filter(last__gt=state.taken_to).values_list("first", "last"))
        new = [row for row in rows if not any(low <= row["id"] <= high for low, high in own)]
        if state.restarted:
            new = _unknown(new)
        HistoryEntry.objects.bulk_create(_entries(new), batch_size=500)
        OwnRows.objects.filter(last__lte=last).delete()
    state.taken_to = last
    return len(new)


def _unknown(rows: Rows) -> Rows:
    """Those whose task, title and url the history does not have: their ids tell nothing."""
    known = set(
        HistoryEntry.objects.filter(title__in={row["title"] for row in rows}).values_list(
            "task", "title", "url"
        )
    )
    return [row for row in rows if (row["task"], row["title"], row["url"]) not in known]


def _entries(rows: Rows) -> Iterator[HistoryEntry]:
    everybody = credentials.Eyes(reveal=False)
    return (_entry(row, everybody) for row in rows)


def _entry(row: dict[str, Any], everybody: credentials.Eyes) -> HistoryEntry:
    details = _DETAILS.match(row["details"])
    plugin = details["plugin"] if details else ""
    return HistoryEntry.of(
        everybody,
        time=datetime.fromisoformat(row["time"]) if row["time"] else timezone.now(),
        task=row["task"],
        title=row["title"],
        url=row["url"],
        file=row["file"],
        plugin="" if plugin == "<unknown>" else plugin[:200],
        reason=(details["reason"] or "") if details else row["details"],
    )
