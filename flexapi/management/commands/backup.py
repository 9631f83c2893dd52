"""`manage.py backup FILE`: everything as one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flexapi.backup import archive
from flexapi.backup.contents import BackupError


class Command(BaseCommand):
    """Make a backup, while the server runs or not."""

    help = (
        "Write both databases, the config with its files and plugins, and the secret key into one file, "
        "for `restore`. The server may run meanwhile. The file holds every credential: keep it safe."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to write, such as flexapi.tar.gz")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        target: Path = options["file"]
        if target.exists():
            raise CommandError(f"{target} exists; name another file, or delete it first.")
        try:
            archive.write(target)
        except (BackupError, OSError) as error:
            raise CommandError(f"No backup was made: {error}") from error
        self.stdout.write(f"Backup: {target} ({target.stat().st_size / 1e6:.1f} MB)")
