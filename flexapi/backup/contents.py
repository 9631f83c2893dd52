"""What a backup holds, by name inside the archive.

| name | |
|---|---|
| `backup.json` | an `About` |
| `flexapi.sqlite3` or `flexapi.dump` | FlexAPI's database: SQLite's file, or what `pg_dump -Fc` wrote |
| `flexget.sqlite` or `flexget.dump` | FlexGet's, which a FlexGet that never ran has not |
| `config/…` | the config, the YAML files in its folder, what else it names there, and FlexGet plugins |
| `secret_key` | what signs sessions; not there where `FLEXAPI_SECRET_KEY` gives it |
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from flexapi.version import VERSION

ABOUT = "backup.json"
CONFIG = "config"
SECRET_KEY = "secret_key"  # noqa: S105  A file's name.
# The form of the archive; another number is another form.
FORMAT = 1
# Folders next to the config that hold somebody's work.
WORK = ("plugins", "components", "templates")


class BackupError(Exception):
    """A backup can't be made or restored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class About:
    """What an archive says of itself."""

    format: int
    flexapi: str
    made: str
    config: str
    # `[app, name]` of each migration that the database has.
    migrations: list[list[str]]

    @classmethod
    def of_this_server(cls) -> "About":
        """Return what a backup made now says."""
        applied = MigrationRecorder(connection).applied_migrations()
        return cls(
            FORMAT,
            VERSION,
            timezone.now().isoformat(),
            Path(settings.FLEXGET_CONFIG).name,
            sorted([app, name] for app, name in applied),
        )

    @classmethod
    def read(cls, text: bytes) -> "About":
        """Return what an archive says; raises BackupError where it isn't a backup that we know."""
        try:
            data: dict[str, Any] = json.loads(text)
            about = cls(**data) if data["format"] == FORMAT else None
        except (ValueError, TypeError, KeyError) as error:
            raise BackupError(
                "This is not a backup of FlexAPI: its backup.json is of another form."
            ) from error
        if about is None:
            raise BackupError(
                f"This backup has the form {data['format']}; this FlexAPI knows {FORMAT}."
            )
        return about

    def to_bytes(self) -> bytes:
        """Return it as the archive's `backup.json`."""
        return json.dumps(asdict(self), indent=1).encode()


def config_files(config: Path) -> Iterator[Path]:
    """Yield the config, the YAML files in its folder and its plugins' files; links that lead nowhere are left out."""
    folder = config.parent
    found = {config} if config.is_file() else set()
    for pattern in ("*.yml", "*.yaml"):
        found.update(path for path in folder.glob(pattern) if path.is_file())
    for name in WORK:
        found.update(
            path
            for path in (folder / name).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        )
    yield from sorted(found)
