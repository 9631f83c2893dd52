"""Versions of the tables of FlexGet's plugins, where they were made and the version was not stored."""

from typing import Any

from flexget import db_schema
from flexget.manager import Base, Session
from loguru import logger
from sqlalchemy import Connection, Engine, inspect, select

logger = logger.bind(name="schema")


def set_missing_versions(database: Engine | Connection) -> None:
    """Store the version of plugins whose tables are there, whole and as this FlexGet makes them, without one.

    They were made while another FlexGet held the lock, or the process ended in between. FlexGet would see to an upgrade
    in each run and never make it. FlexGet's sessions must work with `database`, and its lock be held.
    """
    for plugin in _without_version(inspect(database)):
        version = db_schema.plugin_schemas[plugin]["version"]
        logger.info("Stored the missing version {} of the tables of {}.", version, plugin)
        db_schema.set_version(plugin, version)


def _without_version(inspector: Any) -> list[str]:
    with Session() as session:
        known = set(session.scalars(select(db_schema.PluginSchema.plugin)))
    missing = db_schema.plugin_schemas.keys() - known
    there = set(inspector.get_table_names()) if missing else set()
    return [
        plugin
        for plugin in sorted(missing)
        if all(
            table in there and _is_current(inspector, table)
            for table in db_schema.plugin_schemas[plugin]["tables"]
        )
    ]


def _is_current(inspector: Any, table: str) -> bool:
    found = {column["name"] for column in inspector.get_columns(table)}
    return found == {column.name for column in Base.metadata.tables[table].columns}
