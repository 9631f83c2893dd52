"""The config file and the current revision, kept equal.

The current revision is the truth. `refresh` takes in what somebody did to the file by hand; it is
called before anything is read or written, and costs one `stat` when nothing changed.
"""

import contextlib
import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from flexapi.api.http import threads
from flexapi.mirror.disk import file, in_step
from flexapi.mirror.disk.sight import Problem, Seen, Sight
from flexapi.mirror.document.document import Document
from flexapi.mirror.document.errors import ParseError
from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.edits import merge
from flexapi.mirror.store import rows, snapshot
from flexapi.mirror.store.snapshot import (
    EMPTY,
    Snapshot,
    Superseded,
    current,
    current_hash,
    inside_transaction,
    keep,
    mapping,
    parse,
    refuse_unstorable,
    store,
    withdraw,
)
from flexapi.mirror.store.tables import ConfigRevision, digest

__all__ = [
    "EMPTY",
    "Problem",
    "Snapshot",
    "Superseded",
    "config_path",
    "current",
    "current_hash",
    "file_changed",
    "follow",
    "forget",
    "inside_transaction",
    "join",
    "keep",
    "locked",
    "mapping",
    "parse",
    "recover",
    "refresh",
    "refuse_unstorable",
    "rows",
    "seen_hash",
    "settle",
    "shows",
    "store",
    "take_in",
    "task_names",
    "withdraw",
    "wrote",
]

logger = logging.getLogger("flexapi.mirror")

# Seconds for which a reader waits for a file that is being written.
READ_PATIENCE = 1.0


class _Useless(Exception):
    """The file can't be used as it is."""

    def __init__(self, *problem: Any) -> None:
        self.problem = Problem(*problem)


class _Memory:
    """What this process remembers; all but `following` can be forgotten at any time."""

    def __init__(self) -> None:
        self.sight = Sight()
        # Whether the file only follows the database, as on a worker: what is edited there is put aside.
        self.following = False


_memory = _Memory()


def forget() -> None:
    """Look at file and database afresh next time, as a new process does."""
    _memory.sight.forget()
    snapshot.forget()


def config_path() -> Path:
    """Where FlexGet's config is."""
    return Path(settings.FLEXGET_CONFIG)


def follow(following: bool = True) -> None:
    """Let the file of this process only follow the database from now on."""
    _memory.following = following


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Be the only one who writes the file; raises LockBusy, OSError."""
    with contextlib.ExitStack() as locks:
        locks.enter_context(file.locked(Path(settings.DATA_DIR) / "config.lock"))
        if in_step.several_servers():
            # Another data folder may belong to the same file.
            locks.enter_context(file.folder_locked(config_path()))
        yield


def refresh() -> Problem | None:
    """Take in what was done to the file by hand; return what is wrong with the file, if anything.

    A file that is being written is waited for, for a moment; after that, what was known before counts until it rests.
    Raises LockBusy where another writer hangs.
    """
    seen = _memory.sight.seen
    if seen is not None and _memory.sight.still(config_path()):
        return seen.problem
    return _taken_in_at_rest(threads.lock_patience(READ_PATIENCE))


def settle() -> Problem | None:
    """Do what `recover` does. Under the lock."""
    seen = _memory.sight.seen
    if seen is not None and _in_step(seen):
        return seen.problem
    return take_in()


def recover() -> Problem | None:
    """Do what `refresh` does, and end a write that another process began and was killed in."""
    seen = _memory.sight.seen
    if seen is not None and _in_step(seen):
        return seen.problem
    return _taken_in_at_rest(0.0)


def is_being_written() -> bool:
    """Whether somebody wrote the file so shortly ago that it was not taken in when this process last looked."""
    return _memory.sight.is_being_written


def _taken_in_at_rest(patience: float) -> Problem | None:
    seen = _memory.sight.seen
    if seen is not None and not _memory.sight.rests(config_path(), patience):
        return seen.problem
    with locked():
        return take_in(patience)


def file_changed() -> bool:
    """Whether the file is not what this process saw last."""
    return not _memory.sight.still(config_path())


def seen_hash() -> str:
    """The hash of the file as this process saw it last; "" where there was none."""
    seen = _memory.sight.seen
    return "" if seen is None else seen.hash


def shows(snapshot: Snapshot) -> bool:
    """Whether the file holds a revision, as far as can be told without the lock."""
    seen = _memory.sight.seen
    return (
        seen is not None
        and seen.problem is None
        and seen.hash == snapshot.hash
        and _memory.sight.still(config_path())
    )


def _in_step(seen: Seen) -> bool:
    if not _memory.sight.still(config_path()):
        return False
    if seen.problem is None:
        return current().hash == seen.hash
    # A full disk may have space again.
    return seen.problem.code != "unwritable"


def take_in(patience: float = file.LATEST) -> Problem | None:
    """Look at the file and bring it and the current revision together. Under the lock.

    A file that is being written is waited for, `patience` seconds at most.
    """
    path = config_path()
    _memory.sight.rests(path, patience)
    file.remove_leftovers(path)
    # What is stored within a transaction may yet be rolled back.
    lasting = not inside_transaction()
    problem = None
    signature, found = file.Signature(), "unreadable"
    try:
        signature, content = file.read(path)
        found = "" if content is None else digest(content)
        held = _settled(path, content, found)
        if held.hash != found:
            signature, found = file.signature(path), held.hash
        if lasting and held.revision:
            in_step.note(path, held.revision, held.hash)
    except _Useless as useless:
        problem = useless.problem
    except OSError as error:
        problem = Problem("unreadable", f"The config can't be read: {error.strerror}.")
    _memory.sight.note(Seen(path, signature, found, problem) if lasting else None)
    return problem


def _settled(path: Path, content: bytes | None, found: str) -> Snapshot:
    """Settle what file and current revision differ in; return the revision that the file holds then.

    Raises _Useless, OSError, LockBusy.
    """
    deadline = time.monotonic() + file.LOCK_TIMEOUT
    while time.monotonic() < deadline:
        try:
            if content is None:
                return _missing(path)
            return _take_in_content(path, content, found)
        except Superseded:
            continue  # Another server was quicker.
    raise file.LockBusy


def join() -> Problem | None:
    """Do what `refresh` does when a server starts: a file that isn't there is written as well."""
    if in_step.several_servers() and not config_path().exists():
        in_step.forget()
    forget()
    return refresh()


