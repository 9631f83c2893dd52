"""The page of schedules."""

from typing import Any

from flexapi import time_zone
from flexapi.web import page_data
from flexapi.web.views import PageView
from tasks.models import Task


class SchedulesView(PageView):
    """When tasks run by themselves, and the runs of the coming two days; its script asks the API."""

    template_name = "web/schedules.html"
    permission_required = ("executions.view_execution", "schedules.view_schedule")
    script = "web/js/schedules.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the zone of the clock that schedules go by."""
        return super().get_context_data(**kwargs, zone=time_zone.zone())

    def get_data(self) -> dict[str, Any]:
        """Where schedules are read, and the tasks to choose from."""
        tasks = Task.objects.filter(enabled=True).values_list("name", flat=True)
        return {"endpoints": page_data.endpoints("schedules"), "tasks": list(tasks)}
