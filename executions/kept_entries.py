"""The entries of runs as they came in, kept for some time so that changed filters can be tried on them."""

import base64
import json
import zlib
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from executions.models import Execution, ExecutionEntry


class KeptEntriesQuerySet(models.QuerySet["KeptEntries"]):
    """Kept entries, by what can be done with them."""

    def prune(self, days: float) -> int:
        """Delete what is older than some days; return how many tasks' went."""
        return self.filter(created__lt=timezone.now() - timedelta(days=days)).delete()[0]

    def of(self, execution: int, tasks: Iterable[str]) -> Self:
        """Those of some tasks of an execution."""
        return self.filter(execution=execution, task__in=list(tasks))


class KeptEntries(models.Model):
    """The entries of one task in one execution, as FlexGet's side packs them (`flexapi.engine.host.kept_entries`)."""

    execution = models.ForeignKey(
        "executions.Execution", on_delete=models.CASCADE, related_name="kept_entries"
    )
    task = models.TextField()
    content = models.TextField()
    count = models.PositiveIntegerField(help_text="How many they are; some may not have fitted in.")
    created = models.DateTimeField(default=timezone.now, db_index=True)

    objects = KeptEntriesQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Entries of execution {self.execution_id}"

    def fields_of(self, title: str, original_url: str) -> dict[str, Any] | None:
        """Return the serialized fields of an entry; None where it is not among these."""
        for line in zlib.decompress(base64.b85decode(self.content)).splitlines():
            fields: dict[str, Any] = json.loads(line)["fields"]
            if fields.get("original_url") == original_url and fields.get("title") == title:
                return fields
        return None


def readable(value: Any) -> Any:
    """Return a serialized field as JSON: what FlexGet has a serializer for is its value alone."""
    if isinstance(value, dict):
        if value.keys() == {"serializer", "version", "value"}:
            return readable(value["value"])
        return {key: readable(below) for key, below in value.items()}
    return [readable(item) for item in value] if isinstance(value, list) else value


def fields_of(entry: "ExecutionEntry") -> dict[str, Any] | None:
    """Return the serialized fields that an entry came in with; None where they are no longer kept."""
    kept = KeptEntries.objects.of(entry.execution_id, [entry.task])
    found = (part.fields_of(entry.title, entry.original_url) for part in kept)
    return next((fields for fields in found if fields is not None), None)


def record(execution: "Execution", params: dict[str, Any]) -> None:
    """Keep a report of a run; in the transaction that keeps its log."""
    KeptEntries.objects.create(
        execution=execution, task=params["task"], content=params["content"], count=params["count"]
    )


def wanted() -> int:
    """Return how many bytes of a task's entries a run is to report."""
    kept: int = settings.KEPT_ENTRIES_BYTES if settings.KEPT_ENTRIES_DAYS else 0
    return kept
