"""The config on a worker: a file of its own that follows the database.

The config travels, and what it names in its own folder: included files, files of secrets and variables. All else (the
folder `plugins`, files elsewhere) is up to whoever sets the worker up.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import ProgrammingError

from flexapi import declared
from flexapi.mirror import mirror
from flexapi.mirror.disk import file
from flexapi.mirror.files import named as files
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.store.tables import digest

# How often the file is looked at again because somebody else changes it at the same time.
TRIES = 5


class NotOurs(Exception):
    """The file that the worker would write to holds what FlexAPI never wrote."""


class NoConfig(Exception):
    """The database holds no config yet."""


class CopyFailed(OSError):
    """The file can't be written."""


def adopt() -> Path:
    """Make this process a worker that owns its config file; return the file's path. Raises NotOurs, OSError.

    The file is the one that `FLEXAPI_CONFIG` names, or `flexget/config.yml` in the data folder: never
    the one in somebody's home. Before the engine is made, which takes the path from the settings.
    """
    named = declared.CONFIG.value()
    path = Path(settings.FLEXGET_CONFIG if named else settings.DATA_DIR / "flexget" / "config.yml")
    _, content = file.read(path)
    if content is not None and mirror.CONFIG.steps.noted(path) is None and not _known(content):
        raise NotOurs(
            f"{path} was not written by FlexAPI, and a worker would overwrite it. Move it away, or "
            "let FLEXAPI_CONFIG name another file; the worker writes the servers' config there."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.FLEXGET_CONFIG = path
    mirror.forget()
    mirror.follow()
    return path


def write_current() -> Snapshot:
    """Bring the file in step with the database, and return the revision that it holds then.

    An edit of the file is put aside, in a file beside it. Costs one small query when nothing
    changed. Raises NoConfig, CopyFailed.
    """
    snapshot = _write_config()
    for named in files.travelling(snapshot):
        if named.kept.shows(named.kept.current()):
            continue
        with _locked():
            problem = named.kept.take_in()
        if problem is not None:
            raise CopyFailed(problem.detail)
    return snapshot


def _write_config() -> Snapshot:
    for _ in range(TRIES):
        snapshot = _current()
        if mirror.shows(snapshot):
            return snapshot
        with _locked():
            problem = mirror.take_in()
        if problem is not None:
            raise CopyFailed(problem.detail)
    raise CopyFailed(f"Something else writes {mirror.config_path()} all the time.")


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    try:
        with mirror.locked():
            yield
    except file.LockBusy as busy:
        raise CopyFailed(str(busy)) from busy


def _current() -> Snapshot:
    try:
        snapshot = mirror.current()
    except ProgrammingError as error:  # No server has made the tables yet.
        raise NoConfig("The database is empty: start a server first.") from error
    if not snapshot.revision:
        raise NoConfig("The database holds no config yet: start a server first.")
    return snapshot


def _known(content: bytes) -> bool:
    try:
        return mirror.CONFIG.steps.left_behind(None, digest(content))
    except ProgrammingError:  # As in `_current`.
        return False
