"""Tasks in the admin: YAML in a code editor, and what can be done to several at once."""

import glob
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy, ngettext

from flexapi.mirror import mirror
from flexapi.mirror.admin_forms import MirrorAdmin, SourceForm
from flexapi.mirror.models import ConfigRevision
from tasks.edits import TaskEditor, names
from tasks.models import Task


class TaskForm(SourceForm):
    """A task as YAML, its name on top, and its queue where there may be several workers."""

    queue = forms.CharField(
        validators=Task._meta.get_field("queue").validators,
        help_text=Task._meta.get_field("queue").help_text,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["queue"] = self.instance.queue
        if not settings.DATABASE_URL:
            del self.fields["queue"]

    def attempt(self, dry: bool) -> Task:
        user = getattr(self, "user", None)
        message = self.cleaned_data.get("message", "")
        source = self.cleaned_data["source"]
        if self.instance.pk is None:
            key = TaskEditor(
                ConfigRevision.Origin.ADMIN, user, dry=dry, message=message
            ).create_source(source)
        else:
            editor = TaskEditor(
                ConfigRevision.Origin.ADMIN, user, self._guard, dry=dry, message=message
            )
            key = editor.replace_source(self.instance.key, source)
        if dry:
            unsaved: Task = self.instance
            return unsaved
        task = Task.objects.get(key=key)
        if "queue" in self.cleaned_data:
            task.set_queue(self.cleaned_data["queue"])
        return task

    def _guard(self, key: str) -> None:
        self.refuse_stale(self.instance.source())


@admin.register(Task)
class TaskAdmin(MirrorAdmin):
    """Tasks, in the order of the file."""

    form = TaskForm
    list_display = ("name", "enabled", "queue", "position")
    list_filter = ("enabled", "queue")
    search_fields = ("name",)
    actions = ("enable", "disable", "run_now")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The YAML and, where there may be several workers, the queue."""
        fields = super().get_fields(request, obj)
        editable = self.has_change_permission(request, obj)
        return (*fields, "queue") if editable and settings.DATABASE_URL else fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        return {"source": "my task:\n  mock: []\n  accept_all: yes\n"}

    def part(self, row: Task, data: dict[Any, Any]) -> dict[Any, Any]:
        found = names(mirror.current().document)
        part: dict[Any, Any] = {"tasks": {}}
        if row.key in found:
            part["tasks"] = {row.key: data["tasks"][found[row.key]]}
        if "variables" in data:
            part["variables"] = data["variables"]
        return part

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Beside the tasks, say which schedules they leave."""
        doomed, counts, needed, protected = super().get_deleted_objects(objs, request)
        for task in objs:
            doomed = [
                *doomed,
                *(
                    gettext("{task} in {schedule}").format(task=task, schedule=label)
                    for label in task.schedules()
                ),
            ]
        return doomed, counts, needed, protected

    def delete_rows(self, request: HttpRequest, rows: list[Task]) -> None:
        self._editor(request).delete([row.key for row in rows], force=True)

    @admin.action(description=gettext_lazy("Enable selected tasks"), permissions=["change"])
    def enable(self, request: HttpRequest, tasks: QuerySet[Task]) -> None:
        """Take the underscore off their names."""
        self._set_enabled(request, tasks, True)

    @admin.action(description=gettext_lazy("Disable selected tasks"), permissions=["change"])
    def disable(self, request: HttpRequest, tasks: QuerySet[Task]) -> None:
        """Put an underscore before their names."""
        self._set_enabled(request, tasks, False)

    @admin.action(description=gettext_lazy("Run selected tasks now"), permissions=["run"])
    def run_now(self, request: HttpRequest, tasks: QuerySet[Task]) -> None:
        """Queue one execution of all of them, or one for each queue that they belong to."""
        patterns = [glob.escape(task.key) for task in tasks]
        executions: Any = apps.get_model("executions", "Execution")
        wanted = executions(tasks=patterns, requested_by_id=request.user.pk)
        for execution in executions.objects.enqueue_all([wanted]):
            self.message_user(request, gettext("Queued as execution {pk}.").format(pk=execution.pk))

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether `run_now` is offered."""
        return request.user.has_perm("executions.add_execution")

    def _set_enabled(self, request: HttpRequest, tasks: QuerySet[Task], enabled: bool) -> None:
        keys = [task.key for task in tasks if task.enabled != enabled]
        if not keys:
            self.message_user(request, gettext("There is nothing to change."))
            return
        if enabled:
            done = ngettext("Enabled {count} task.", "Enabled {count} tasks.", len(keys))
        else:
            done = ngettext("Disabled {count} task.", "Disabled {count} tasks.", len(keys))
        done = done.format(count=len(keys))
        self.attempt(request, lambda: self._editor(request).enable(keys, enabled), done)

    def _editor(self, request: HttpRequest) -> TaskEditor:
        return TaskEditor(ConfigRevision.Origin.ADMIN, request.user)
