"""Tasks of the config, as rows."""

import fnmatch
import glob
from typing import Any

from django.apps import apps
from django.core.validators import RegexValidator
from django.db import models

from executions import queues
from flexapi.mirror import credentials, handlers, mirror
from tasks.edits import Editor, names

# How many executions are looked through for the latest one of a task.
RECENT = 200


# What brokers take without quoting, as Celery's `-Q a,b` does.
QUEUE = r"\A[A-Za-z0-9._-]+\Z"


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks. What changes them changes the config file; the rows follow."""

    def named(self, name: str) -> "Task | None":
        """The task of this name, or with this key in the file; None where there is none."""
        return self.filter(name=name).first() or self.filter(key=name).first()

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

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the tasks from the config, all in one write; they leave their schedules."""
        tasks = list(self)
        if tasks:
            Editor().delete([task.key for task in tasks], force=True)
        return len(tasks), {"tasks.Task": len(tasks)}

    def update(self, **fields: Any) -> int:
        """Refused: rows follow the config, so change each task and save it."""
        raise NotImplementedError("Tasks are changed one by one, with save().")

    def bulk_create(self, *args: Any, **kwargs: Any) -> list["Task"]:  # type: ignore[override]
        """Refused, as `update` is."""
        raise NotImplementedError("Tasks are added one by one, with save().")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        """Refused, as `update` is."""
        raise NotImplementedError("Tasks are changed one by one, with save().")


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
    queue = models.CharField(
        max_length=100,
        default=queues.DEFAULT,
        validators=[RegexValidator(QUEUE, "A queue's name has letters, digits, and . _ - in it.")],
        help_text="Which workers run the task. Kept here, not in FlexGet's config.",
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the task to the config; raises what `editing.Editor` raises."""
        if self._state.adding:
            key = Editor().create(self.name, self.config, enabled=self.enabled)
        else:
            before = type(self).objects.get(pk=self.pk)
            key = Editor().update(
                before.key,
                name=None if self.name == before.name else self.name,
                enabled=self.enabled,
                change=lambda present: self.config,
            )
        task = type(self).objects.get(key=key)
        for name in ("pk", "name", "key", "position", "enabled", "config"):
            setattr(self, name, getattr(task, name))
        self._state.adding = False
        self._state.db = task._state.db
        if self.queue != task.queue:
            self.set_queue(self.queue)

    def set_queue(self, queue: str) -> None:
        """Have the task run by the workers of a queue from now on; the config stays as it is."""
        self.queue = queue
        models.QuerySet(type(self)).filter(pk=self.pk).update(queue=queue)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the task from the config; it leaves its schedules."""
        Editor().delete([self.key], force=True)
        self.pk = None
        return 1, {"tasks.Task": 1}

    def source(self, *, masked: bool = False) -> str:
        """The task's YAML in the file, moved to the left edge; "" if it is gone."""
        document = mirror.current().document
        found = names(document)
        if self.key not in found:
            return ""
        path = ("tasks", found[self.key])
        text = document.source(path)
        return credentials.mask_source(text, path) if masked else text

    def schedules(self) -> list[str]:
        """Labels of the schedules that name the task."""
        document = mirror.current().document
        return [
            label
            for references in handlers.references.values()
            for label in references.naming(document, self.key)
        ]

    def last_execution(self) -> models.Model | None:
        """The latest execution that was asked to run the task, of the most recent ones."""
        executions = apps.get_model("executions", "Execution")
        for execution in executions._default_manager.order_by("-pk")[:RECENT]:
            if not execution.tasks or any(self.matches(name) for name in execution.tasks):
                return execution
        return None

    def matches(self, pattern: str) -> bool:
        """Whether FlexGet would run this task for a name or pattern."""
        return fnmatch.fnmatchcase(self.key.lower(), pattern.lower())
