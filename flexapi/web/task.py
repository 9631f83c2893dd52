"""The page of a task."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext

from executions.serializers import results_for
from flexapi.api.free_names import reverse_name
from flexapi.web import page_data
from flexapi.web.views import PageView
from tasks.models import Task

_HISTORY = "history.view_historyentry"
# Those of its runs that are shown.
RUNS = 50


class TaskView(PageView):
    """What a task is, how its runs ended and what they took; what else there is and what changes, its script asks the API."""

    template_name = "web/task.html"
    permission_required = ("executions.view_execution", "tasks.view_task")
    script = "web/js/task.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Find the task, by its name or its key in the file. Raises Http404."""
        name = str(kwargs["name"])
        found = Task.objects.named(name)
        if found is None:
            raise Http404(gettext("There is no task {name}.").format(name=repr(name)))
        self.task = found
        return super().get_context_data(**kwargs, task=found)

    def get_data(self) -> dict[str, Any]:
        """Where things are read; what FlexGet calls the task, by which runs ask for it."""
        name, user = self.task.name, self.request.user
        results = self.task.results()
        return {
            "runs": {
                "items": results_for(user, results[:RUNS]),
                "count": results.count(),
            },
            "most": RUNS,
            "task": {"name": name, "key": self.task.key, "enabled": self.task.enabled},
            "edit": reverse_name("edit_task", "name", name),
            "tasks": reverse("tasks"),
            "endpoints": {
                **page_data.endpoints("tasks", "execution"),
                "task": reverse_name("task-detail", "name", name),
                "merged": reverse_name("task-merged", "name", name),
                "results": reverse_name("task-results", "name", name),
                "try": reverse_name("task-try-task", "name", name),
                **(page_data.endpoints("history") if user.has_perm(_HISTORY) else {}),
            },
        }
