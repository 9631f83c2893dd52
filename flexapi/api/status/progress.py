"""How far long work is, told across processes: a row of the database that is written once a second.

    work = Progress("history", "Taking in FlexGet's own history", "entries")
    with work:
        for batch in batches:
            …
            work.at(done, total)
        work.finish(done)

`/api/server`, its summary and the dashboard show it. Work that is over before a second has passed
need not appear: nothing is written before the first `at`.
"""

import time
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from flexapi import phrases
from flexapi.api.models import Work
from flexapi.api.status.help import troubleshooting

# Seconds between two writes.
INTERVAL = 1.0
# Work of which nothing was heard for so long is over: its process was killed.
SILENCE = timedelta(seconds=60)
# How long one may read how it ended.
SHOWN_AFTER = timedelta(minutes=10)


class Progress:
    """Some work in progress. An exception inside of `with` is noted as its end and goes on its way."""

    def __init__(self, name: str, what: str, unit: str) -> None:
        self._name = name
        self._fixed = {"what": what, "unit": unit}
        self._begun = False
        self._before = 0
        self._written = 0.0

    def __enter__(self) -> "Progress":
        return self

    def at(self, done: int, total: int, waits_for: str = "") -> None:
        """Note that `done` of `total` are done since the start, and what it waits for, if anything."""
        if not self._begun:
            self._begin()
        elif time.monotonic() - self._written < INTERVAL and not waits_for:
            return
        self._write(done=self._before + done, total=self._before + total, waits_for=waits_for)

    def finish(self, done: int) -> None:
        """Note that all is done, where it was said to be going on, here or before a pause."""
        row = None if self._begun else self._unfinished()
        if row is not None:
            self._before = row.done
        if self._begun or row is not None:
            done += self._before
            self._write(done=done, total=done, waits_for="", finished=timezone.now())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The database that failed the work would fail its progress too; then it is seen as cut off.
        if error is not None and self._begun and not isinstance(error, DatabaseError):
            self._write(finished=timezone.now(), error=str(error) or type(error).__name__)

    def _begin(self) -> None:
        self._begun = True
        row = self._unfinished()
        now = timezone.now()
        if row is not None and row.updated > now - SILENCE:
            # It waited. After a cut the time that it takes is counted from the start.
            self._before = row.done
            return
        fresh = {"done": 0, "started": now, "updated": now, "finished": None, "error": ""}
        Work.objects.update_or_create(name=self._name, defaults={**self._fixed, **fresh})

    def _unfinished(self) -> Work | None:
        return Work.objects.filter(name=self._name, finished=None).first()

    def _write(self, **fields: Any) -> None:
        self._written = time.monotonic()
        Work.objects.filter(name=self._name).update(**fields, updated=timezone.now())


def status() -> list[dict[str, Any]]:
    """Return what goes on and what ended lately, as `/api/server` shows it.

    `state` is `running`, `waiting` (for what `detail` says), `finished`, `failed` (`detail` says
    why) or `cut off` (its process is gone). `eta` is in seconds; null where it can't be told. `help` is where to read on
    where it failed or was cut off, else null.
    """
    now = timezone.now()
    lately = Q(finished=None, updated__gt=now - SHOWN_AFTER) | Q(finished__gt=now - SHOWN_AFTER)
    return [_shown(work, now) for work in Work.objects.filter(lately).order_by("started")]


def _shown(work: Work, now: datetime) -> dict[str, Any]:
    state, detail = _state(work, now)
    share = work.done / work.total if work.total else 0.0
    eta = None
    if state == "running" and share:
        eta = round((work.updated - work.started).total_seconds() * (1 - share) / share)
    return {
        "name": work.name,
        "what": phrases.translated(work.what, gettext),
        "unit": work.unit,
        "done": work.done,
        "total": work.total,
        "percent": round(100 * share, 1),
        "state": state,
        "detail": detail,
        "help": troubleshooting("work") if state in ("failed", "cut off") else None,
        "started": work.started,
        "finished": work.finished,
        "eta": eta,
    }


def _state(work: Work, now: datetime) -> tuple[str, str]:
    if work.error:
        return "failed", phrases.translated(work.error, gettext)
    if work.finished is not None:
        return "finished", ""
    if work.updated < now - SILENCE:
        return "cut off", gettext("Nothing was heard of it for a minute: its process has ended.")
    return (
        ("waiting", phrases.translated(work.waits_for, gettext))
        if work.waits_for
        else ("running", "")
    )
