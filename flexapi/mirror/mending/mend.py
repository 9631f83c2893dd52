"""The text of a broken config, and how it is mended."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext

from flexapi.mirror import credentials, mirror
from flexapi.mirror.disk import file
from flexapi.mirror.edits import writing
from flexapi.mirror.mirror import Problem, Snapshot
from flexapi.mirror.store.tables import ConfigRevision
from flexapi.phrases import phrase

MENDED = phrase("Mended the config")


@dataclass(frozen=True, slots=True)
class Broken:
    """The file as it stands there, and why it can't be read."""

    content: bytes
    problem: Problem

    @property
    def text(self) -> str:
        """The file as text; bytes that are no UTF-8 become U+FFFD."""
        return self.content.decode("utf-8", "replace")


def broken() -> Broken | None:
    """Return the config file where it does not parse, None where it does or isn't there. Raises LockBusy, OSError."""
    return _broken(mirror.refresh())


def _broken(problem: Problem | None) -> Broken | None:
    if problem is None or problem.code != "broken":
        return None
    _, content = file.read(mirror.config_path())
    return None if content is None else Broken(content, problem)


def mend(
    text: str,
    *,
    author: AbstractBaseUser | AnonymousUser | None = None,
    message: str = "",
    guard: Callable[[Broken | None], None] | None = None,
) -> Snapshot:
    """Replace the broken file by a text; what stood there is kept as a revision.

    `guard` is called under the writers' lock with what is broken, None where nothing is any more, and may raise to prevent
    the write. FlexGet isn't asked: as after an edit by hand, what it complains of is said and keeps its own tasks from
    running. Raises WriteRefused where nothing is broken, ParseError where the text doesn't parse either, and what
    `writing.write` raises.
    """
    writing.refuse_transaction()

    def attempt() -> Snapshot:
        found = _broken(mirror.CONFIG.settle())
        if guard is not None:
            guard(found)
        if found is None:
            raise writing.WriteRefused(gettext("The config is not broken: edit it as usual."))
        base = mirror.current()
        document = mirror.parse(_as_it_was(text, found.content))
        if credentials.MASK in document.text:
            document = credentials.unmask(document, base.document, credentials.in_config().hide)
        document.check()
        mirror.keep(found.content, found.problem.detail)
        return writing.put(
            document, base, ConfigRevision.Origin.API, author, MENDED, message=message
        )

    with mirror.locked():
        return writing.done(attempt)


def _as_it_was(text: str, content: bytes) -> bytes:
    """The text with the line ends and the byte order mark that the file had."""
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if content.count(b"\r\n") * 2 > content.count(b"\n"):
        plain = plain.replace("\n", "\r\n")
    return mark + plain.encode()
