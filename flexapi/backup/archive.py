"""Makes the archive."""

import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from django.conf import settings

from flexapi.backup import databases
from flexapi.backup.contents import ABOUT, CONFIG, SECRET_KEY, About, config_files
from flexapi.mirror import mirror
from flexapi.mirror.files.named import travelling
from flexapi.paths import flexget_database


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a folder of the data folder, so on a disk that has room for the like; removed at the end."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.DATA_DIR) as name:
        yield Path(name)


def write(target: Path) -> None:
    """Write a backup to a file that only its owner can read; whole or not at all.

    Others go on reading and writing meanwhile. What changes while it is made may be in one part and not in another:
    a newer config is taken in as a hand edit after restoring. Raises BackupError, OSError.
    """
    with scratch() as folder:
        databases_of = _copy_databases(folder)
        partial = target.with_name(f".{target.name}.partial")
        try:
            with os.fdopen(
                os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as file:
                with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as archive:
                    _add_bytes(archive, ABOUT, About.of_this_server().to_bytes())
                    for path in databases_of:
                        archive.add(path, path.name)
                    _add_files(archive)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def _copy_databases(folder: Path) -> list[Path]:
    copies = []
    if settings.DATABASE_URL:
        copies.append(folder / "flexapi.dump")
        databases.dump_postgresql(settings.DATABASE_URL, copies[-1])
    else:
        copies.append(folder / "flexapi.sqlite3")
        databases.copy_sqlite(settings.DATA_DIR / "flexapi.sqlite3", copies[-1])
    if settings.FLEXGET_DATABASE_URL == settings.DATABASE_URL != "":
        return copies  # One database has the tables of both.
    if settings.FLEXGET_DATABASE_URL:
        copies.append(folder / "flexget.dump")
        databases.dump_postgresql(settings.FLEXGET_DATABASE_URL, copies[-1])
    elif (own := flexget_database(Path(settings.FLEXGET_CONFIG))).is_file():
        copies.append(folder / "flexget.sqlite")
        databases.copy_sqlite(own, copies[-1])
    return copies


def _add_files(archive: tarfile.TarFile) -> None:
    config = Path(settings.FLEXGET_CONFIG)
    files = set(config_files(config))
    # Those that the config names may be in folders below.
    files.update(file.location for file in travelling(mirror.current()) if file.location.is_file())
    for path in sorted(files):
        # What a link points to, so that the archive is whole by itself.
        _add_bytes(archive, f"{CONFIG}/{path.relative_to(config.parent)}", path.read_bytes())
    key = Path(settings.DATA_DIR) / SECRET_KEY
    if key.is_file():
        _add_bytes(archive, SECRET_KEY, key.read_bytes())


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = 0o600
    archive.addfile(member, BytesIO(content))
