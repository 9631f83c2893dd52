"""Announces of IRC channels, as executions."""

import logging
from typing import Any

from django.db import transaction

from executions.following import announcements
from executions.models import Execution, Status
from flexapi.text import storable_all

logger = logging.getLogger("irc")

# Entries that one execution may have: what is announced while it waits is added to it.
MOST_ENTRIES = 50
# Executions of a connection that may wait; what is announced then is dropped.
MOST_WAITING = 20


def queue(connection: str, tasks: list[str], options: dict[str, Any]) -> Execution | None:
    """Queue what a connection asks to have run, or add it to an execution that waits; None where too many wait.

    A run asked for by IRC is nobody's: `requested_by` is null.
    """
    tasks, options = storable_all(tasks), storable_all(options)
    with transaction.atomic():
        waiting = Execution.objects.unclaimed().filter(irc=connection)
        count = waiting.count()
        last = waiting.filter(tasks=tasks).last() if count else None
        if last is not None and _added(last, options):
            transaction.on_commit(lambda: announcements.changed(last.pk))
            return last
        if count >= MOST_WAITING:
            logger.error(
                "%s executions of the IRC connection %s wait already; an announce was dropped.",
                count,
                connection,
            )
            return None
        execution = Execution(tasks=tasks, options=options, irc=connection)
        return Execution.objects.enqueue_all([execution])[0]


def _added(execution: Execution, options: dict[str, Any]) -> bool:
    """Whether the entries could be added to an execution: nobody has it yet, and it is of the same kind."""
    entries = [*execution.options.get("inject", []), *options.get("inject", [])]
    joined = {**options, "inject": entries}
    if len(entries) > MOST_ENTRIES or {**execution.options, "inject": entries} != joined:
        return False
    mine = Execution.objects.filter(pk=execution.pk, status=Status.PENDING, worker="")
    return bool(mine.update(options=joined))
