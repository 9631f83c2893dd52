"""What other apps add to the mirror: rows for the root section that is theirs, and what names tasks."""

from collections.abc import Callable
from typing import Any, Protocol

from flexapi.mirror.document import Document

# Called in the transaction that stores a new revision, with the section's data before and now
# (None where it is missing), as FlexGet loads it. Must not do anything but update rows.
IndexRows = Callable[[Any, Any], None]

# Stands for the config as a whole in place of a section's name.
ROOT = None

_index_rows: dict[str | None, IndexRows] = {}


def register(section: str | None, index_rows: IndexRows) -> None:
    """Let `index_rows` keep rows of a root section, or of ROOT; call it in `AppConfig.ready`."""
    if section in _index_rows and _index_rows[section] is not index_rows:
        raise ValueError(f"The section {section!r} has a handler already.")
    _index_rows[section] = index_rows


def registered() -> dict[str | None, IndexRows]:
    """Return the handlers by section."""
    return dict(_index_rows)


class References(Protocol):
    """A root section whose entries name tasks. Names are keys as the file has them."""

    def naming(self, document: Document, task: str) -> list[str]:
        """Return a label for each entry that names the task."""

    def rename(self, document: Document, task: str, name: str) -> Document:
        """Return the document with the task under its new name in all entries."""

    def remove(self, document: Document, task: str) -> Document:
        """Return the document without the task in any entry; an entry left without a task goes too."""


_references: dict[str, References] = {}


def register_references(section: str, references: References) -> None:
    """Let `references` answer for a section; what answered before is replaced."""
    _references[section] = references


def references() -> list[References]:
    """Return all that name tasks."""
    return list(_references.values())
