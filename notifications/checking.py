"""The thread inside a server that looks for what no transaction makes true (`flexapi.events.checks`)."""

import dataclasses
import logging
import socket
import time
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext

from flexapi import events, phrases
from flexapi.api.status.help import troubleshooting
from flexapi.background import Loop
from flexapi.events import Check, Unknown
from notifications.models import Trouble
from tasks.models import Task

logger = logging.getLogger("notifications")

# Seconds between two looks at what is due.
PERIOD = 5.0


class Checker(Loop):
    """Any number of servers may have one: what is wrong is told once."""

    def __init__(self) -> None:
        super().__init__("checks", self.look, period=PERIOD, at_once=False)
        self._machine = f"{socket.gethostname()}: "
        # When each is due next, by the monotonic clock.
        self._due: dict[str, float] = {}

    def look(self) -> None:
        """Make the checks that are due. Raises DatabaseError."""
        for name, check in events.checks.items():
            if self.stopping:
                return
            if time.monotonic() >= self._due.get(name, 0.0):
                self.check(name, check)
                self._due[name] = time.monotonic() + check.period
        forget_tasks_that_are_gone()

    def check(self, name: str, check: Check) -> None:
        """Bring the troubles of a kind in step with what a check says."""
        prefix = self._machine if check.local else ""
        try:
            found = [_prefixed(event, prefix) for event in check.look()]
        except Unknown:
            return
        except DatabaseError:
            raise
        except Exception:
            # One that a plugin brought, perhaps; the others are made all the same.
            logger.exception("The check %s can't be made.", name)
            return
        # Most of the time nothing is wrong, and nothing was.
        known = Trouble.objects.filter(kind=name).values_list("subject", flat=True)
        over = {subject for subject in known if subject.startswith(prefix)}
        over -= {event.subject for event in found}
        if found or over:
            with transaction.atomic():
                events.wrong(*found)
                events.well(name, over)


def _prefixed(event: events.Event, prefix: str) -> events.Event:
    shown = event.shown or event.subject
    return dataclasses.replace(event, subject=f"{prefix}{event.subject}", shown=shown)


def forget_tasks_that_are_gone() -> None:
    """Forget that tasks failed which the config no longer has: nobody will hear that they are well."""
    failed = Trouble.objects.filter(kind="failed").exclude(tasks=[])
    keys = dict(failed.values_list("pk", "subject"))
    if keys:
        there = {name.lower() for name in Task.objects.values_list("key", flat=True)}
        gone = [pk for pk, task in keys.items() if task.lower() not in there]
        Trouble.objects.filter(pk__in=gone).delete()


def problems() -> list[dict[str, Any]]:
    """Return what `/api/server` says is wrong now: `[{"kind", "title", "detail", "since", "count", "help"}, …]`, the latest
    first; `help` is where the documentation says what to do about such a problem.
    """
    fields = ("kind", "title", "detail", "since", "count")
    rows = Trouble.objects.order_by("-pk").values(*fields)[:100]
    return [
        {
            **row,
            "title": phrases.translated(row["title"], gettext),
            "detail": phrases.translated(row["detail"], gettext),
            "help": troubleshooting(row["kind"]),
        }
        for row in rows
    ]
