"""What other apps add to the mirror: rows for the root section that is theirs, and what names tasks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from flexapi.mirror.document import Document
from flexapi.registry import Registry

# Called in the transaction that stores a new revision, with the section's data before and now
# (None where it is missing), as FlexGet loads it. Must not do anything but update rows.
RowHandler = Callable[[Any, Any], None]

# Stands for the config as a whole in place of a section's name.
ROOT = None

row_handlers: Registry[str | None, RowHandler] = Registry("handler of a section")


def register(section: str | None, handler: RowHandler) -> None:
    """Let `handler` keep rows of a root section, or of ROOT; call it in `AppConfig.ready`."""
    row_handlers.add(section, handler)


# Called with an included file's place, its text before an edit and after it; returns what the edit breaks, as sentences.
IncludedCheck = Callable[[Path, str, str], list[str]]

included_checks: Registry[str, IncludedCheck] = Registry("check of included files")


def register_included_check(name: str, check: IncludedCheck) -> None:
    """Let `check` have its say about edits of included files; call it in `AppConfig.ready`."""
    included_checks.add(name, check)


# Called with the data of a config before an edit and after it; returns what the edit breaks that FlexGet's own check does
# not find, as paths and sentences. Raises EngineUnavailable.
ConfigCheck = Callable[[dict[Any, Any], dict[Any, Any]], list[tuple[tuple[Any, ...], str]]]

config_checks: Registry[str, ConfigCheck] = Registry("check of the config")


def register_config_check(name: str, check: ConfigCheck) -> None:
    """Let `check` have its say about edits of the config; call it in `AppConfig.ready`."""
    config_checks.add(name, check)


class References(Protocol):
    """A root section whose entries name tasks. Names are keys as the file has them."""

    def naming(self, document: Document, task: str) -> list[str]:
        """Return a label for each entry that names the task."""

    def rename(self, document: Document, task: str, name: str) -> Document:
        """Return the document with the task under its new name in all entries."""

    def remove(self, document: Document, task: str) -> Document:
        """Return the document without the task in any entry; an entry left without a task goes too."""


references: Registry[str, References] = Registry("section that names tasks")


def register_references(section: str, naming: References) -> None:
    """Let `naming` answer for a section whose entries name tasks; call it in `AppConfig.ready`."""
    references.add(section, naming)
