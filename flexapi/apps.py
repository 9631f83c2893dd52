from typing import Any

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from flexapi import background, names, own_packages, plugins
from flexapi.engine import instance
from flexapi.registry import Registry, bringing


class FlexapiConfig(AppConfig):
    """The project itself: its management commands, and the plugins.

    It is the first app, so that a plugin that fails is gone before Django comes to it.
    """

    name = "flexapi"

    def __init__(self, *args: Any) -> None:
        """Made before any other app is imported: see that these are ours."""
        if found := own_packages.clashes():
            raise ImproperlyConfigured(own_packages.complaint(found))
        super().__init__(*args)

    def import_models(self) -> None:
        """Import the models of plugins, or leave them out."""
        super().import_models()
        plugins.import_models(apps)

    def ready(self) -> None:
        """Load the rest of the plugins; say on `/api/server` how it went."""
        from flexapi import checks  # noqa: F401 (it registers them)
        from flexapi.api.status import server  # DRF may only be imported now.

        plugins.load(apps)
        for config in apps.get_app_configs():
            names.translate(config)
        _read_declarations()
        server.register("plugins", plugin_status)
        server.register("loops", loop_status)


def _read_declarations() -> None:
    """Take in what AppConfigs say by attributes."""
    from flexapi.api.accounts import roles

    attributes: dict[str, Registry[str, Any]] = {
        "engine_methods": instance.method_modules,
        "flexget_plugins": instance.plugin_packages,
        "role_permissions": roles.declarations,
    }
    names = {plugin.label: plugin.name for plugin in plugins.working()}
    for config in apps.get_app_configs():
        with bringing(names.get(config.label, "")):
            for attribute, registry in attributes.items():
                if hasattr(config, attribute):
                    registry.add(config.label, getattr(config, attribute))


def loop_status() -> list[dict[str, Any]]:
    """Return how each loop of this process is, and each handler of the mirror.

    As `flexapi.background.Health.status` tells it, without the credentials that a reason may quote, and with `help`: where
    the documentation says what to do, null where it runs.
    """
    from flexapi.api.status.help import troubleshooting
    from flexapi.mirror.store import rows

    loops = [loop.health.status() for loop in background.running()] + rows.status()
    help_url = troubleshooting("loops")
    return [
        entry
        | {
            "reason": _without_credentials(entry["reason"]),
            "help": None if entry["state"] == "running" else help_url,
        }
        for entry in loops
    ]


def _without_credentials(reason: str) -> str:
    from flexapi.mirror import credentials, mirror

    if not reason:
        return ""
    try:
        data = mirror.current().data
    except DatabaseError:
        # What is secret can't be told now; the kind of the error never is.
        return reason.partition(":")[0]
    return credentials.mask_message(reason, (), data)


def plugin_status() -> list[dict[str, Any]]:
    """Return each plugin with its problem, and with why FlexGet's host lacks its methods ("" else), and where to read on."""
    from flexapi.api.status.help import troubleshooting
    from flexapi.engine.instance import engine

    if not plugins.installed:
        return []
    missing = engine().missing_methods
    entries = [
        entry | {"engine_problem": missing.get(plugin.label, "")}
        for plugin, entry in zip(plugins.installed, plugins.status(), strict=True)
    ]
    help_url = troubleshooting("plugins")
    return [
        entry | {"help": help_url if entry["problem"] or entry["engine_problem"] else ""}
        for entry in entries
    ]
