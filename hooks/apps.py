"""The app of webhooks in."""

from typing import ClassVar

from django.apps import AppConfig


class HooksConfig(AppConfig):
    """Doors for programs that tell of something: what they send becomes entries of a task, or movies of the queue."""

    name = "hooks"
    verbose_name = "Webhooks in"
    role_permissions: ClassVar[dict[str, list[str]]] = {"viewer": ["view_*"], "editor": ["*"]}

    def ready(self) -> None:
        """Hear of tasks that get another name."""
        from tasks.signals import renamed

        from .models import on_renamed

        renamed.connect(on_renamed)
