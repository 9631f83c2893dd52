"""`tasks/…`: FlexAPI's own tasks, by the names that they have in the file."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from executions.following.queue import queued
from flexapi.api import inside
from flexapi.api.parameters import flag

from .. import defaults
from ..shapes import Refused, check, message
from .base import FlexGetView

TASK = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "config": {"type": "object"}},
    "required": ["name", "config"],
    "additionalProperties": False,
}


class Tasks(FlexGetView):
    """The tasks that are enabled."""

    needs = {"GET": "tasks.view_task", "POST": "tasks.add_task"}
    tagged = True

    def get(self, request: Request) -> HttpResponse:
        with_config = flag(request, "include_config", default=True)
        return self.of_config(self._configs if with_config else self._names, with_config)

    def _names(self) -> list[str]:
        return [task["name"] for task in self.every("/api/tasks") if task["enabled"]]

    def _configs(self) -> list[dict[str, Any]]:
        tasks = {task["name"]: task for task in self.every("/api/tasks") if task["enabled"]}
        configs = {name: task["config"] for name, task in tasks.items()}
        shown = defaults.filled({"tasks": configs})["tasks"]
        return [{"name": name, "config": shown[name]} for name in tasks]

    def post(self, request: Request) -> Response:
        new = check(request.data, TASK)
        refused = {409: (409, "task already exists")}
        added = self.ask("POST", "/api/tasks", new, refused=refused)
        return Response(_shown(added.object), 201)


class Task(FlexGetView):
    """One task; a disabled one by its name in the file, which begins with an underscore."""

    needs = {
        "GET": "tasks.view_task",
        "PUT": "tasks.change_task",
        "DELETE": "tasks.delete_task",
    }
    tagged = True

    def get(self, request: Request, name: str) -> HttpResponse:
        def shown() -> dict[str, Any]:
            return {"name": name, "config": _filled(self._config(name))}

        return self.of_config(shown, name)

    def put(self, request: Request, name: str) -> Response:
        wanted = check(request.data, TASK)
        stands = self._config(name)
        body = {"config": defaults.without(wanted["config"], _filled(stands), stands)}
        if wanted["name"] != name:
            body["name"] = wanted["name"]
        self._ask("PUT", name, body)
        return Response({"name": wanted["name"], "config": wanted["config"]})

    def delete(self, request: Request, name: str) -> Response:
        self._ask("DELETE", name)
        return message("successfully deleted task")

    def _config(self, name: str) -> dict[str, Any]:
        """Return the config of a task as it stands in the file. Raises Refused."""
        # FlexAPI's list is kept and quicker than a task by itself, which comes with its runs.
        for task in self.every("/api/tasks"):
            if name == (task["name"] if task["enabled"] else f"_{task['name']}"):
                config: dict[str, Any] = task["config"]
                return config
        raise Refused(404, f"task `{name}` not found")

    def _ask(self, method: str, name: str, data: Any = None) -> inside.Answer:
        missing = "task does not exist" if method == "DELETE" else f"task `{name}` not found"
        refused = {404: (404, missing)}
        if method == "PUT" and data is not None and "name" in data:
            refused[409] = (400, "cannot rename task as it already exist")
        return self.ask(method, inside.path("tasks", name), data, refused=refused)


class Queue(FlexGetView):
    """What runs, and what waits."""

    needs = {"GET": "executions.view_execution"}

    def get(self, request: Request) -> Response:
        tasks = [
            {
                "id": execution["id"],
                "name": name,
                "current_phase": execution["current_phase"] or None,
                "current_plugin": execution["current_plugin"] or None,
            }
            for execution in queued()
            for name in execution["tasks"] or [execution["current_task"] or "*"]
        ]
        return Response(sorted(tasks, key=lambda task: task["current_phase"] is None))


def _filled(config: dict[str, Any]) -> dict[str, Any]:
    """Return the config of a task with FlexGet's defaults; its name says nothing of them."""
    shown: dict[str, Any] = defaults.filled({"tasks": {"task": config}})["tasks"]["task"]
    return shown


def _shown(task: dict[str, Any]) -> dict[str, Any]:
    return {"name": task["name"], "config": task["config"]}
