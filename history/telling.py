"""Tells of what was taken: one event a run."""

from django.utils.translation import gettext_noop

from executions.models import Execution
from flexapi import events
from flexapi.events import Event, Kind
from flexapi.phrases import phrase
from history.models import HistoryEntry

ONE_TAKEN = phrase("1 entry was taken by {tasks}")
TAKEN = phrase("{count} entries were taken by {tasks}")
# Titles that are named.
NAMED = 10


def register() -> None:
    """Add the kind of event; called once, when the app is ready."""
    events.kinds.add(
        "taken",
        Kind(gettext_noop("Something was taken"), page="history", urgent=False, chosen=False),
    )


def on_end(execution: Execution) -> None:
    """Tell what a run took, if anything; in the transaction that ends it."""
    if not execution.accepted:
        return
    taken = HistoryEntry.objects.filter(execution=execution.pk).order_by("pk")
    titles = list(taken.values_list("title", "task")[: NAMED + 1])
    if not titles:
        return
    named = [title for title, _ in titles[:NAMED]]
    count, tasks = len(titles), {task for _, task in titles}
    if count > NAMED:
        count, tasks = (
            taken.count(),
            set(taken.order_by().values_list("task", flat=True).distinct()),
        )
        named.append(f"… and {count - NAMED} more")
    events.happened(
        Event(
            kind="taken",
            title=(ONE_TAKEN if count == 1 else TAKEN).format(
                count=count, tasks=", ".join(sorted(tasks)[:5])
            ),
            detail="\n".join(named),
            subject=str(execution.pk),
            tasks=tuple(sorted(tasks)),
            execution=execution.pk,
        )
    )
