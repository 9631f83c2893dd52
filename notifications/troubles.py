"""What is wrong now, whoever is told of it."""

import uuid

from django.db import models
from django.utils import timezone


class Trouble(models.Model):
    """Something that is wrong now: of which kind, with what, since when, and how often it showed."""

    kind = models.CharField(max_length=20)
    subject = models.TextField(blank=True)
    # Texts may be longer than what PostgreSQL indexes.
    key = models.CharField(max_length=32, editable=False)
    call = models.UUIDField(
        default=uuid.uuid4, editable=False, help_text="What stored it, among those who noticed."
    )
    shown = models.TextField(blank=True)
    title = models.TextField()
    detail = models.TextField(blank=True)
    tasks = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=1)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["kind", "key"], name="trouble_once"),)

    def __str__(self) -> str:
        return self.title
