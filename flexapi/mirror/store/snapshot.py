"""What the database holds of the config: its history, and the current revision, which is the truth."""

import logging
import re
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from flexapi.mirror.document.document import Document
from flexapi.mirror.document.errors import ParseError
from flexapi.mirror.store import rows
from flexapi.mirror.store.tables import ConfigFile, ConfigRevision, ConfigState, digest
from flexapi.phrases import phrase

HALF = phrase("No database can store half a character, as {written} stands for one")
NUL = phrase("PostgreSQL can't store the character NUL, which {written} stands for")
NOT_UTF_8 = phrase("The file is not UTF-8, which FlexGet reads it as")
NO_MAPPING = phrase("The config must be a mapping at its root")

logger = logging.getLogger("flexapi.mirror")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A revision and its parsed text; `notes` are what the edit that made it has to say, where it was just made."""

    revision: int
    hash: str
    document: Document
    notes: tuple[str, ...] = ()

    @property
    def data(self) -> dict[Any, Any]:
        """The config as FlexGet loads it; shared, not to be modified."""
        return rows.mapping(self.document.data)


# How YAML writes the character NUL.
_NUL = re.compile(r"\\(?:0|x00|u0000|U00000000)")
_HALF = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F][0-9a-fA-F]{2}")

EMPTY = Snapshot(0, "", Document(""))

CURRENT_HASH = (
    f"SELECT r.hash FROM {ConfigState._meta.db_table} s "  # noqa: S608  Names of our own.
    f"JOIN {ConfigRevision._meta.db_table} r ON r.id = s.current_id"
)


class Superseded(Exception):
    """Somebody else stored a revision in the meantime."""


def mapping(document: Document) -> dict[Any, Any]:
    """Return the config that a document holds, as FlexGet loads it."""
    return rows.mapping(document.data)


def current_hash() -> str:
    """Return the hash of the current revision, "" where there is none yet. Does not look at the file.

    In SQL, because lists ask for it each time and the ORM took longer than all the rest.
    """
    with connection.cursor() as cursor:
        cursor.execute(CURRENT_HASH)
        row = cursor.fetchone()
    return "" if row is None else str(row[0])


def inside_transaction() -> bool:
    """Whether the caller has a transaction open, those of Django's test cases aside."""
    return not all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def parse(content: bytes) -> Document:
    """Parse a whole config; raises ParseError also for what is YAML and yet no config."""
    document = Document.from_bytes(content)
    if document.encoding != "utf-8":
        raise ParseError(NOT_UTF_8, 1, 1)
    if document.data is not None and not isinstance(document.data, dict):
        raise ParseError(NO_MAPPING, 1, 1)
    refuse_unstorable(document)
    return document


def refuse_unstorable(document: Document) -> None:
    """Raise ParseError for a text that a database or JSON can't hold: halves of characters; in PostgreSQL, a NUL."""
    kinds = [("\ud800-\udfff", _HALF, HALF)]
    if connection.vendor == "postgresql":
        kinds.append(("\0", _NUL, NUL))
    for characters, written, message in kinds:
        found = written.search(document.text)
        if found is not None and _has_any(re.compile(f"[{characters}]"), document.data, set()):
            before = document.text[: found.start()]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            raise ParseError(message.format(written=found[0]), line, column)


def _has_any(characters: re.Pattern[str], value: Any, seen: set[int]) -> bool:
    if isinstance(value, str):
        return characters.search(value) is not None
    if not isinstance(value, dict | list | tuple | set) or id(value) in seen:
        return False
    seen.add(id(value))
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    return any(_has_any(characters, part, seen) for part in parts)


