"""Which revision the config file of this machine was last in step with.

A file that differs from the current revision was edited, or lags behind. On one machine it lags
behind only where a crash cut a write off, which the mark `ConfigRevision.written` tells. Where
servers share a database, each has a file of its own, and lags behind whenever another one writes:
so each notes in its data folder what its file was last, and what the others stored after that is no
edit of this file.
"""

import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from flexapi.mirror.store.tables import ConfigRevision

logger = logging.getLogger("flexapi.mirror")

NAME = "config_in_step.json"


@dataclass(frozen=True, slots=True)
class Note:
    """The revision that the file at `path` held."""

    path: str
    revision: int
    hash: str


def several_servers() -> bool:
    """Whether other servers, with files of their own, may use the same database."""
    return bool(settings.DATABASE_URL)


class InStep:
    """What one file of this machine was last in step with; `revisions` are the file's, `name` is that of the note."""

    def __init__(self, revisions: Callable[[], QuerySet[ConfigRevision]], name: str = NAME) -> None:
        self._revisions = revisions
        self._name = name

    def note(self, path: Path, revision: int, digest: str) -> None:
        """Note that the file holds a revision. Under the lock.

        A crash that comes before, and a full disk, leave an older note, with which the file is one of
        the revisions that were stored since then.
        """
        new = Note(str(path), revision, digest)
        if not several_servers():
            return
        beside = self._place().with_suffix(".new")
        try:
            if self.noted(path) == new:
                return
            with beside.open("w", encoding="utf-8") as file:
                json.dump(asdict(new), file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._place())
        except OSError as error:
            logger.warning("%s can't be written: %s", self._place(), error.strerror)

    def noted(self, path: Path) -> Note | None:
        """Return the note about the file at `path`, None where there is none; raises OSError."""
        try:
            found = Note(**json.loads(self._place().read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):  # Cut off, or no note of ours.
            return None
        return found if found.path == str(path) else None

    def forget(self) -> None:
        """Remove the note: the file counts as one that was never in step."""
        self._place().unlink(missing_ok=True)

    def base(self, path: Path, current: int) -> int | None:
        """Return the revision that the file was last in step with; None where nobody knows it."""
        if not several_servers():
            revision = self._revisions().only("written", "previous_id").get(pk=current)
            return current if revision.written else revision.previous_id or 0
        found = self.noted(path)
        if found is None:
            return None
        # A database that was restored from a backup has given the number to something else.
        known = self._revisions().filter(pk=found.revision, hash=found.hash).exists()
        return found.revision if known else None

    def left_behind(self, base: int | None, digest: str) -> bool:
        """Whether a file of this hash is a revision that others have followed, rather than an edit.

        It is what it was at `base`, or a later one, where a crash came before that was noted. An older
        one was put back by somebody.
        """
        same = self._revisions().filter(hash=digest)
        if base is None:
            return same.filter(problem="").exists()
        return same.filter(Q(pk=base) | Q(pk__gt=base, problem="")).exists()

    def _place(self) -> Path:
        return Path(settings.DATA_DIR) / self._name
