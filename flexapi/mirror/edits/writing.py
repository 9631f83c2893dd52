"""The one way in which the config changes: every endpoint, admin page and model method ends here.

The steps of a write, and what is left when the process is killed after each:

1. lock, take in hand edits, edit the text in memory, let FlexGet check it   nothing
2. write the new text to a temporary file beside the config                  the temporary file
3. commit the revision, not yet marked as written, and its rows              see below
4. rename the temporary file over the config                                 the mark is missing
5. mark the revision as written

Whoever looks next removes the temporary file. After 3 they find a current revision without the
mark and the file as it was before that revision, and write it again. A revision with the
mark is never written again by itself: a file that differs from it is somebody's edit.

Several servers on one database have a file each. The commit compares and sets the current revision,
so of two that are based on the same one only one is taken, and the other edit is made again on top
of it. After 4 the server notes the revision in its data folder (see `in_step`): whoever looks next
and finds the file as it was noted, or as a later revision, knows that it only lags behind.
"""

import errno
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext

from flexapi import phrases
from flexapi.engine.client import EngineUnavailable
from flexapi.mirror import credentials, mirror
from flexapi.mirror.disk import file, in_step
from flexapi.mirror.document import Document, DocumentError
from flexapi.mirror.edits import limits, validation
from flexapi.mirror.edits.counting import counted_failures
from flexapi.mirror.kept import KeptFile
from flexapi.mirror.mirror import Problem, Snapshot, Superseded
from flexapi.mirror.store.tables import ConfigRevision, digest
from flexapi.phrases import phrase

UNWRITABLE = phrase("The config can't be written: {error}.")
MOUNTED = phrase(
    "The config can't be written: {error}. Where a container mounts the file by itself, mount its folder instead."
)
# What revisions tell.
RESTORED = phrase("Revision {revision} was restored.")
NOT_WRITTEN = phrase("It could not be written: {error}.")
SUPERSEDED = phrase("Written in the moment in which revision {revision} took its place.")

logger = logging.getLogger("flexapi.mirror")

# How often an edit is made again because the file changed under it, and for how many seconds because
# other servers were quicker.
TRIES = 5
PATIENCE = 30.0

Edit = Callable[[Snapshot], Document]


class WriteRefused(Exception):
    """An edit is refused for a reason that its text gives: a bad name, say."""