def _missing(path: Path) -> Snapshot:
    now = current()
    if not now.revision and path.is_symlink():
        raise _Useless(
            "missing",
            f"The config {path} is a symbolic link to {path.readlink()}, which isn't there.",
        )
    if not now.revision:
        return EMPTY  # It never was there: the first write makes it.
    written = ConfigRevision.objects.values_list("written", flat=True).get(pk=now.revision)
    never_here = in_step.several_servers() and in_step.noted(path) is None
    if not written or never_here or _memory.following:
        return _write_again(path, None, now)
    link = f" It is a symbolic link to {path.readlink()}." if path.is_symlink() else ""
    raise _Useless(
        "missing", f"The config file {path} is gone.{link} Restoring a revision writes it again."
    )


def _take_in_content(path: Path, content: bytes, found: str) -> Snapshot:
    """Compare the file with the current revision and settle a difference."""
    now = current()
    if not now.revision:
        return EMPTY if _memory.following else _import(content, now)
    if now.hash == found:
        ConfigRevision.objects.filter(pk=now.revision, written=False).update(written=True)
        return now
    base = in_step.base(path, now.revision)
    if in_step.left_behind(base, found):
        return _write_again(path, content, now)
    if _memory.following:
        aside = file.put_aside(path, content)
        logger.warning("%s was edited; that is in %s now. Edit it on a server.", path, aside)
        return _write_again(path, content, now)
    if base is None:
        raise _Useless(
            "unknown",
            f"The servers on this database share one config, and {path} is another one. Move the "
            "file away and start the server again: the shared config is written there then.",
        )
    if base == now.revision or not in_step.several_servers():
        return _import(content, now)
    return _join(path, content, ConfigRevision.objects.get(pk=base), now)


def _import(content: bytes, now: Snapshot) -> Snapshot:
    """Store a hand edit on top of the current revision."""
    where = f" on {socket.gethostname()}" if in_step.several_servers() else ""
    return store(
        content,
        _parsed(content),
        ConfigRevision.Origin.FILE,
        base=now,
        summary=f"The file was changed{where}.",
        written=True,
    )


def _join(path: Path, content: bytes, base: ConfigRevision, now: Snapshot) -> Snapshot:
    """Settle a hand edit of a file that lagged behind: both changes, or the one made elsewhere."""
    mine = _parsed(content)
    if inside_transaction():
        return now  # Whoever looks next outside of one settles it.
    host = socket.gethostname()
    joined = merge.merged(parse(bytes(base.content)), mine, now.document)
    if joined is None:
        keep(
            content,
            f"The file was changed on {host}, which had revision {base.pk} then; what came until "
            f"revision {now.revision} changes the same. Make the change again, or restore this.",
            base,
        )
        return _write_again(path, content, now)
    # Stored together, or else the edit would look like a revision that was left behind.
    edit = ConfigRevision(
        content=content,
        hash=digest(content),
        origin=ConfigRevision.Origin.FILE,
        summary=f"The file was changed on {host}, which had revision {base.pk} then.",
        previous=base,
    )
    summary = f"Joined the file's change on {host} with revision {now.revision}."
    taken = store(
        joined.to_bytes(),
        joined,
        ConfigRevision.Origin.FILE,
        base=now,
        summary=summary,
        joins=edit,
    )
    return _write_again(path, content, taken)


def _write_again(path: Path, content: bytes | None, snapshot: Snapshot) -> Snapshot:
    """Write a revision to a file that holds `content`. Raises _Useless, Superseded."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replacement = file.Replacement(path, snapshot.document.to_bytes())
        lost = replacement.put()
        if lost is not None and lost != content:
            if _memory.following:
                file.put_aside(path, lost)
            else:
                keep(lost, f"Written in the moment in which revision {snapshot.revision} was.")
    except OSError as error:
        raise _Useless("unwritable", f"The config can't be written: {error.strerror}.") from error
    ConfigRevision.objects.filter(pk=snapshot.revision, written=False).update(written=True)
    logger.info("Revision %s of the config was written to %s.", snapshot.revision, path)
    return snapshot


def _parsed(content: bytes) -> Document:
    try:
        return parse(content)
    except ParseError as error:
        raise _Useless("broken", str(error), error.line, error.column) from error


def wrote(taken: Snapshot) -> None:
    """Note that a revision is on disk. Under the lock."""
    ConfigRevision.objects.filter(pk=taken.revision).update(written=True)
    path = config_path()
    in_step.note(path, taken.revision, taken.hash)
    _memory.sight.note(Seen(path, file.signature(path), taken.hash, None))


def task_names() -> list[str]:
    """Return the tasks' names as the file has them, disabled ones (`_name`) included, in its order."""
    refresh()
    tasks = rows.mapping(current().data.get("tasks"))
    return list(key_names(tasks).values())
