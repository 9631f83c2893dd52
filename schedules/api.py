"""Registers the endpoints of schedules, and what `/api/server` says of the scheduler."""

from flexapi.api import server
from flexapi.api.router import router
from schedules.report import report
from schedules.views import ScheduleViewSet

router.register("schedules", ScheduleViewSet, basename="schedule")
server.register("scheduler", report)
