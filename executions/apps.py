"""The app of executions: runs of FlexGet tasks, their logs and what became of their entries."""

from typing import ClassVar

from django.apps import AppConfig


class ExecutionsConfig(AppConfig):
    """FlexGet runs: queued, running and ended."""

    name = "executions"
    verbose_name = "Executions"
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "viewer": ["view_*"],
        "operator": ["add_execution", "abort_execution"],
        "editor": ["*"],
    }
