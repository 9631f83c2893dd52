"""`schedules/…`: FlexAPI's own schedules, as the file has them, with ids that stay."""

from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api import inside

from ..shapes import Refused, check, message
from .base import FlexGetView

_OFF = "Schedules are disables in config"
_UNSEEN = "You may not do this: it needs the permission mirror.view_configsection."
_OBJECT = {"type": "object"}


class SchedulesView(FlexGetView):
    """What both have in common."""

    needs = {
        "GET": "schedules.view_schedule",
        "POST": "schedules.add_schedule",
        "PUT": "schedules.change_schedule",
        "DELETE": "schedules.delete_schedule",
    }
    tagged = True

    def listed(self) -> list[dict[str, Any]]:
        """Return the schedules in the order of the file. Raises Refused where the config switches them off.

        To FlexGet's API a config without the section has none, though all tasks run hourly by it.
        """
        section = inside.ask(self.request, "GET", "/api/config/schedules")
        if section.status == 404:
            return []
        if section.failed:
            raise PermissionDenied(_UNSEEN)
        written = section.object["config"]
        if written is False:
            raise Refused(409, _OFF)
        found = []
        for schedule in self.every("/api/schedules"):
            place = schedule["position"]
            entry = written[place] if isinstance(written, list) else _entry(schedule)
            found.append({**entry, "id": schedule["id"], "_next": schedule["next_run"]})
        return found


class Schedules(SchedulesView):
    """All of them."""

    def get(self, request: Request) -> HttpResponse:
        return self.of_config(lambda: [_without_next(schedule) for schedule in self.listed()])

    def post(self, request: Request) -> Response:
        new = check(request.data, _OBJECT)
        self.listed()
        added = self.ask("POST", "/api/schedules", new)
        return Response({**new, "id": added.object["id"]}, 201)


class Schedule(SchedulesView):
    """One of them; with the time of its next run, which FlexGet promises."""

    def get(self, request: Request, pk: str) -> Response:
        for schedule in self.listed():
            if schedule["id"] == int(pk):
                return Response(_without_next(schedule) | {"next_run_time": schedule["_next"]})
        raise Refused(404, f"schedule {pk} not found")

    def put(self, request: Request, pk: str) -> Response:
        wanted = {**check(request.data, _OBJECT)}
        wanted.pop("id", None)
        self._ask("PUT", pk, wanted)
        return Response({**wanted, "id": int(pk)}, 201)

    def delete(self, request: Request, pk: str) -> Response:
        self._ask("DELETE", pk)
        return message(f"schedule {pk} successfully deleted")

    def _ask(self, method: str, pk: str, data: Any = None) -> None:
        self.listed()
        refused = {404: (404, f"schedule {pk} not found")}
        self.ask(method, inside.path("schedules", pk), data, refused=refused)


def _entry(schedule: dict[str, Any]) -> dict[str, Any]:
    """FlexGet's default, which stands nowhere in the file."""
    return {
        key: schedule[key] for key in ("tasks", "interval", "schedule") if schedule[key] is not None
    }


def _without_next(schedule: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schedule.items() if name != "_next"}
