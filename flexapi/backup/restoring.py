"""Puts back what a backup holds. The server must not run."""

import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from flexapi import data_folder
from flexapi.backup import databases
from flexapi.backup.archive import scratch
from flexapi.backup.contents import ABOUT, CONFIG, SECRET_KEY, About, BackupError
from flexapi.engine import flexget_lock
from flexapi.paths import flexget_database
from flexapi.upgrading import unknown_migration


def restore(source: Path, *, replace: bool) -> list[str]:
    """Put everything in place of what is there; return what was set aside, as paths.

    With `replace` false, raises BackupError where a database or a config is there already. What is replaced is set
    aside under another name and never deleted, except for what PostgreSQL holds. Raises BackupError, FolderInUse,
    OSError.
    """
    folder, config = Path(settings.DATA_DIR), Path(settings.FLEXGET_CONFIG)
    with data_folder.claim(folder), scratch() as unpacked:
        about = _unpack(source, unpacked)
        _check(about, unpacked)
        holder = flexget_lock.holder(config)
        if holder is not None:
            raise BackupError(f"FlexGet is running (process {holder.pid}). Stop it first.")
        files = list(_files(about, unpacked, folder, config))
        present = [target for _, target in files if target.exists() and target.name != SECRET_KEY]
        if present and not replace:
            raise BackupError(
                f"There is something already: {', '.join(map(str, present))}. "
                "--replace sets it aside and puts the backup in its place."
            )
        for name, url in (
            ("flexapi", settings.DATABASE_URL),
            ("flexget", settings.FLEXGET_DATABASE_URL),
        ):
            if url and (dump := unpacked / f"{name}.dump").is_file():
                databases.load_postgresql(url, dump)
        set_aside = _put(files)
        (folder / "config_path").write_text(f"{config}\n", encoding="utf-8")
        return set_aside


def _unpack(source: Path, folder: Path) -> About:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        return About.read((folder / ABOUT).read_bytes())
    except (tarfile.TarError, EOFError, FileNotFoundError) as error:
        if not source.is_file():
            raise BackupError(f"There is no file {source}.") from error
        raise BackupError(
            f"{source} is not a backup of FlexAPI, or it is cut off: {error}."
        ) from error


def _check(about: About, unpacked: Path) -> None:
    """Raise BackupError where the backup doesn't fit this installation."""
    if newer := unknown_migration(about.migrations):
        raise BackupError(
            f"This backup is of a newer FlexAPI, {about.flexapi} (it knows {newer}). Install that version first."
        )
    for name, variable, url in (
        ("flexapi", "FLEXAPI_DATABASE_URL", settings.DATABASE_URL),
        ("flexget", "FLEXAPI_FLEXGET_DATABASE_URL", settings.FLEXGET_DATABASE_URL),
    ):
        if url and any(unpacked.glob(f"{name}.sqlite*")):
            raise BackupError(
                f"This backup holds an SQLite file where {variable} names PostgreSQL: unset it, restore, and move "
                "the data with move_database or move_flexget_database."
            )
        if not url and (unpacked / f"{name}.dump").is_file():
            raise BackupError(
                f"This backup holds a dump of PostgreSQL: set {variable} to where it goes."
            )
    for path in unpacked.glob("*.sqlite*"):
        databases.check_sqlite(path)


def _files(about: About, unpacked: Path, folder: Path, config: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each file of the backup with its place; the config takes the name that it has here."""
    for name, target in (
        ("flexapi.sqlite3", folder / "flexapi.sqlite3"),
        (SECRET_KEY, folder / SECRET_KEY),
        ("flexget.sqlite", flexget_database(config)),
    ):
        if (unpacked / name).is_file():
            yield unpacked / name, target
    for path in sorted((unpacked / CONFIG).rglob("*")):
        if path.is_file():
            relative = path.relative_to(unpacked / CONFIG)
            yield path, config if str(relative) == about.config else config.parent / relative


def _put(files: list[tuple[Path, Path]]) -> list[str]:
    """Put files in their places, all or none; return where what was there is now."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    with _undone_on_failure() as done:
        for source, target in files:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Beside its place first: the rest of it is a rename.
            fresh = target.with_name(f".{target.name}.restored")
            shutil.copyfile(source, fresh)
            fresh.chmod(0o600)
            # A journal or write-ahead log belongs to the file that it lies next to.
            companions = [
                target.with_name(target.name + end) for end in ("", "-journal", "-wal", "-shm")
            ]
            for old in companions:
                if old.exists():
                    aside = old.with_name(f"{old.name}.before-restore-{stamp}")
                    old.rename(aside)
                    done.append((aside, old))
            fresh.rename(target)
        return [str(aside) for aside, _ in done]


@contextmanager
def _undone_on_failure() -> Iterator[list[tuple[Path, Path]]]:
    moved: list[tuple[Path, Path]] = []
    try:
        yield moved
    except BaseException:
        for aside, old in reversed(moved):
            aside.replace(old)
        raise
