"""`tasks/execute/` and `inject/`: FlexAPI's executions, one for each task, and their streams."""

from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from executions.following.log_reader import View
from flexapi.api import inside
from flexapi.api.http.threads import run_sync

from .. import streams
from ..shapes import Refused, check
from .base import FlexGetView

# Members of the body that ask for a stream; each is a kind of part in it.
_STREAMED = {
    "progress": ("boolean", "Include task progress updates"),
    "summary": ("boolean", "Include task summary"),
    "entry_dump": ("boolean", "Include dump of entries including fields"),
}
_INJECTED = ("title", "url", "force", "accept", "fields")
_BODY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "tasks": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "uniqueItems": True,
        },
        **{name: {"type": kind} for name, (kind, _) in _STREAMED.items()},
        "inject": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "url": {"type": "string"},
                    "force": {"type": "boolean"},
                    "accept": {"type": "boolean"},
                    "fields": {"type": "object"},
                },
                "required": ["url"],
            },
        },
    },
    "required": ["tasks"],
}


class Parameters(FlexGetView):
    """The JSON Schema of what Execute takes."""

    needs = {"GET": "executions.view_execution"}
    tagged = True

    def get(self, request: Request) -> Response:
        described = self.ask("GET", "/api/execution/options").object["properties"]
        options = {name: _without_roles(option) for name, option in described.items()}
        own = {
            name: {"type": kind, "description": text} for name, (kind, text) in _STREAMED.items()
        }
        return Response(
            {
                "type": "object",
                "properties": {**options, **own, "tasks": _BODY["properties"]["tasks"]},
                "required": ["tasks"],
                "additionalProperties": False,
            }
        )


class Execute(FlexGetView):
    """Queue tasks; answer which, or a stream of what comes of them."""

    needs = {"POST": "executions.add_execution"}

    def post(self, request: Request) -> HttpResponseBase | Response:
        given = dict(check(request.data, _BODY))
        names = self._names(given.pop("tasks"))
        streamed = {name for name in _STREAMED if given.pop(name, False)}
        if given.get("loglevel"):
            streamed.add("log")
        if "inject" in given:
            given["inject"] = [_injected(item) for item in given["inject"]]
            if not given["inject"]:
                del given["inject"]
        # FlexGet takes `false` and null for what was not said.
        options = {name: value for name, value in given.items() if value not in (False, None)}
        queued = [self._queue(name, options) for name in names]
        tasks: dict[str, Any] = {"tasks": queued}
        if not streamed:
            return Response(tasks)
        view = View.of(request.user, level=str(given.get("loglevel") or ""))
        return streams.answer(request, self._parts(tasks, view, frozenset(streamed)))

    def _names(self, asked: list[str]) -> list[str]:
        """Return the tasks by their names in the file. Raises Refused where one is none.

        A token that is for running tasks sees none; of what it asks for, the execution itself says what it may not.
        """
        if not self.request.user.has_perm("tasks.view_task"):
            return asked
        known = {task["name"].lower(): task["name"] for task in self.every("/api/tasks")}
        for name in asked:
            if name.lower() not in known:
                raise Refused(404, f"task {name} does not exist")
        # In whatever case it is asked for, once.
        return list(dict.fromkeys(known[name.lower()] for name in asked))

    def _queue(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        queued = self.ask("POST", "/api/execution", {"tasks": [_literal(name)], **options})
        return {"id": queued.object["id"], "name": name}

    async def _parts(self, tasks: dict[str, Any], view: View, streamed: frozenset[str]) -> Any:
        yield tasks
        each = [self._of(task["id"], view, streamed) for task in tasks["tasks"]]
        async for part in streams.merged(each):
            yield part

    def _of(self, execution: int, view: View, streamed: frozenset[str]) -> Any:
        async def ending() -> list[streams.Part]:
            return await run_sync(self._ending, execution, streamed)

        return streams.of_execution(execution, view, streamed, ending)

    def _ending(self, execution: int, streamed: frozenset[str]) -> list[streams.Part]:
        """Return what is told of an execution that is over."""
        parts: list[streams.Part] = []
        if "entry_dump" in streamed:
            path = inside.path("execution", execution, "entries")
            dumped = [_dumped(entry) for entry in self.every(path)]
            parts.append({"entry_dump": dumped, "task_id": execution})
        if "summary" in streamed:
            found = self.ask("GET", inside.path("execution", execution)).object
            aborted = found["status"] != "complete"
            summary = {**found["summary"], "aborted": aborted}
            summary["abort_reason"] = found["abort_reason"]
            parts.append({"summary": summary, "task_id": execution})
        return parts


def _without_roles(option: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in option.items() if not name.startswith("x-")}


def _injected(item: dict[str, Any]) -> dict[str, Any]:
    """Return an entry to inject. Raises Refused without a title: FlexGet would ask the URL for one."""
    if not item.get("title"):
        raise Refused(400, "Give the entry a title; FlexAPI asks no URL for one.")
    return {name: item[name] for name in _INJECTED if item.get(name) is not None}


def _literal(name: str) -> str:
    """Return a pattern that matches the name of one task alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _dumped(entry: dict[str, Any]) -> dict[str, Any]:
    names = ("title", "url", "original_url", "state", "reason", "task")
    return {name: entry[name] for name in names}
