"""What is kept of an execution: the lines it logged and the entries it handled."""

from django.db import models


class LogLine(models.Model):
    """One line of an execution's log."""

    pk = models.CompositePrimaryKey("execution_id", "seq")
    execution = models.ForeignKey("executions.Execution", on_delete=models.CASCADE, db_index=False)
    seq = models.PositiveIntegerField()
    time = models.DateTimeField()
    level = models.CharField(max_length=50)
    plugin = models.CharField(max_length=200)
    task = models.TextField()
    message = models.TextField()

    class Meta:
        ordering = ("seq",)

    def __str__(self) -> str:
        return f"{self.seq}: {self.message[:80]}"


class ExecutionEntry(models.Model):
    """What became of one of FlexGet's entries in an execution."""

    class State(models.TextChoices):
        """FlexGet's states of an entry."""

        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        FAILED = "failed", "Failed"
        UNDECIDED = "undecided", "Undecided"

    execution = models.ForeignKey(
        "executions.Execution", on_delete=models.CASCADE, related_name="entries", db_index=False
    )
    task = models.TextField()
    title = models.TextField()
    url = models.TextField()
    original_url = models.TextField()
    state = models.CharField(max_length=9, choices=State)
    reason = models.TextField(blank=True)
    plugin = models.CharField(
        max_length=200, blank=True, help_text="The plugin that decided about it."
    )
    trace = models.JSONField(
        default=list, help_text="What each plugin noted on it: plugin, operation, message."
    )

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "execution entries"
        indexes = (models.Index(fields=["execution", "state"], name="entry_execution_state"),)

    def __str__(self) -> str:
        # Pages show it to everybody, and a title may quote what not everybody may see.
        return f"Entry {self.pk}"
