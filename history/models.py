"""What was accepted, in every run, and in FlexGet's own runs before and beside."""

from typing import Any

from django.db import models
from django.utils import timezone

from flexapi.mirror import credentials
from flexapi.text import words_of
from history.counts import HistoryCount, HistoryEntryQuerySet

__all__ = ["Beginning", "FlexGetHistory", "HistoryCount", "HistoryEntry", "OwnRows"]


class Beginning(models.Func):
    """The first 100 characters of a text, by which entries are ordered: an index of whole URLs would be as large as the table.

    The number is a part of the SQL, as SQLite finds no index for an expression with a parameter.
    """

    template = "SUBSTR(%(expressions)s, 1, 100)"
    output_field = models.TextField()


class HistoryEntry(models.Model):
    """An entry that a task accepted.

    The execution is a plain id: the history stays when executions are pruned.
    """

    time = models.DateTimeField(default=timezone.now, help_text="When the task ended that took it.")
    task = models.TextField()
    title = models.TextField()
    url = models.TextField(blank=True)
    file = models.TextField(blank=True, help_text="Where it was stored, where that is known.")
    reason = models.TextField(blank=True, help_text="Why it was accepted.")
    plugin = models.CharField(max_length=200, blank=True, help_text="The plugin that accepted it.")
    imdb_id = models.CharField(max_length=20, blank=True)
    tmdb_id = models.BigIntegerField(null=True, blank=True)
    execution = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="The id of the execution; none where FlexGet ran by itself.",
    )
    words = models.TextField(editable=False, help_text="What searches look at.")

    objects = HistoryEntryQuerySet.as_manager()

    class Meta:
        ordering = ("-time", "-id")
        verbose_name_plural = "history"
        default_permissions = ("view", "delete")
        indexes = (
            models.Index(fields=["time", "id"], name="history_time"),
            models.Index(fields=["task", "time", "id"], name="history_task"),
            models.Index(fields=["title", "id"], name="history_title"),
            models.Index(fields=["plugin", "id"], name="history_plugin"),
            models.Index(fields=["execution", "id"], name="history_execution_id"),
            models.Index(fields=["imdb_id", "id"], name="history_imdb_id"),
            models.Index(fields=["tmdb_id", "id"], name="history_tmdb_id"),
            models.Index(Beginning("url"), "id", name="history_url"),
            models.Index(Beginning("file"), "id", name="history_file"),
            models.Index(Beginning("reason"), "id", name="history_reason"),
        )

    def __str__(self) -> str:
        # Pages show it to everybody, and a title may quote what not everybody may see.
        return f"History entry {self.pk}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete it, and count it no longer."""
        return type(self).objects.filter(pk=self.pk).delete()

    @classmethod
    def of(cls, eyes: credentials.Eyes, **fields: Any) -> "HistoryEntry":
        """Return an unsaved row, with what is searched in it: what `eyes` see, which are to be those of everybody."""
        entry = cls(**fields)
        name = entry.file.replace("\\", "/").rpartition("/")[2]
        title, name = eyes.shown([entry.title, name])
        words = words_of(title)
        entry.words = " ".join([*words, *(word for word in words_of(name) if word not in words)])
        return entry


class FlexGetHistory(models.Model):
    """How far FlexGet's own history is taken in; a single row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    taken_to = models.BigIntegerField(
        default=0, help_text="The last of its ids that was looked at."
    )
    restarted = models.BooleanField(
        default=False, help_text="Its ids began again, so they don't tell what is known already."
    )

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="one_flexget_history"),
        )

    def __str__(self) -> str:
        return f"FlexGet's history up to {self.taken_to}"


class OwnRows(models.Model):
    """Rows of FlexGet's own history that come from a run of ours, whose entries are known already."""

    first = models.BigIntegerField()
    last = models.BigIntegerField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"
