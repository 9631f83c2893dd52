"""The processes that run executions, and their signs of life."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Workers, by their signs of life; the database's clock counts, for theirs may differ."""

    def beat(self, name: str, served: list[str] | None, slots: int) -> None:
        """Give a sign of life of a worker, known or new."""
        fields = {"queues": served, "slots": slots, "seen": Now()}
        if not self.filter(name=name).update(**fields):
            self.create(name=name, **fields)

    def lost(self) -> Self:
        """Those that gave no sign of life for so long that they have given up themselves."""
        return self.filter(seen__lt=Now() - timedelta(seconds=settings.WORKER_TIMEOUT))


class Worker(models.Model):
    """A process that runs executions."""

    name = models.CharField(max_length=200, unique=True)
    queues = models.JSONField(null=True, help_text="Those that it serves; null: all.")
    slots = models.PositiveIntegerField(help_text="How many executions it runs side by side.")
    started = models.DateTimeField(db_default=Now())
    seen = models.DateTimeField(help_text="When it last gave a sign of life.")

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def serves(self, queue: str) -> bool:
        """Whether it takes executions from a queue."""
        return self.queues is None or queue in self.queues
