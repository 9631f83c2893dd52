"""What `/api/server` says of disks and databases."""

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext

from flexapi.api.status.server import Unavailable
from flexapi.paths import flexget_database


def storage() -> dict[str, Any]:
    """Return the room on the disks of our data and of the config, and how large both databases are, in bytes.

    `{"disks": [{"path", "free", "total"}, …], "databases": {"flexapi" | "flexget": {"kind": "sqlite" | "postgresql",
    "size": bytes or null where that isn't known}}}`. Raises Unavailable where a folder can't be looked at.
    """
    config = Path(settings.FLEXGET_CONFIG)
    own = connection.vendor
    in_postgresql = bool(settings.FLEXGET_DATABASE_URL)
    try:
        flexget = None if in_postgresql else _size(flexget_database(config))
        return {
            "disks": _disks(Path(settings.DATA_DIR), config.parent),
            "databases": {
                "flexapi": {"kind": own, "size": _own_size()},
                "flexget": {"kind": "postgresql" if in_postgresql else "sqlite", "size": flexget},
            },
        }
    except OSError as error:
        raise Unavailable(
            gettext("Not known: {strerror}.").format(strerror=error.strerror)
        ) from error


def _disks(*folders: Path) -> list[dict[str, Any]]:
    """Return each disk once, by the first of the folders on it."""
    found: dict[int, dict[str, Any]] = {}
    for folder in folders:
        usage = shutil.disk_usage(folder)
        about = {"path": str(folder), "free": usage.free, "total": usage.total}
        found.setdefault(folder.stat().st_dev, about)
    return list(found.values())


def _own_size() -> int | None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            size: int = cursor.fetchone()[0]
            return size
    return _size(Path(connection.settings_dict["NAME"]))


def _size(path: Path) -> int | None:
    """The size of a SQLite database with what its log holds; None where there is none."""
    if not path.exists():
        return None
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)
