"""What all editors of the config share: who edits, and how a write is made, guarded and told of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from flexapi.mirror import mirror
from flexapi.mirror.edits import writing
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.store.tables import ConfigRevision

Key = TypeVar("Key")


@dataclass(frozen=True)
class Editor(Generic[Key]):
    """Who edits, and how; a subclass has the verbs, each one write of the file.

    `guard` is called under the writers' lock with the key of each entry that is about to change,
    and may raise to prevent the write. A `dry` editor checks everything and writes nothing.
    """

    origin: str = ConfigRevision.Origin.API
    author: AbstractBaseUser | AnonymousUser | None = None
    guard: Callable[[Key], None] | None = None
    dry: bool = False
    # Why, as the author says.
    message: str = ""
    # What the writes did to values that are shared is added here, as sentences.
    notes: list[str] = field(default_factory=list)

    def _ask_guard(self, key: Key) -> None:
        if self.guard is not None:
            self.guard(key)

    def _write(self, edit: writing.Edit, summary: str) -> Snapshot:
        """Write an edit, or only check it; return the new snapshot, EMPTY where nothing was written."""
        if self.dry:
            writing.preview(edit)
            return mirror.EMPTY
        taken = writing.write(
            edit,
            origin=self.origin,
            author=self.author,
            summary=summary,
            message=self.message,
        )
        self.notes.extend(taken.notes)
        return taken
