from django.apps import AppConfig

from flexapi.mirror import handlers


class TasksConfig(AppConfig):
    """FlexGet's tasks."""

    name = "tasks"
    verbose_name = "Tasks"
    role_permissions = {"viewer": ["view_*"], "editor": ["*"]}

    def ready(self) -> None:
        """Keep rows of the config's section `tasks`."""
        from tasks.index import index_tasks

        handlers.register("tasks", index_tasks)
