"""How many executions ended in which way: most of them were counted before."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

if TYPE_CHECKING:
    from executions.models import Execution, ExecutionQuerySet

# Ids behind the latest that are counted each time. A request may still store one that is a little lower than the latest.
WINDOW = 1000
# Ids that are counted in one transaction.
STEP = 50_000
_OVER = ("aborted", "complete", "failed")


class EndedCountQuerySet(models.QuerySet["EndedCount"]):
    """Counts, by status."""

    def of(self, executions: "ExecutionQuerySet", statuses: Collection[str]) -> int:
        """Return how many of all real executions have one of the statuses; those behind `up_to` are counted."""
        known = {row.status: row for row in self.filter(status__in=statuses)}
        total = 0
        for status in statuses:
            row = known.get(status)
            behind = executions.filter(status=status, pk__gt=row.up_to if row else 0)
            total += behind.count() + (row.count if row else 0)
        return total

    def advance(self, executions: "ExecutionQuerySet") -> None:
        """Count up to the latest of those that can't change any more, where these are many."""
        ids = executions.order_by("pk").values_list("pk", flat=True)
        newest, row = ids.last() or 0, self.order_by("status").first()
        begun = row.up_to if row else (ids.first() or 1) - 1
        if newest - begun <= 2 * WINDOW:
            return
        if row is None:
            rows = [self.model(status=status, up_to=begun) for status in _OVER]
            self.bulk_create(rows, ignore_conflicts=True)
        active = ids.filter(status__in=("pending", "running")).first()
        over = newest - WINDOW if active is None else min(newest - WINDOW, active - 1)
        up_to = min(over, begun + STEP)
        if up_to > begun:
            self._count(executions.filter(pk__gt=begun, pk__lte=up_to), begun, up_to)

    def _count(self, new: "ExecutionQuerySet", begun: int, up_to: int) -> None:
        with transaction.atomic():
            rows = list(self.select_for_update().filter(up_to=begun).order_by("status"))
            counts = new.order_by().values_list("status").annotate(models.Count("pk"))
            found = dict(counts) if rows else {}
            for row in rows:
                row.up_to, row.count = up_to, row.count + found.get(row.status, 0)
                row.save(update_fields=["up_to", "count"])


class EndedCount(models.Model):
    """How many executions with ids up to `up_to` ended with a status: all of these are over. Trials don't count."""

    status = models.CharField(max_length=8, primary_key=True)
    up_to = models.BigIntegerField(default=0)
    count = models.BigIntegerField(default=0)

    objects = EndedCountQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.count} {self.status} up to execution {self.up_to}"


def on_deleting(sender: Any, instance: "Execution", **kwargs: Any) -> None:
    """Keep others from counting while an execution is deleted; called inside of the transaction that does."""
    list(EndedCount.objects.select_for_update().order_by("status").values_list("pk"))


def on_deleted(sender: Any, instance: "Execution", **kwargs: Any) -> None:
    """Count an execution no longer."""
    if not instance.trial:
        counted = EndedCount.objects.filter(status=instance.status, up_to__gte=instance.pk)
        counted.update(count=models.F("count") - 1)
