"""Versions of the tables of FlexGet's plugins, where they were made and the version was not stored."""

from typing import Any

from flexget import db_schema
from flexget.manager import Base
from loguru import logger
from sqlalchemy import Engine, inspect, select

logger = logger.bind(name="schema")


def set_missing_versions(engine: Engine) -> None:
    """Store the version of plugins whose tables are there, whole and as this FlexGet makes them, without one.

    They were made while another FlexGet held the lock, or the process ended in between. FlexGet would see to an upgrade
    in each run and never make it. FlexGet's lock must be held.
    """
    schema = db_schema.PluginSchema
    with engine.connect() as connection:
        known = set(connection.execute(select(schema.plugin)).scalars())
    missing = db_schema.plugin_schemas.keys() - known
    if not missing:
        return
    inspector = inspect(engine)
    there = set(inspector.get_table_names())
    for plugin in missing:
        info = db_schema.plugin_schemas[plugin]
        if all(name in there and _is_current(inspector, name) for name in info["tables"]):
            logger.info(
                "Stored the missing version {} of the tables of {}.", info["version"], plugin
            )
            db_schema.set_version(plugin, info["version"])


def _is_current(inspector: Any, table: str) -> bool:
    found = {column["name"] for column in inspector.get_columns(table)}
    return found == {column.name for column in Base.metadata.tables[table].columns}
