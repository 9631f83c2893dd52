"""How many entries the history has: nearly all of them were counted before.

PostgreSQL looks at each row of a table to count them, which takes a fifth of a second for a million.
"""

from typing import Any, Self

from django.db import models, transaction

# Ids behind the latest that are counted each time: a transaction that goes on, such as one that takes FlexGet's own history
# in by the thousand, may yet store lower ones.
WINDOW = 10_000


class HistoryEntryQuerySet(models.QuerySet[Any]):
    """Entries; all of them are counted in no time, however many they are."""

    def count(self) -> int:
        """How many there are."""
        query = self.query
        if (
            self._result_cache is not None
            or query.has_filters()
            or query.is_sliced
            or query.distinct
            or query.combinator
        ):
            return super().count()
        known = HistoryCount.known()
        if known is None:
            return super().count()
        return known.count + self.filter(pk__gt=known.up_to).count()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete them, and count them no longer."""
        with transaction.atomic():
            known = HistoryCount.objects.select_for_update().first()
            counted = self.filter(pk__lte=known.up_to).count() if known else 0
            deleted = super().delete()
            if counted:
                HistoryCount.objects.update(count=models.F("count") - counted)
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def advance(self, *, again: bool = False) -> None:
        """Count up to nearly the latest, where many have come since; or all of them again."""
        newest = self.order_by("pk").values_list("pk", flat=True).last() or 0
        known = HistoryCount.known()
        if not (again and known) and newest - (known.up_to if known else 0) <= 2 * WINDOW:
            return
        with transaction.atomic():
            known, _ = HistoryCount.objects.select_for_update().get_or_create(pk=1)
            begun = 0 if again else known.up_to
            # Another server may have been quicker.
            up_to = max(begun, newest - WINDOW)
            new = self.filter(pk__gt=begun, pk__lte=up_to).count()
            known.up_to, known.count = up_to, new if again else known.count + new
            known.save(update_fields=["up_to", "count"])


class HistoryCount(models.Model):
    """How many entries have ids up to `up_to`; a single row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    up_to = models.BigIntegerField(default=0)
    count = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="one_history_count"),)

    def __str__(self) -> str:
        return f"{self.count} up to entry {self.up_to}"

    @classmethod
    def known(cls) -> Self | None:
        """Return the row, None where nothing was counted yet."""
        return next(iter(cls.objects.filter(pk=1)), None)
