"""Why a run left entries where they are: the reasons, grouped and counted by the database."""

from typing import Any

from django.db.models import Count, F, Min, QuerySet, TextField, Value
from django.db.models.functions import Replace

from executions.models import ExecutionEntry
from flexapi.mirror import credentials

# What stands for the title in a reason, so that those which quote it are counted together.
TITLE = "…"


def of(entries: QuerySet[ExecutionEntry]) -> QuerySet[Any]:
    """Return groups of entries with the same task, state, plugin and reason, the largest first.

    Each is `{"task", "state", "plugin", "entries": how many, "sample": the id of one}`, to be shown by `shown`.
    """
    # The stubs know texts alone; a column does as well.
    title: Any = F("title")
    without_title = Replace("reason", title, Value(TITLE), output_field=TextField())
    groups = (
        entries.order_by().annotate(told=without_title).values("task", "state", "plugin", "told")
    )
    return groups.annotate(entries=Count("pk"), sample=Min("pk")).order_by("-entries", "sample")


def shown(user: Any, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return groups with their `reason` as a user may see it; one query.

    It is hidden in a whole reason before the title is taken out: a title may be a part of what is hidden.
    """
    eyes = credentials.eyes_of(user)
    samples = ExecutionEntry.objects.only("title", "reason").in_bulk(
        group["sample"] for group in groups
    )
    return [
        {
            "task": group["task"],
            "state": group["state"],
            "plugin": group["plugin"],
            "reason": _reason(samples[group["sample"]], eyes),
            "entries": group["entries"],
        }
        for group in groups
        # Its execution may be deleted in the same moment.
        if group["sample"] in samples
    ]


def _reason(entry: ExecutionEntry, eyes: credentials.Eyes) -> str:
    reason: str = eyes.shown(entry.reason)
    if reason != entry.reason or not entry.title:
        return reason
    return reason.replace(entry.title, TITLE)
