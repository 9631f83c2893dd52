"""`manage.py move_database`: FlexAPI's own SQLite database into PostgreSQL."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor

from flexapi import data_folder
from flexapi.text import storable_all

# The alias of the SQLite file.
SOURCE = "moved"
# Rows in one statement.
BATCH = 1000
# What somebody, and not the migrations, has put into a database: where there is none of it, it is empty.
SIGNS_OF_LIFE = ("mirror.ConfigRevision", "executions.Execution", "history.HistoryEntry")


class Command(BaseCommand):
    help = (
        "Move users, tokens, revisions, executions, history and movie queue from FlexAPI's SQLite file into "
        "the PostgreSQL of FLEXAPI_DATABASE_URL. The file is only read; either all is moved or nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from",
            dest="source",
            type=Path,
            help="the SQLite file; by default the one in the data folder",
        )
        parser.add_argument(
            "--replace", action="store_true", help="throw away what is in PostgreSQL already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DATABASE_URL:
            raise CommandError("Set FLEXAPI_DATABASE_URL to where the data is to go.")
        source = options["source"] or settings.DATA_DIR / "flexapi.sqlite3"
        if not source.is_file():
            raise CommandError(f"There is no {source}; --from names the file.")
        try:
            with data_folder.claim(source.parent), _opened(source):
                call_command("migrate", verbosity=0, interactive=False)
                self._check(replace=options["replace"])
                moved = self._move()
        except data_folder.FolderInUse as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"Nothing was moved: {error}") from error
        self.stdout.write(f"Moved {moved} rows from {source}. The file is as it was.")

    def _check(self, *, replace: bool) -> None:
        """Raise CommandError where the file is of another version, or the target is in use."""
        executor = MigrationExecutor(connections[SOURCE])
        targets = executor.loader.graph.leaf_nodes()
        if executor.migration_plan(targets) or executor.loader.applied_migrations.keys() - set(
            executor.loader.disk_migrations
        ):
            raise CommandError(
                "The file is of another version of FlexAPI: start a server of this version on it "
                "once, without FLEXAPI_DATABASE_URL."
            )
        used = [name for name in SIGNS_OF_LIFE if _rows(apps.get_model(name), "default").exists()]
        if used and not replace:
            raise CommandError(
                f"The target is in use (it has rows of {', '.join(used)}); "
                "--replace throws away all that it holds."
            )

    def _move(self) -> int:
        """Copy every table in one transaction, in which foreign keys are checked at the end."""
        found = [
            model
            for model in apps.get_models(include_auto_created=True)
            if model._meta.managed and not model._meta.proxy
        ]
        moved = 0
        with transaction.atomic():
            with connection.cursor() as cursor:
                tables = [connection.ops.quote_name(model._meta.db_table) for model in found]
                cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            for model in found:
                moved += self._copy(model)
            with connection.cursor() as cursor:
                for statement in connection.ops.sequence_reset_sql(no_style(), found):
                    cursor.execute(statement)
        return moved

    def _copy(self, model: type[models.Model]) -> int:
        total = _rows(model, SOURCE).count()
        done = 0
        for rows in _batches(model):
            _rows(model, "default").bulk_create(rows)
            done += len(rows)
            if total > BATCH:
                self.stdout.write(f"{model._meta.label}: {done} of {total}")
        if _rows(model, "default").count() != total:
            raise CommandError(f"Nothing was moved: {model._meta.label} had {total} rows.")
        return done


@contextmanager
def _opened(source: Path) -> Iterator[None]:
    """Make the file a database of Django's that is only read."""
    connections.databases[SOURCE] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{source.absolute().as_uri()}?mode=ro",
        "OPTIONS": {"uri": True},
    }
    try:
        yield
    finally:
        connections[SOURCE].close()
        del connections.databases[SOURCE]


def _rows(model: type[models.Model], using: str) -> "models.QuerySet[Any]":
    # Not the model's own manager: those of tasks and schedules write to the config file.
    return models.QuerySet(model, using=using)


def _batches(model: type[models.Model]) -> Iterator[list[models.Model]]:
    """Yield a table's rows; what PostgreSQL can't hold is replaced as it is for new rows."""
    texts = [
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
    ]
    batch: list[models.Model] = []
    for row in _rows(model, SOURCE).iterator(BATCH):
        for name in texts:
            setattr(row, name, storable_all(getattr(row, name)))
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