class Unusable(Exception):
    """The config can't be edited in the state that the file is in."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class WriteFailed(Exception):
    """The new config could not be written; the file and the database are as before."""

    def __init__(self, error: OSError) -> None:
        text = MOUNTED if error.errno == errno.EBUSY else UNWRITABLE
        super().__init__(text.format(error=error.strerror or error))
        self.full = error.errno in (errno.ENOSPC, errno.EDQUOT)


class KeepsChanging(Exception):
    """Something else writes the file all the time."""


class _CheckFirst(Exception):
    """FlexGet has to be asked for long, which is done while others may write."""

    def __init__(self, old: dict[Any, Any], new: dict[Any, Any]) -> None:
        super().__init__()
        self.old = old
        self.new = new


class _FileChanged(Exception):
    """The file is not what the edit was made on."""


@counted_failures
def write(
    edit: Edit,
    *,
    origin: str,
    author: AbstractBaseUser | AnonymousUser | None = None,
    summary: str = "",
    message: str = "",
    validate: bool = True,
    of: KeptFile = mirror.CONFIG,
    check: Callable[[Snapshot, Document], None] | None = None,
) -> Snapshot:
    """Change the config by `edit`, which gets the current snapshot; return the new one.

    `edit` runs under the writers' lock, so what it checks (ETags, names) still holds when its
    document is stored; it is called again where the file changes meanwhile. A document with
    the same text stores nothing. Raises what `edit` raises, Unusable, Invalid,
    StillMasked, WriteFailed, KeepsChanging, LockBusy, EngineUnavailable; then nothing has changed.
    """
    refuse_transaction()

    def attempt(at_once: bool) -> Snapshot:
        problem = of.settle()
        if problem is not None:
            raise Unusable(problem)
        base = of.current()
        document = prepared(edit, base, validate=validate, at_once=at_once)
        if base.revision and document.text == base.document.text:
            return base
        if check is not None:
            check(base, document)
        return put(document, base, origin, author, summary, of, message=message)

    for at_once in (False, False, True):
        try:
            with mirror.locked():
                return done(partial(attempt, at_once))
        except _CheckFirst as long:
            # Its answers are kept, so that the next try finds them.
            validation.check(long.old, long.new)
    raise KeepsChanging(gettext("The config is being changed by something else; try again."))


def done(attempt: Callable[[], Snapshot]) -> Snapshot:
    """Make an attempt until nobody was quicker. Under the lock. Raises KeepsChanging, and what it raises."""
    deadline = time.monotonic() + PATIENCE
    changes = 0
    while changes < TRIES and time.monotonic() < deadline:
        try:
            return attempt()
        except _FileChanged:
            changes += 1
        except Superseded:  # By another server.
            continue
    raise KeepsChanging(gettext("The config is being changed by something else; try again."))


def prepared(
    edit: Edit, base: Snapshot, *, validate: bool = True, at_once: bool = True
) -> Document:
    """Return the edited document, credentials put back, read as FlexGet reads it and checked by it.

    With `at_once` false, raises _CheckFirst where FlexGet would have to be asked for long.
    """
    document = edit(base)
    if credentials.MASK in document.text:
        document = credentials.unmask(document, base.document, credentials.in_config().hide)
    limits.refuse_oversized(document, base.document)
    document.check()
    mirror.refuse_unstorable(document)
    if validate:
        data = mirror.mapping(document)
        if not at_once and not validation.is_quick(base.data, data):
            raise _CheckFirst(base.data, data)
        validation.check(base.data, data)
    return document


def preview(edit: Edit) -> Document:
    """Return what `edit` would make of the config; raises what `write` would, as far as that is known before."""
    problem = mirror.refresh()
    if problem is not None:
        raise Unusable(problem)
    return prepared(edit, mirror.current())


def refuse_transaction() -> None:
    """Raise RuntimeError within a transaction, which would not be rolled back together with the file."""
    if mirror.inside_transaction():
        raise RuntimeError("The config can't be changed within a database transaction.")


def put(
    document: Document,
    base: Snapshot,
    origin: str,
    author: AbstractBaseUser | AnonymousUser | None,
    summary: str,
    of: KeptFile = mirror.CONFIG,
    *,
    message: str = "",
) -> Snapshot:
    """Store a document that is based on `base`: temporary file, revision, rename. Under the lock.

    Raises Superseded and _FileChanged where `base` is no longer what database and file hold.
    """
    content = document.to_bytes()
    path = of.path
    try:
        replacement = file.Replacement(path, content)
    except OSError as error:
        raise WriteFailed(error) from error
    try:
        if of.file_changed():
            raise _FileChanged
        taken = of.store(
            content,
            document,
            origin,
            base=base,
            author=author if isinstance(author, AbstractBaseUser) else None,
            summary=summary,
            message=message,
        )
        if of.file_changed():
            if in_step.several_servers():
                # Other servers have the revision already; what was done to the file is joined with it.
                of.take_in()
                return taken
            # The revision stays in the history; the edit is made again on top of the file's new text.
            raise _FileChanged
        held = of.seen_hash()
        try:
            lost = replacement.put()
        except OSError as error:
            if of.withdraw(taken, base, NOT_WRITTEN.format(error=error.strerror)):
                raise WriteFailed(error) from error
            # Another server built on it. It is in force; this file follows when it can be written.
            logger.warning("The config can't be written here: %s.", error.strerror)
            of.forget()
            return taken
    finally:
        replacement.discard()
    of.wrote(taken)
    if lost is not None and digest(lost) != held:
        of.keep(lost, SUPERSEDED.format(revision=taken.revision))
    return taken


@counted_failures
def restore(
    revision: ConfigRevision,
    *,
    author: AbstractBaseUser | AnonymousUser | None = None,
    message: str = "",
    of: KeptFile = mirror.CONFIG,
) -> Snapshot:
    """Make an older revision's text the config again, even where the file is broken or gone.

    A broken file is kept as a revision first. Raises what `write` raises, and ParseError where
    the revision itself is broken. FlexGet isn't asked: this text was its config before.
    """
    refuse_transaction()
    document = mirror.parse(bytes(revision.content))

    def attempt() -> Snapshot:
        problem = of.settle()
        base = of.current()
        if problem is None and document.text == base.document.text:
            return base
        if problem is not None:
            _keep_unusable(problem, of)
        summary = RESTORED.format(revision=revision.pk)
        restored = ConfigRevision.Origin.RESTORE
        return put(document, base, restored, author, summary, of, message=message)

    with mirror.locked():
        return done(attempt)


def _keep_unusable(problem: Problem, of: KeptFile) -> None:
    try:
        _, content = file.read(of.path)
    except OSError as error:
        raise Unusable(problem) from error
    if content is not None:
        of.keep(content, problem.detail)


# Whatever an edit is refused or fails with; each has a text that people can be shown.
FAILURES = (
    WriteRefused,
    Unusable,
    WriteFailed,
    KeepsChanging,
    validation.Invalid,
    credentials.StillMasked,
    DocumentError,
    EngineUnavailable,
    file.LockBusy,
)


def explained(error: Exception) -> list[str]:
    """Return one of FAILURES as sentences."""
    if isinstance(error, validation.Invalid):
        return [f"{validation.dotted(fault.path)}: {fault.message}" for fault in error.faults]
    if isinstance(error, credentials.StillMasked):
        return [f"{validation.dotted(error.path)}: {error}"]
    if isinstance(error, EngineUnavailable):
        said = gettext("FlexGet can't check the config now. {problem}")
        return [said.format(problem=phrases.translated(str(error), gettext))]
    return [phrases.translated(str(error), gettext)]
