"""Methods of the tests' host: FlexGet's check as FlexGet does it, and a plugin that comes late."""

from typing import Any

from flexget import config_schema
from flexget.plugin import plugins

from flexapi.engine.host import methods
from flexapi.engine.host.manager import WarmManager
from flexapi.engine.host.transactions import Method, Params


def validate(manager: WarmManager, params: Params) -> list[dict[str, Any]]:
    """As the host's own method, with references resolved again each time."""
    kept = config_schema.Registry
    config_schema.Registry = kept.plain
    try:
        return methods.validate(manager, params)
    finally:
        config_schema.Registry = kept


def change_schema(manager: WarmManager, params: Params) -> None:
    """Have the plugin `params["plugin"]` take `params["schema"]`."""
    config_schema.register_schema(plugins[params["plugin"]].schema_id, params["schema"])


METHODS: dict[str, Method] = {"validate": validate, "change_schema": change_schema}
