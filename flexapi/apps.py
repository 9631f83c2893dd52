from typing import Any

from django.apps import AppConfig, apps

from flexapi import plugins


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
        from flexapi.api import server  # DRF may only be imported now.

        plugins.load(apps)
        server.register("plugins", plugin_report)


def plugin_report() -> list[dict[str, Any]]:
    """Return each plugin with its problem, and with why FlexGet's host lacks its methods ("" else)."""
    from flexapi.engine.shared import engine

    if not plugins.installed:
        return []
    missing = engine().missing_methods
    return [
        entry | {"engine_problem": missing.get(plugin.label, "")}
        for plugin, entry in zip(plugins.installed, plugins.report(), strict=True)
    ]
