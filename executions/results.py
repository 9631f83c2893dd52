"""What became of each task of an execution."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

# Characters of a task's name that are kept: PostgreSQL indexes no longer ones than some 2,700 bytes.
LONGEST_NAME = 600


def counts(prefix: str = "") -> Q:
    """Which executions say how a task is doing: no trials, and no tests, as neither changed anything.

    Failures, health, statistics and metrics go by this; `Execution.counts` says the same of one.
    """
    # Not `~Q`: what isn't among the options is NULL, and so would be its opposite.
    return Q(**{f"{prefix}trial": False}) & (
        Q(**{f"{prefix}options__test__isnull": True}) | Q(**{f"{prefix}options__test": False})
    )


class TaskResultQuerySet(models.QuerySet["TaskResult"]):
    """Results, by what they are of."""

    def real(self) -> Self:
        """Those of the config as it is: of no trials."""
        return self.filter(execution__trial=False)

    def counted(self) -> Self:
        """Those by which a task is judged: of no trials and no tests."""
        return self.filter(counts("execution__"))


class TaskResult(models.Model):
    """How one task ended in an execution."""

    class Status(models.TextChoices):
        """How: `skipped` is what FlexGet aborts silently, such as a task whose interval isn't over."""

        COMPLETE = "complete", gettext_lazy("Complete")
        SKIPPED = "skipped", gettext_lazy("Skipped")
        FAILED = "failed", gettext_lazy("Failed")
        ABORTED = "aborted", gettext_lazy("Aborted")

    execution = models.ForeignKey(
        "executions.Execution", on_delete=models.CASCADE, related_name="results"
    )
    task = models.CharField(max_length=LONGEST_NAME)
    status = models.CharField(max_length=8, choices=Status)
    reason = models.TextField(blank=True, help_text="Why it did not run to its end.")
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    undecided = models.PositiveIntegerField(default=0)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(default=timezone.now)

    objects = TaskResultQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        default_permissions = ()
        constraints = (
            # It is also the index in which the latest one of a task is found.
            models.UniqueConstraint(fields=("task", "execution"), name="result_task_execution"),
        )

    def __str__(self) -> str:
        return f"Result {self.pk}"
