"""The config file and the current revision, kept equal (see `kept`)."""

from pathlib import Path

from django.conf import settings

from flexapi.mirror.disk import in_step
from flexapi.mirror.disk.sight import Problem
from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.kept import KeptFile, locked
from flexapi.mirror.store import rows, snapshot
from flexapi.mirror.store.snapshot import (
    EMPTY,
    Snapshot,
    Superseded,
    current_hash,
    inside_transaction,
    mapping,
    parse,
    refuse_unstorable,
)

__all__ = [
    "CONFIG",
    "EMPTY",
    "Problem",
    "Snapshot",
    "Superseded",
    "config_path",
    "current",
    "current_hash",
    "follow",
    "forget",
    "inside_transaction",
    "is_being_written",
    "join",
    "keep",
    "locked",
    "mapping",
    "parse",
    "recover",
    "refresh",
    "refuse_unstorable",
    "rows",
    "shows",
    "take_in",
    "task_names",
]


def config_path() -> Path:
    """Where FlexGet's config is."""
    return Path(settings.FLEXGET_CONFIG)


CONFIG = KeptFile(config_path, snapshot.CONFIG)

current = CONFIG.current
keep = CONFIG.keep
recover = CONFIG.recover
refresh = CONFIG.refresh
shows = CONFIG.shows
take_in = CONFIG.take_in


def forget() -> None:
    """Look at all files and at the database afresh next time, as a new process does."""
    for kept in KeptFile.instances:
        kept.forget()


def follow(following: bool = True) -> None:
    """Let the files of this process only follow the database from now on."""
    KeptFile.following = following


def is_being_written() -> bool:
    """Whether somebody wrote the file so shortly ago that it was not taken in when this process last looked."""
    return CONFIG.is_being_written


def join() -> Problem | None:
    """Do what `refresh` does when a server starts: a file that isn't there is written as well."""
    if in_step.several_servers() and not config_path().exists():
        CONFIG.steps.forget()
    forget()
    return refresh()


def task_names() -> list[str]:
    """Return the tasks' names as the file has them, disabled ones (`_name`) included, in its order."""
    refresh()
    tasks = rows.mapping(current().data.get("tasks"))
    return list(key_names(tasks).values())
