"""`manage.py restore FILE`: puts a backup back."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flexapi.backup.contents import BackupError
from flexapi.backup.restoring import restore
from flexapi.data_folder import FolderInUse


class Command(BaseCommand):
    """Put back what `backup` wrote; the server must be stopped."""

    help = (
        "Put back what `backup` wrote: into the data folder, the place of the config, and the databases that are "
        "set here. Stop the server first. What is replaced is set aside, except in PostgreSQL."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `backup` wrote")
        parser.add_argument(
            "--replace", action="store_true", help="put it in place of what is there already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        try:
            set_aside = restore(options["file"], replace=options["replace"])
        except (BackupError, FolderInUse) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Nothing was restored: {error}") from error
        for path in set_aside:
            self.stdout.write(f"Set aside: {path}")
        self.stdout.write("Restored. Start the server: it brings an older database up to date.")
