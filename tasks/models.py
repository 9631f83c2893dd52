"""Tasks of the config, as rows."""

import fnmatch
import glob
from collections.abc import Sequence
from typing import Any, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from executions import queues
from executions.models import Execution
from executions.results import LONGEST_NAME, TaskResult
from flexapi.api.search import Hit
from flexapi.mirror import handlers, mirror
from flexapi.mirror.document import Document, Path
from flexapi.mirror.mirrored import Mirrored, MirroredQuerySet
from flexapi.phrases import phrase
from tasks.edits import TaskEditor, names

# How many executions are looked through for the latest one that was asked to run a task.
RECENT = 50

# What brokers take without quoting, as Celery's `-Q a,b` does.
QUEUE = r"\A[A-Za-z0-9._-]+\Z"


class TaskQuerySet(MirroredQuerySet["Task"]):
    """Tasks. What changes them changes the config file; the rows follow."""

    def named(self, name: str) -> "Task | None":
        """The task of this name, or with this key in the file; None where there is none."""
        return self.filter(name=name).first() or self.filter(key=name).first()

    def find(self, text: str, limit: int) -> list[Hit]:
        """Some that have a text in their names, for the search of everything."""
        found = self.filter(name__icontains=text).only("name", "enabled")[:limit]
        return [Hit(task.name, task.name, "" if task.enabled else "disabled") for task in found]

    def last_results(self) -> dict[str, TaskResult]:
        """How each of them ended when it ran last, by name: a look into an index for each, in two queries."""
        mine = TaskResult.objects.counted().filter(task=Left(OuterRef("name"), LONGEST_NAME))
        latest = Subquery(mine.order_by("-execution_id").values("pk")[:1])
        found = dict(self.annotate(latest=latest).values_list("name", "latest"))
        rows = TaskResult.objects.in_bulk(pk for pk in found.values() if pk is not None)
        return {name: rows[pk] for name, pk in found.items() if pk in rows}

    def shares(self, patterns: list[str]) -> list[queues.Share]:
        """Split a request to run tasks (none: all) by the queues that they belong to."""
        if not self.exclude(queue=queues.DEFAULT).exists():
            return [queues.Share(queues.DEFAULT, patterns)]
        found: dict[str, list[str]] = {}
        for task in self.filter(enabled=True).only("key", "queue"):
            if not patterns or any(task.matches(pattern) for pattern in patterns):
                found.setdefault(task.queue, []).append(glob.escape(task.key))
        if len(found) > 1:
            return [queues.Share(*share) for share in found.items()]
        return [queues.Share(next(iter(found), queues.DEFAULT), patterns)]


class Task(Mirrored):
    """A task of the current config revision.

    `key` is the task's name in the file. FlexGet calls a task disabled whose name begins with an
    underscore; `name` is the key without it, unless a task of that name exists as well.
    """

    # Unique as well, but not while a statement of several rows runs.
    name = models.CharField(max_length=1000, db_index=True)
    key = models.CharField(max_length=1000, unique=True, editable=False)
    enabled = models.BooleanField(default=True)
    config = models.JSONField(null=True, blank=True, default=dict)
    queue = models.CharField(
        max_length=100,
        default=queues.DEFAULT,
        validators=[
            RegexValidator(QUEUE, phrase("A queue's name has letters, digits, and . _ - in it."))
        ],
        help_text="Which workers run the task. Kept here, not in FlexGet's config.",
    )

    objects = TaskQuerySet.as_manager()

    class Meta(Mirrored.Meta):
        pass

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the task to the config; raises what `edits.TaskEditor` raises."""
        if self._state.adding:
            key = TaskEditor().create(self.name, self.config, enabled=self.enabled)
        else:
            before = type(self).objects.get(pk=self.pk)
            key = TaskEditor().update(
                before.key,
                name=None if self.name == before.name else self.name,
                enabled=self.enabled,
                change=lambda present: self.config,
            )
        wanted = self.queue
        self.show(type(self).objects.get(key=key))
        if self.queue != wanted:
            self.set_queue(wanted)

    def set_queue(self, queue: str) -> None:
        """Have the task run by the workers of a queue from now on; the config stays as it is."""
        self.queue = queue
        models.QuerySet(type(self)).filter(pk=self.pk).update(queue=queue)

    @classmethod
    def delete_from_config(cls, rows: Sequence[Self]) -> None:
        """Delete tasks from the config, in one write; they leave their schedules."""
        TaskEditor().delete([task.key for task in rows], force=True)

    def path_in(self, document: Document) -> Path | None:
        """Return where the task is; None where it is gone."""
        found = names(document)
        return ("tasks", found[self.key]) if self.key in found else None

    def schedules(self) -> list[str]:
        """Labels of the schedules that name the task."""
        document = mirror.current().document
        return [
            label
            for references in handlers.references.values()
            for label in references.naming(document, self.key)
        ]

    def last_execution(self) -> Execution | None:
        """The latest execution that was asked to run the task, among the most recent ones, or else that ran it."""
        for execution in Execution.objects.counted().order_by("-pk")[:RECENT]:
            if not execution.tasks or any(self.matches(name) for name in execution.tasks):
                return execution
        last = self.last_result()
        return None if last is None else last.execution

    def last_result(self) -> TaskResult | None:
        """How the task ended when it ran last, enabled or not."""
        return self.results().select_related("execution").first()

    def results(self) -> QuerySet[TaskResult]:
        """How the task ended in each of its runs, trials and tests apart, the latest first."""
        results = TaskResult.objects.counted().filter(task=self.name[:LONGEST_NAME])
        return results.order_by("-execution_id")

    def matches(self, pattern: str) -> bool:
        """Whether FlexGet would run this task for a name or pattern."""
        return fnmatch.fnmatchcase(self.key.lower(), pattern.lower())
