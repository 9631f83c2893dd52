"""Edits of files that the config names, each checked together with all that names the file."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext

from flexapi.mirror import handlers, mirror
from flexapi.mirror.document import Document, Path, PathNotFound
from flexapi.mirror.edits import validation, writing
from flexapi.mirror.edits.validation import Fault
from flexapi.mirror.files import naming
from flexapi.mirror.files.named import NamedFile
from flexapi.mirror.store.rows import mapping
from flexapi.mirror.store.snapshot import Snapshot, parse
from flexapi.mirror.store.tables import ConfigRevision
from flexapi.phrases import phrase

CHANGED = phrase("Changed the file {path}")

User = AbstractBaseUser | AnonymousUser


class FileRefused(writing.WriteRefused):
    """The file may not be edited here."""


class FaultsAdded(writing.WriteRefused):
    """An edit would add these faults, each a sentence that begins with file, line and path."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def write(
    file: NamedFile,
    text: str,
    *,
    author: User | None,
    guard: Callable[[], None] | None = None,
    message: str = "",
) -> Snapshot:
    """Set the text of a file; return what it holds then.

    `guard` is called under the writers' lock, and may raise to prevent the write. Raises FileRefused, FaultsAdded,
    ParseError, and what `writing.write` raises.
    """
    _refuse(file)

    def edit(base: Snapshot) -> Document:
        if guard is not None:
            guard()
        new = base.document.replace_source((), text) if base.revision else Document(text)
        return parse(new.to_bytes())

    def check(base: Snapshot, document: Document) -> None:
        added = list(_added(file, base.document, document))
        if added:
            raise FaultsAdded(added)

    return writing.write(
        edit,
        origin=ConfigRevision.Origin.API,
        author=author,
        summary=CHANGED.format(path=file.row.path),
        message=message,
        validate=False,
        of=file.kept,
        check=check,
    )


def restore(
    file: NamedFile, revision: ConfigRevision, *, author: User | None, message: str = ""
) -> Snapshot:
    """Make an older text of the file the current one. Raises FileRefused, and what `writing.restore` raises."""
    _refuse(file)
    return writing.restore(revision, author=author, message=message, of=file.kept)


def _refuse(file: NamedFile) -> None:
    if file.refusal:
        raise FileRefused(
            gettext("{place} can't be edited here. {reason}").format(
                place=file.location, reason=file.refusal
            )
        )


def _added(file: NamedFile, old: Document, new: Document) -> list[str]:
    """What an edit breaks, wherever it does. Raises EngineUnavailable."""
    config = mirror.current()
    added = []
    roles = {one.role for one in file.namings if one.read}
    if naming.INCLUDE in roles:
        added += [_sentence(file.row.path, new, fault) for fault in _included(old, new)]
        if not added:
            for check in handlers.included_checks.values():
                added += check(file.location, old.text, new.text)
    if naming.VARIABLES in roles:
        before, after = ({**config.data, "variables": doc.data or {}} for doc in (old, new))
        try:
            validation.check(before, after)
        except validation.Invalid as invalid:
            name = mirror.config_path().name
            added += [_sentence(name, config.document, fault) for fault in invalid.faults]
    return added


def _included(old: Document, new: Document) -> list[Fault]:
    """The faults of an included file that it did not have before, as the plugins of a task."""
    found = validation.faults_of_included(new.data or {})
    before = validation.faults_of_included(old.data or {}) if found else []
    known = Counter(_identity(fault) for fault in before)
    added = []
    for fault in found:
        if known[_identity(fault)]:
            known[_identity(fault)] -= 1
        else:
            added.append(fault)
    return added


def _identity(fault: Fault) -> tuple[Any, ...]:
    return tuple("*" if type(key) is int else key for key in fault.path), fault.message


def _sentence(name: str, document: Document, fault: Fault) -> str:
    path = _place(document, fault)
    place = document.written_at(path) if path else None
    where = [
        name,
        *([gettext("line {number}").format(number=place[0])] if place else []),
        *([validation.dotted(path)] if path else []),
    ]
    return f"{', '.join(where)}: {fault.message}"


def _place(document: Document, fault: Fault) -> Path:
    """The path of what is at fault; of a key that is not valid, FlexGet names the mapping and quotes the key."""
    try:
        holder = document.get(fault.path)
    except PathNotFound:  # Variables have made another key of it.
        return fault.path
    quoted = [key for key in mapping(holder) if f"`{key}`" in fault.message]
    return (*fault.path, quoted[0]) if quoted else fault.path
