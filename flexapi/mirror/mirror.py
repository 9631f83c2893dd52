"""The config file and the current revision, kept equal.

The current revision is the truth. `refresh` takes in what somebody did to the file by hand; it is
called before anything is read or written, and costs one `stat` when nothing changed.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from flexapi.mirror import file, index
from flexapi.mirror.document.document import Document
from flexapi.mirror.document.errors import ParseError
from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.records import ConfigRevision, ConfigState, digest

logger = logging.getLogger("flexapi.mirror")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the file can't be used as it is. Line and column count from 1, None where there is none."""

    code: str  # "broken", "missing", "unreadable", "unwritable"
    detail: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A revision and its parsed text."""

    revision: int
    hash: str
    document: Document

    @property
    def data(self) -> dict[Any, Any]:
        """The config as FlexGet loads it; shared, not to be modified."""
        return index.mapping(self.document.data)


EMPTY = Snapshot(0, "", Document(""))


@dataclass(frozen=True, slots=True)
class Seen:
    """The file when this process last looked."""

    path: Path
    signature: file.Signature
    hash: str
    problem: Problem | None


_CURRENT_HASH = (
    f"SELECT r.hash FROM {ConfigState._meta.db_table} s "  # noqa: S608  Names of our own.
    f"JOIN {ConfigRevision._meta.db_table} r ON r.id = s.current_id"
)


class Superseded(Exception):
    """Somebody else stored a revision in the meantime."""


class _Memory:
    """What this process remembers; everything here can be forgotten at any time."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.snapshot = EMPTY


_memory = _Memory()


def forget() -> None:
    """Look at file and database afresh next time, as a new process does."""
    _memory.seen = None
    _memory.snapshot = EMPTY


def config_path() -> Path:
    """Where FlexGet's config is."""
    return Path(settings.FLEXGET_CONFIG)


def lock_path() -> Path:
    """The file that writers lock."""
    return Path(settings.DATA_DIR) / "config.lock"


def refresh() -> Problem | None:
    """Take in what was done to the file by hand; return what is wrong with the file, if anything.

    Raises LockBusy where another writer hangs.
    """
    seen = _memory.seen
    if seen is not None and _still(seen):
        return seen.problem
    with file.locked(lock_path()):
        return take_in()


def settle() -> Problem | None:
    """Do what `recover` does. Under the lock."""
    seen = _memory.seen
    if seen is not None and _in_step(seen):
        return seen.problem
    return take_in()


def recover() -> Problem | None:
    """Do what `refresh` does, and end a write that another process began and was killed in."""
    seen = _memory.seen
    if seen is not None and _in_step(seen):
        return seen.problem
    with file.locked(lock_path()):
        return take_in()


def file_changed() -> bool:
    """Whether the file is not what this process saw last."""
    return _memory.seen is None or not _still(_memory.seen)


def seen_hash() -> str:
    """The hash of the file as this process saw it last; "" where there was none."""
    return "" if _memory.seen is None else _memory.seen.hash


def _in_step(seen: Seen) -> bool:
    return _still(seen) and (seen.problem is not None or current().hash == seen.hash)


def _still(seen: Seen) -> bool:
    """Whether the file is as it was seen: by its signature or, where that can't tell, by its content."""
    path = config_path()
    if seen.path != path:
        return False
    try:
        now = file.signature(path)
        if now == seen.signature and not now.racy:
            return True
        # Half of what an editor writes is not what was seen, so there is no need for it to settle.
        content = path.read_bytes()
    except FileNotFoundError:
        return seen.signature == file.Signature()
    except OSError:
        return False
    if digest(content) != seen.hash or file.signature(path) != now:
        return False
    _memory.seen = Seen(path, now, seen.hash, seen.problem)
    return True


def take_in() -> Problem | None:
    """Look at the file and bring it and the current revision together. Under the lock."""
    path = config_path()
    file.remove_leftovers(path)
    try:
        signature, content = file.read(path)
        if content is None:
            problem = _missing(path)
            found = ""
        else:
            found = digest(content)
            problem = _take_in_content(path, content, found)
            if problem is None and current().hash != found:
                signature, found = file.signature(path), current().hash
    except OSError as error:
        problem = Problem("unreadable", f"The config can't be read: {error.strerror}.")
        signature, found = file.Signature(), "unreadable"
    # What is stored within a transaction may yet be rolled back.
    lasting = not inside_transaction()
    _memory.seen = Seen(path, signature, found, problem) if lasting else None
    return problem


def inside_transaction() -> bool:
    """Whether the caller has a transaction open, those of Django's test cases aside."""
    return not all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def _missing(path: Path) -> Problem | None:
    state = ConfigState.objects.values_list("current_id", "current__written").first()
    if state is None:
        return None  # It never was there: the first write makes it.
    revision, written = state
    if not written:
        return _write_again(path, revision)
    return Problem(
        "missing", f"The config file {path} is gone. Restoring a revision writes it again."
    )


