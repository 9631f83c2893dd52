"""The pages on which the config, or one task of it, is edited as YAML."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy

from flexapi.api.free_names import reverse_name
from flexapi.mirror import credentials, mirror
from flexapi.mirror.disk.file import LockBusy
from flexapi.mirror.files import named, naming
from flexapi.web import page_data
from flexapi.web.views import PageView
from schedules.models import Schedule
from tasks.models import Task


class EditorView(PageView):
    """An editor of a YAML text; only the text for a user who may not change it."""

    template_name = "web/config.html"
    script = "web/js/editor/page.js"
    change_permission = ""
    heading: Any = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what is edited."""
        return super().get_context_data(**kwargs, heading=self.heading)

    def get_data(self) -> dict[str, Any]:
        """Where the text is read, checked and saved, and the names that completion offers."""
        config = mirror.mapping(mirror.current().document)
        templates = config.get("templates")
        return {
            "edits": self.request.user.has_perm(self.change_permission),
            "label": self.heading,
            "schema": reverse("config-schema"),
            "tasks": [task.name for task in Task.objects.only("name")],
            "templates": [str(name) for name in templates] if isinstance(templates, dict) else [],
            "within": [],
        }


def broken_config(user: Any) -> mirror.Problem | None:
    """Return why the config file does not parse, to a user who may mend it; None to others, and where it does."""
    if not (user.has_perm("mirror.change_configsection") and credentials.visible_to(user)):
        return None
    try:
        problem = mirror.refresh()
    except LockBusy:  # It is being written this very moment.
        return None
    return problem if problem is not None and problem.code == "broken" else None


class FileEditorView(EditorView):
    """A whole file: the config, or one that it names; each has a tab, and revisions of its own."""

    permission_required: Any = ("executions.view_execution", "mirror.view_configsection")
    change_permission = "mirror.change_configsection"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The tabs: the config, then the files that it names, those of secrets for who sees them."""
        shows_secrets = credentials.visible_to(self.request.user)
        chosen = self.kwargs.get("pk")
        files = [
            {
                "name": file.row.path,
                "url": reverse("edit_file", args=[file.row.pk]),
                "chosen": file.row.pk == chosen,
            }
            for file in named.all_named()
            if shows_secrets or not file.is_secret
        ]
        config = {
            "name": gettext("Config"),
            "url": reverse("edit_config"),
            "chosen": chosen is None,
        }
        return super().get_context_data(**kwargs, tabs=[config, *files] if files else [])


class ConfigEditorView(FileEditorView):
    """The whole config."""

    heading = gettext_lazy("Config")

    def get_data(self) -> dict[str, Any]:
        """The whole file; where it does not parse, as it stands there, with the line."""
        problem = broken_config(self.request.user)
        return {
            **super().get_data(),
            "url": reverse("config-broken" if problem else "config-list"),
            "check": reverse("config-check"),
            "broken": problem and {"detail": problem.detail, "line": problem.line},
            "revisions": reverse("config-revision-list"),
        }


class NamedFileEditorView(FileEditorView):
    """A file that the config names: included, of variables or of secrets."""

    permission_required = ("executions.view_execution", "mirror.view_configfile")
    change_permission = "mirror.change_configfile"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Find the file. Raises Http404, PermissionDenied."""
        found = named.find(kwargs["pk"])
        if found is None:
            raise Http404(gettext("The config names no such file."))
        if found.is_secret and not credentials.visible_to(self.request.user):
            raise PermissionDenied
        self.file = found
        self.heading = found.row.path
        return super().get_context_data(**kwargs, refusal=found.refusal)

    def get_data(self) -> dict[str, Any]:
        """The whole file."""
        key, data = [self.file.row.pk], super().get_data()
        return {
            **data,
            "url": reverse("config-file-detail", args=key),
            "edits": data["edits"] and not self.file.refusal,
            "check": reverse("config-file-check", args=key),
            "revisions": reverse("config-file-revisions", args=key),
            # Keys of what is included are plugins, as those of a task are.
            "within": ["tasks", ""] if naming.INCLUDE in self.file.roles else ["variables"],
        }


class NewTaskView(PageView):
    """A task that is made of a template; its script asks the API for the templates."""

    template_name = "web/new_task.html"
    permission_required = ("executions.view_execution", "tasks.add_task")
    script = "web/js/new_task.js"

    def get_data(self) -> dict[str, Any]:
        """Where things are, and whether FlexGet runs all tasks for want of schedules."""
        return {
            "endpoints": {
                **page_data.endpoints("task_templates", "tasks", "schedules"),
                "check": reverse("config-check"),
            },
            "hasDefault": Schedule.objects.filter(default=True).exists(),
        }


class TaskEditorView(EditorView):
    """One task."""

    permission_required = ("executions.view_execution", "tasks.view_task")
    change_permission = "tasks.change_task"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Find the task. Raises Http404."""
        name = str(kwargs["name"])
        if not Task.objects.filter(name=name).exists():
            raise Http404(gettext("There is no task {name}.").format(name=repr(name)))
        self.heading = name
        return super().get_context_data(**kwargs, back=reverse_name("task", "name", name))

    def get_data(self) -> dict[str, Any]:
        """The task's part of the file, which begins with its name."""
        name = self.heading
        return {
            **super().get_data(),
            "url": reverse_name("task-detail", "name", name),
            "check": f"{reverse('config-check')}?{urlencode({'task': name})}",
            "within": ["tasks"],
            "try": reverse_name("task-try-task", "name", name),
            "runs": page_data.runs_to_replay(self.request.user, name),
            "run": self.request.GET.get("run", ""),
        }
