"""The pages on which the config, or one task of it, is edited as YAML."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from flexapi.api.free_names import reverse_name
from flexapi.mirror import mirror
from flexapi.web import page_data
from flexapi.web.views import PageView
from tasks.models import Task


class EditorView(PageView):
    """An editor of a YAML text; only the text for a user who may not change it."""

    template_name = "web/config.html"
    script = "web/js/editor/page.js"
    change_permission = ""
    heading = ""

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


class ConfigEditorView(EditorView):
    """The whole config."""

    permission_required = ("executions.view_execution", "mirror.view_configsection")
    change_permission = "mirror.change_configsection"
    heading = "Config"

    def get_data(self) -> dict[str, Any]:
        """The whole file."""
        return {
            **super().get_data(),
            "url": reverse("config-list"),
            "check": reverse("config-check"),
        }


class TaskEditorView(EditorView):
    """One task."""

    permission_required = ("executions.view_execution", "tasks.view_task")
    change_permission = "tasks.change_task"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Find the task. Raises Http404."""
        name = str(kwargs["name"])
        if not Task.objects.filter(name=name).exists():
            raise Http404(f"There is no task {name!r}.")
        self.heading = name
        return super().get_context_data(**kwargs, back=reverse("tasks"))

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
