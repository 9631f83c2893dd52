"""Registers the endpoints of schedules, and what the server and tasks say of them."""

from flexapi.api.router import router
from flexapi.api.status import server, summary
from schedules.status import TaskScheduleSerializer, next_schedules, scheduler_status, schedules_of
from schedules.views import ScheduleViewSet
from tasks import details

router.register("schedules", ScheduleViewSet, basename="schedule")
server.register("scheduler", scheduler_status)
summary.register("next_schedules", next_schedules, "schedules.view_schedule")
details.register("schedules", schedules_of, TaskScheduleSerializer(many=True, read_only=True))
