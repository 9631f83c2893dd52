"""What runs report of the entries that they accepted."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from executions.models import Execution
from flexapi.mirror import credentials
from history.models import HistoryEntry, OwnRows


def record(execution: Execution, params: dict[str, Any]) -> None:
    """Keep a report of a run; in the transaction that keeps its log."""
    now, everybody = timezone.now(), credentials.Eyes(reveal=False)
    HistoryEntry.objects.bulk_create(
        HistoryEntry.of(
            everybody,
            time=now,
            execution=execution.pk,
            task=params["task"],
            title=entry["title"],
            url=entry["url"],
            file=entry["file"],
            reason=entry["reason"],
            plugin=entry["plugin"][:200],
            imdb_id=entry["imdb_id"][:20],
            tmdb_id=number(entry["tmdb_id"]),
        )
        for entry in params["entries"]
    )
    # Where each machine's FlexGet has a history of its own, the numbers of its rows tell nothing.
    if params["rows"] is not None and settings.ONE_FLEXGET_DATABASE:
        first, last = params["rows"]
        # A long task reports in several parts, each with the same rows.
        OwnRows.objects.get_or_create(first=first, last=last)


def number(text: str) -> int | None:
    """Return an id that is a number; None for what plugins put in its place."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
