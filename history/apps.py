from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_noop

from executions import extensions


class HistoryConfig(AppConfig):
    """What FlexGet took, when, and why."""

    name = "history"
    verbose_name = "History"
    engine_methods = "history.flexget"
    flexget_plugins = "history.flexget.plugins"
    role_permissions: ClassVar[dict[str, list[str]]] = {"viewer": ["view_*"], "editor": ["*"]}

    def ready(self) -> None:
        """Keep what runs report of the entries that they accepted, and lead there from executions."""
        from history import telling
        from history.admin import history_of
        from history.recording import record

        extensions.on_report("history", record)
        extensions.link(gettext_noop("history"), history_of)
        telling.register()
        extensions.on_end("taken", telling.on_end)
