"""Registers the endpoints of executions, and what `/api/server` says of the engine."""

from flexapi.api import server
from flexapi.api.router import router

from .status import engine_status
from .views import ExecutionViewSet

router.register("execution", ExecutionViewSet, basename="execution")
server.register("engine", engine_status)
