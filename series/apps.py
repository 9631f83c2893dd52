"""The app of series: FlexGet's own, read and changed through its process."""

from typing import ClassVar

from django.apps import AppConfig


class SeriesConfig(AppConfig):
    """The shows that FlexGet knows. It has no tables."""

    name = "series"
    verbose_name = "Series"
    engine_methods = "series.flexget"
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "viewer": ["view_*"],
        "operator": ["add_show", "change_show"],
        "editor": ["*"],
    }
