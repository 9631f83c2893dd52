"""What the server's summary and tasks say of the history."""

from typing import Any

from django.db.models import Count, Max
from django.utils import timezone
from rest_framework import serializers

from history.models import HistoryEntry
from tasks.models import Task


class TotalsSerializer(serializers.Serializer[Any]):
    """What a task took in all the time that the history knows."""

    accepted = serializers.IntegerField()
    last_accepted = serializers.DateTimeField(allow_null=True)


def totals_of(task: Task) -> dict[str, Any]:
    """Return what a task took, as `TotalsSerializer` shows it."""
    totals = HistoryEntry.objects.filter(task=task.key).aggregate(
        accepted=Count("pk"), last_accepted=Max("time")
    )
    return dict(TotalsSerializer(totals).data)


def taken_today() -> int:
    """Return how many entries were accepted since midnight, local time."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return HistoryEntry.objects.filter(time__gte=midnight).count()
