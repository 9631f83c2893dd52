"""Registers the endpoints of executions, and what `/api/server` says of the engine."""

from flexapi.api import search
from flexapi.api.router import router
from flexapi.api.status import server, summary

from .finding import find
from .searching.views import LogViewSet
from .statistics.views import StatisticsViewSet
from .status import engine_status, failed_lately, pending, running, workers
from .views import ExecutionViewSet

router.register("execution", ExecutionViewSet, basename="execution")
router.register("log", LogViewSet, basename="log")
router.register_view("statistics", StatisticsViewSet.as_view({"get": "figures"}), name="statistics")
search.register("execution", find, "executions.view_execution")
server.register("engine", engine_status)
server.register("workers", workers)
summary.register("running", running, "executions.view_execution")
summary.register("pending", pending, "executions.view_execution")
summary.register("failed_lately", failed_lately, "executions.view_execution")
