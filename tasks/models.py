"""Tasks of the config, as rows."""

from django.db import models


class Task(models.Model):
    """A task of the current config revision.

    `key` is the task's name in the file. FlexGet calls a task disabled whose name begins with an
    underscore; `name` is the key without it, unless a task of that name exists as well.
    """

    # Unique as well, but not while a statement of several rows runs.
    name = models.CharField(max_length=1000, db_index=True)
    key = models.CharField(max_length=1000, unique=True, editable=False)
    position = models.PositiveIntegerField(db_index=True, editable=False)
    enabled = models.BooleanField(default=True)
    config = models.JSONField(null=True, blank=True, default=dict)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name
