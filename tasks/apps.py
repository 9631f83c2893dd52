from django.apps import AppConfig

from executions import queues
from flexapi.mirror import handlers


class TasksConfig(AppConfig):
    """FlexGet's tasks."""

    name = "tasks"
    verbose_name = "Tasks"
    engine_methods = "tasks.flexget"
    role_permissions = {"viewer": ["view_*"], "editor": ["*"]}

    def ready(self) -> None:
        """Keep rows of the config's section `tasks`; tell which queue a task belongs to."""
        from tasks.merged import check_config, check_included
        from tasks.models import Task
        from tasks.rows import update_tasks

        handlers.register("tasks", update_tasks)
        handlers.register_included_check("tasks", check_included)
        handlers.register_config_check("tasks", check_config)
        queues.resolve_with(Task.objects.shares)
