"""What can be done to root sections and to the config as a whole; each function is one write."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from flexapi.mirror.document import Document, EditRefused, KeyTaken, PathNotFound, from_json
from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.document.parse import compose
from flexapi.mirror.edits import writing
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.store.rows import mapping
from flexapi.mirror.store.tables import ConfigRevision

MAX_NAME = 500


class BadName(writing.Refused):
    """The name can't be that of a section."""


@dataclass(frozen=True)
class ConfigEditor:
    """Who edits, and how. `guard` is called under the writers' lock and may raise to prevent the write.

    A `dry` editor checks everything and writes nothing.
    """

    origin: str = ConfigRevision.Origin.API
    author: AbstractBaseUser | AnonymousUser | None = None
    guard: Callable[[], None] | None = None
    dry: bool = False
    # What the writes did to values that are shared is added here, as sentences.
    notes: list[str] = field(default_factory=list)

    def add_section(self, name: str, config: Any) -> None:
        """Add a root section at the end. Raises KeyTaken, BadName."""
        check_name(name)

        def edit(document: Document) -> Document:
            if name in names(document):
                raise KeyTaken(f"There is a section {name!r} already")
            return document.set((name,), config)

        self._write(edit, f"Added section {name}")

    def add_section_source(self, text: str) -> str:
        """Add a root section from its YAML source (`name: …`); return its name. Raises as `add_section`."""
        root = compose(text, foreign=True).root
        if root is None or root.kind != "mapping" or len(root.pairs) != 1:
            raise BadName("The source has to be one entry, `name: …`, and nothing else.")
        name = root.pairs[0][0].value
        check_name(name)

        def edit(document: Document) -> Document:
            if name in names(document):
                raise KeyTaken(f"There is a section {name!r} already")
            return document.set((name,), {}).replace_source((name,), text)

        self._write(edit, f"Added section {name}")
        return name

    def set_section(self, name: str, config: Any) -> None:
        """Set the value of a section to what a client means by this JSON. Raises PathNotFound."""

        def edit(document: Document) -> Document:
            key = key_of(document, name)
            return document.set((key,), from_json(config, document.get((key,))))

        self._write(edit, f"Changed section {name}")

    def set_section_source(self, name: str, text: str) -> None:
        """Set a section's YAML source (`name: …`), comments included. Raises PathNotFound."""

        def edit(document: Document) -> Document:
            return document.replace_source((key_of(document, name),), text)

        self._write(edit, f"Changed section {name}")

    def delete_sections(self, given: list[str]) -> None:
        """Delete root sections. Raises PathNotFound."""

        def edit(document: Document) -> Document:
            for name in given:
                document = document.delete((key_of(document, name),))
            return document

        self._write(edit, f"Deleted {', '.join(given)}")

    def set_text(self, text: str) -> None:
        """Set the whole text. Raises EditRefused for what is no mapping."""

        def edit(document: Document) -> Document:
            new = document.replace_source((), text)
            if new.data is not None and not isinstance(new.data, dict):
                raise EditRefused("The config must be a mapping at its root", 1, 1)
            return new

        self._write(edit, "Changed the config")

    def _write(self, edit: Callable[[Document], Document], summary: str) -> None:
        def guarded(base: Snapshot) -> Document:
            if self.guard is not None:
                self.guard()
            return edit(base.document)

        if self.dry:
            writing.preview(guarded)
        else:
            taken = writing.write(guarded, origin=self.origin, author=self.author, summary=summary)
            self.notes.extend(taken.notes)


def check_name(name: str) -> None:
    """Raise BadName for what can't be the name of a new section."""
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise BadName("A name has no white space around it and no control characters.")
    if len(name) > MAX_NAME:
        raise BadName(f"A name has at most {MAX_NAME} characters.")


def names(document: Document) -> dict[str, Any]:
    """Return the real keys of the root by the texts that stand for them."""
    return {name: key for key, name in key_names(mapping(document.data)).items()}


def key_of(document: Document, name: str) -> Any:
    """Return the real key of a section. Raises PathNotFound."""
    found = names(document)
    if name not in found:
        raise PathNotFound(f"There is no section {name!r}")
    return found[name]
