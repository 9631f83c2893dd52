from typing import ClassVar

from django.apps import AppConfig

from executions import extensions
from flexapi.mirror import handlers


class SchedulesConfig(AppConfig):
    """When tasks run by themselves."""

    name = "schedules"
    verbose_name = "Schedules"
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "viewer": ["view_*"],
        "operator": ["run_schedule"],
        "editor": ["*"],
    }

    def ready(self) -> None:
        """Keep rows of the config's section `schedules`, and say which of them name a task."""
        from schedules import telling
        from schedules.admin import schedule_of
        from schedules.references import ScheduleReferences
        from schedules.rows import update_schedules

        handlers.register("schedules", update_schedules)
        handlers.register_references("schedules", ScheduleReferences())
        extensions.link("schedule", schedule_of)
        telling.register()
