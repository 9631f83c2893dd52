"""Care for FlexGet's tables, as `flexget database` does it: cleaned up, vacuumed, those of one plugin made again."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flexget.db_schema import PluginSchema, plugin_schemas
from flexget.manager import Base
from loguru import logger
from sqlalchemy import MetaData, Table
from sqlalchemy.schema import DropTable

from flexapi.engine import protocol
from flexapi.engine.host.errands import alone, errand
from flexapi.engine.host.manager import ConfigInvalid, WarmManager
from flexapi.engine.host.transactions import Params, on_database, or_not_found
from flexapi.engine.protocol import RpcError

from .tables import Json


def plugins(manager: WarmManager, params: Params) -> Json:
    """Return a page of the plugins that have tables: `{"count", "items": [{"name", "version", "tables"}]}`."""
    found = [
        {"name": name, "version": schema["version"], "tables": sorted(schema["tables"])}
        for name, schema in sorted(plugin_schemas.items())
    ]
    first = params["offset"]
    return {"count": len(found), "items": found[first : first + params["limit"]]}


@errand
def cleanup(manager: WarmManager, params: Params) -> Json:
    """Have each plugin delete what it needs no longer; return `{"log", "seconds"}`."""
    with _told() as told, alone(manager):
        try:
            manager.enter_run(None)
        except ConfigInvalid as error:
            # Plugins forget what belongs to tasks that the config doesn't have.
            message = (
                f"Nothing was done, because a cleanup goes by the tasks of the config. {error}"
            )
            raise RpcError(protocol.CONFLICT, message) from error
        try:
            manager.db_cleanup(force=True)
        finally:
            manager.leave_run()
    return told()


@errand
def vacuum(manager: WarmManager, params: Params) -> Json:
    """Give the disk back what deleted rows left; return `{"log", "seconds", "bytes_before", "bytes_after"}`."""
    with _told() as told, alone(manager), manager.database.lock("state"):
        manager.prepare_database()
        before = manager.database.size(manager)
        manager.database.vacuum(manager)
        after = manager.database.size(manager)
    return {**told(), "bytes_before": before, "bytes_after": after}


@errand
def reset(manager: WarmManager, params: Params) -> Json:
    """Make the tables of the plugin `params["plugin"]` again, empty; return `{"log", "seconds"}`."""
    name = params["plugin"]
    or_not_found(plugin_schemas.get(name), f"FlexGet has no plugin {name} with tables of its own.")
    with _told() as told, alone(manager), manager.database.lock("state"):
        manager.prepare_database()
        _reset(manager, params)
        # The version of the new ones.
        manager.prepare_database()
        logger.info("The tables of {} were made again: {}.", name, ", ".join(_tables(name)))
    return told()


@on_database
def _reset(session: Any, params: Params) -> None:
    """As FlexGet's `reset_schema`, which looks at each table in a way that PostgreSQL doesn't take from FlexGet."""
    name = params["plugin"]
    connection = session.connection()
    for table in _tables(name):
        connection.execute(DropTable(Table(table, MetaData()), if_exists=True))
    session.query(PluginSchema).filter(PluginSchema.plugin == name).delete()
    Base.metadata.create_all(bind=connection)


def _tables(name: str) -> list[str]:
    return sorted(plugin_schemas[name]["tables"])


@contextmanager
def _told() -> Iterator[Callable[[], Json]]:
    """Keep what is logged; what this gives returns `{"log": [{"level", "plugin", "message"}], "seconds"}`."""
    began = time.monotonic()
    lines: list[Json] = []

    def keep(message: Any) -> None:
        record = message.record
        plugin, level = record["extra"].get("name", ""), record["level"].name
        lines.append({"level": level, "plugin": plugin, "message": record["message"]})

    sink = logger.add(keep, level="VERBOSE", format="{message}", backtrace=False, diagnose=False)
    try:
        yield lambda: {"log": lines, "seconds": round(time.monotonic() - began, 2)}
    finally:
        logger.remove(sink)


METHODS = {
    "database.plugins": plugins,
    "database.cleanup": cleanup,
    "database.vacuum": vacuum,
    "database.reset": reset,
}
