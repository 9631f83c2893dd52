"""What happens to the database before it is migrated: one of a newer FlexAPI is refused, an older one is copied.

Migrations are not undone. Whoever goes back to the version before puts the copy in the database's place.
"""

import contextlib
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from flexapi import plugins
from flexapi.backup import databases
from flexapi.backup.contents import BackupError

logger = logging.getLogger("flexapi")

FOLDER = "before-upgrades"
# Copies that are kept.
KEPT = 3

Migration = tuple[str, str]


class NewerDatabase(Exception):
    """The database was migrated by a newer FlexAPI."""

    def __init__(self, migration: str) -> None:
        super().__init__(
            f"The database is of a newer FlexAPI (it knows {migration}). Install that version again, or put a copy "
            f"from before the upgrade in its place: {settings.DATA_DIR / FOLDER}, or a backup."
        )


def known_migrations() -> dict[Migration, list[Migration]]:
    """Return the migrations of all apps but plugins', each with those that it replaces.

    Plugins' are left to who migrates them (`plugins.migrate`): theirs may not even be importable.
    """
    known = {}
    plugin_labels = {plugin.label for plugin in plugins.installed}
    for app in apps.get_app_configs():
        if app.label in plugin_labels or find_spec(f"{app.name}.migrations") is None:
            continue
        package = import_module(f"{app.name}.migrations")
        for module in iter_modules(package.__path__):
            migration = import_module(f"{package.__name__}.{module.name}").Migration
            known[app.label, module.name] = list(migration.replaces)
    return known


def unknown_migration(applied: Iterable[Sequence[str]]) -> str | None:
    """Return the first of these migrations, as `app.name`, that this version doesn't know; None where it knows all.

    Of an app that isn't installed, or is a plugin's, nothing can be said, and nothing is lost.
    """
    known = known_migrations()
    all_known = {*known, *(old for replaced in known.values() for old in replaced)}
    labels = {label for label, _ in known}
    unknown = (
        (label, name)
        for label, name in applied
        if label in labels and (label, name) not in all_known
    )
    return next((".".join(one) for one in unknown), None)


def prepare() -> None:
    """Do what has to be done before the database is migrated; nothing to one that is new or up to date.

    Raises NewerDatabase; BackupError, OSError where the copy can't be made: then nothing is migrated.
    """
    applied = MigrationRecorder(connection).applied_migrations()
    if newer := unknown_migration(applied):
        raise NewerDatabase(newer)
    if applied and any(
        one not in applied and not (replaced and set(replaced) <= applied.keys())
        for one, replaced in known_migrations().items()
    ):
        _copy()


def _copy() -> None:
    """Copy the database of one machine; who serves on PostgreSQL has backups of their own."""
    if settings.DATABASE_URL:
        logger.info("The database is migrated to this version now. A backup is the way back.")
        return
    folder: Path = settings.DATA_DIR / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    source = Path(settings.DATABASES["default"]["NAME"])
    target = folder / f"flexapi-{datetime.now():%Y-%m-%d-%H%M%S}.sqlite3"
    try:
        databases.copy_sqlite(source, target)
        target.chmod(0o600)
    except (BackupError, OSError):
        with contextlib.suppress(OSError):
            target.unlink(missing_ok=True)
        raise
    logger.info("The database is migrated to this version now; as it was, it is in %s.", target)
    for old in sorted(folder.glob("flexapi-*.sqlite3"))[:-KEPT]:
        old.unlink()