class Store:
    """The revisions of one file: the config's, or with `file` those of a file that it names (its `ConfigFile`)."""

    def __init__(self, file: int | None = None) -> None:
        self._file = file
        # The current revision as this process knew it last.
        self._known = EMPTY

    def forget(self) -> None:
        """Read the current revision again when it is needed next, as a new process does."""
        self._known = EMPTY

    def remembered(self) -> Snapshot:
        """Return the current revision as this process knew it last, EMPTY where it knew none; asks nobody."""
        return self._known

    def revisions(self) -> QuerySet[ConfigRevision]:
        """All revisions of the file."""
        return ConfigRevision.every.filter(file=self._file)

    def _state(self) -> QuerySet[Any]:
        """The row that says which revision is current; none where there is no revision yet."""
        if self._file is None:
            return ConfigState.objects.all()
        return ConfigFile.objects.filter(pk=self._file, current__isnull=False)

    def current(self) -> Snapshot:
        """Return the current revision, EMPTY where there is none yet. Does not look at the file."""
        state = self._state().values_list("current_id", "current__hash").first()
        if state is None:
            return EMPTY
        remembered = self._known
        if (remembered.revision, remembered.hash) == state:
            return remembered
        content = self.revisions().values_list("content", flat=True).get(pk=state[0])
        self._known = Snapshot(state[0], state[1], parse(bytes(content)))
        return self._known

    def store(
        self,
        content: bytes,
        document: Document,
        origin: str,
        *,
        base: Snapshot,
        author: Any = None,
        summary: str = "",
        message: str = "",
        written: bool = False,
        joins: ConfigRevision | None = None,
    ) -> Snapshot:
        """Store a revision as the current one, and its rows with it, in one transaction.

        `joins` is stored before it, as part of the history. Raises Superseded where `base` is no longer
        the current one.
        """
        # What is written afterwards must not be rolled back by somebody else.
        with transaction.atomic(durable=not written):
            if joins is not None:
                joins.save(force_insert=True)
            revision = ConfigRevision.every.create(
                file_id=self._file,
                content=content,
                hash=digest(content),
                origin=origin,
                author=author,
                summary=summary[:200],
                message=message,
                notes=list(document.notes),
                previous_id=base.revision or None,
                written=written,
            )
            if base.revision:
                state = self._state().filter(current_id=base.revision)
                if state.update(current=revision) != 1:
                    raise Superseded
            elif not self._begin(revision):
                raise Superseded
            if self._file is None:
                rows.update_rows(base.data if base.revision else None, document.data)
        self._known = Snapshot(revision.pk, revision.hash, document.settled())
        return replace(self._known, notes=document.notes)

    def _begin(self, revision: ConfigRevision) -> bool:
        """Make a revision the current one where there is none; False where somebody was quicker."""
        if self._file is None:
            return ConfigState.objects.get_or_create(pk=1, defaults={"current": revision})[1]
        waiting = ConfigFile.objects.filter(pk=self._file, current=None)
        return waiting.update(current=revision) == 1

    def withdraw(self, taken: Snapshot, base: Snapshot, problem: str) -> bool:
        """Go back to `base` because the revision after it can't be written. Under the lock.

        Returns False where another server has based one on it already: then it stays.
        """
        with transaction.atomic(durable=True):
            state = self._state().filter(current_id=taken.revision)
            if base.revision or self._file is not None:
                gone = state.update(current=base.revision or None)
            else:
                gone = state.delete()[0]
            if not gone:
                return False
            self.revisions().filter(pk=taken.revision).update(problem=problem)
            if self._file is None:
                rows.update_rows(taken.data, base.data)
        self._known = base
        return True

    def keep(self, content: bytes, problem: str, previous: ConfigRevision | None = None) -> None:
        """Keep a state of the file that is about to be, or was, replaced without having been current.

        `previous` is what it was made of, as far as that is known.
        """
        logger.warning("A state of a file is kept as a revision. %s", problem)
        ConfigRevision.every.create(
            file_id=self._file,
            content=content,
            hash=digest(content),
            origin=ConfigRevision.Origin.FILE,
            problem=problem[:500],
            previous=previous,
        )


CONFIG = Store()


def catch_up() -> None:
    """Have the handlers that failed bring their rows up to date, where it is time to try again."""
    behind = rows.names_behind()
    if behind and rows.is_due(behind):
        with transaction.atomic():
            # So that nobody stores another revision until the rows show this one.
            ConfigState.objects.select_for_update().first()
            data = CONFIG.current().data
            rows.update_rows(data, data)
        behind = rows.names_behind()
    rows.note_caught_up(behind)
