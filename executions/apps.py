"""The app of executions: runs of FlexGet tasks, their logs and what became of their entries."""

from typing import ClassVar

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_delete, pre_delete

from .following import announcements
from .signals import ended, queue_changed


class ExecutionsConfig(AppConfig):
    """FlexGet runs: queued, running and ended."""

    name = "executions"
    verbose_name = "Executions"
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "viewer": ["view_*"],
        "operator": ["add_execution", "abort_execution"],
        "editor": ["*"],
    }

    def ready(self) -> None:
        """Let those who watch know at once what was queued and what was aborted in the queue; count."""
        # It needs the models.
        from . import counts, extensions, kept_entries, metrics, telling, trials
        from .models import Execution
        from .statistics import counting

        metrics.register()
        pre_delete.connect(counts.on_deleting, sender=Execution)
        post_delete.connect(counts.on_deleted, sender=Execution)
        extensions.on_report("kept_entries", kept_entries.record)
        ended.connect(trials.on_ended)
        telling.register()
        extensions.on_end("telling", telling.on_end)
        extensions.on_end("statistics", counting.on_end)
        queue_changed.connect(announcements.on_queue_changed)
        if settings.REDIS_URL:
            # Celery takes half a second to load, so one machine does without.
            from .running import delivery

            queue_changed.connect(delivery.on_queue_changed)
