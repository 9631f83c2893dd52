"""Registers the endpoints of executions."""

from flexapi.api.router import router

from .views import ExecutionViewSet

router.register("execution", ExecutionViewSet, basename="execution")