def _take_in_content(path: Path, content: bytes, found: str) -> Problem | None:
    """Compare the file with the current revision and settle a difference."""
    state = (
        ConfigState.objects.select_related("current__previous")
        .defer("current__content", "current__previous__content")
        .first()
    )
    if state is not None and state.current.hash == found:
        if not state.current.written:
            ConfigRevision.objects.filter(pk=state.current_id).update(written=True)
        return None
    if state is not None and _cut_off(state.current, found):
        logger.warning(
            "A write of the config was cut off; revision %s is written now.", state.current_id
        )
        return _write_again(path, state.current_id)
    try:
        document = parse(content)
    except ParseError as error:
        return Problem("broken", str(error), error.line, error.column)
    store(
        content, document, ConfigRevision.Origin.FILE, summary="The file was changed.", written=True
    )
    return None


def _cut_off(current: ConfigRevision, found: str) -> bool:
    """Whether a crash came between the commit of a revision and its write.

    Then the file still is what it was before. A file that differs otherwise, or that is old again
    after the write was done, is somebody's edit.
    """
    return not current.written and current.previous is not None and current.previous.hash == found


def _write_again(path: Path, revision: int) -> Problem | None:
    content = bytes(ConfigRevision.objects.values_list("content", flat=True).get(pk=revision))
    try:
        file.Replacement(path, content).put()
    except OSError as error:
        return Problem("unwritable", f"The config can't be written: {error.strerror}.")
    ConfigRevision.objects.filter(pk=revision).update(written=True)
    return None


def parse(content: bytes) -> Document:
    """Parse a whole config; raises ParseError also for what is YAML and yet no config."""
    document = Document.from_bytes(content)
    if document.encoding != "utf-8":
        raise ParseError("The file is not UTF-8, which FlexGet reads it as", 1, 1)
    if document.data is not None and not isinstance(document.data, dict):
        raise ParseError("The config must be a mapping at its root", 1, 1)
    return document


def store(
    content: bytes,
    document: Document,
    origin: str,
    *,
    base: Snapshot | None = None,
    author: Any = None,
    summary: str = "",
    written: bool = False,
) -> Snapshot:
    """Store a revision as the current one, and its rows with it, in one transaction.

    Raises Superseded where `base` (by default what is current now) is no longer the current one.
    """
    if base is None:
        base = current()
    # What is written afterwards must not be rolled back by somebody else.
    with transaction.atomic(durable=not written):
        revision = ConfigRevision.objects.create(
            content=content,
            hash=digest(content),
            origin=origin,
            author=author,
            summary=summary[:200],
            previous_id=base.revision or None,
            written=written,
        )
        if base.revision:
            state = ConfigState.objects.filter(pk=1, current_id=base.revision)
            if state.update(current=revision) != 1:
                raise Superseded
        elif not ConfigState.objects.get_or_create(pk=1, defaults={"current": revision})[1]:
            raise Superseded
        index.update_rows(base.data if base.revision else None, document.data)
    _memory.snapshot = Snapshot(revision.pk, revision.hash, document)
    return _memory.snapshot


def wrote(taken: Snapshot) -> None:
    """Note that a revision is on disk. Under the lock."""
    ConfigRevision.objects.filter(pk=taken.revision).update(written=True)
    path = config_path()
    _memory.seen = Seen(path, file.signature(path), taken.hash, None)


def withdraw(taken: Snapshot, base: Snapshot, problem: str) -> None:
    """Go back to `base` because the revision after it can't be written. Under the lock."""
    with transaction.atomic(durable=True):
        state = ConfigState.objects.filter(pk=1, current_id=taken.revision)
        if base.revision:
            state.update(current=base.revision)
        else:
            state.delete()
        ConfigRevision.objects.filter(pk=taken.revision).update(problem=problem)
        index.update_rows(taken.data, base.data)
    _memory.snapshot = base


def mapping(document: Document) -> dict[Any, Any]:
    """Return the config that a document holds, as FlexGet loads it."""
    return index.mapping(document.data)


def current() -> Snapshot:
    """Return the current revision, EMPTY where there is none yet. Does not look at the file."""
    state = ConfigState.objects.values_list("current_id", "current__hash").first()
    if state is None:
        return EMPTY
    remembered = _memory.snapshot
    if (remembered.revision, remembered.hash) == state:
        return remembered
    content = ConfigRevision.objects.values_list("content", flat=True).get(pk=state[0])
    _memory.snapshot = Snapshot(*state, parse(bytes(content)))
    return _memory.snapshot


def current_hash() -> str:
    """Return the hash of the current revision, "" where there is none yet. Does not look at the file.

    In SQL, because lists ask for it each time and the ORM took longer than all the rest.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT_HASH)
        row = cursor.fetchone()
    return "" if row is None else str(row[0])


def task_names() -> list[str]:
    """Return the tasks' names as the file has them, disabled ones (`_name`) included, in its order."""
    refresh()
    tasks = index.mapping(current().data.get("tasks"))
    return list(key_names(tasks).values())
