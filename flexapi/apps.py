from typing import Any

from django.apps import AppConfig, apps

from flexapi import plugins
from flexapi.engine import instance


class FlexapiConfig(AppConfig):
    """The project itself: its management commands, and the plugins.

    It is the first app, so that a plugin that fails is gone before Django comes to it.
    """

    name = "flexapi"

    def import_models(self) -> None:
        """Import the models of plugins, or leave them out."""
        super().import_models()
        plugins.import_models(apps)

    def ready(self) -> None:
        """Load the rest of the plugins; say on `/api/server` how it went."""
        from flexapi.api.status import server  # DRF may only be imported now.

        plugins.load(apps)
        instance.bring(parts_in_flexget)
        server.register("plugins", plugin_report)


def parts_in_flexget() -> tuple[dict[str, str], dict[str, str]]:
    """Return the modules of methods and the packages of FlexGet plugins of all apps."""
    return (
        plugins.parts_in_flexget(apps, "engine_methods"),
        plugins.parts_in_flexget(apps, "flexget_plugins"),
    )


def plugin_report() -> list[dict[str, Any]]:
    """Return each plugin with its problem, and with why FlexGet's host lacks its methods ("" else)."""
    from flexapi.engine.instance import engine

    if not plugins.installed:
        return []
    missing = engine().missing_methods
    return [
        entry | {"engine_problem": missing.get(plugin.label, "")}
        for plugin, entry in zip(plugins.installed, plugins.report(), strict=True)
    ]
