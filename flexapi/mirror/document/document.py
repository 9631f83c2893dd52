"""A YAML text that can be edited without disturbing what is not edited."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Any

from . import bulk, texts
from .diff import differences
from .edit import edit_many, edit_text, expect
from .errors import EditRefused, KeyTaken, ParseError, PathNotFound
from .excerpt import Excerpt, excerpt
from .jsonview import from_json
from .operations import LAST, Delete, Insert, Move, Operation, Rename, Replace
from .origins import written_at
from .parse import LIMITS, Limits, compose, decoded, load
from .paths import find, shown
from .sharing import notes
from .source import put_source, put_whole, source_of
from .tree import Tree
from .twins import Twins, refuse_ignored, twins
from .values import Path, changed, get, has, same, same_content
from .write import Habit, habit_of

_UNKNOWN: Any = object()
_SHARED_ROUNDS = 10
_READ_AGAIN = 20_000  # characters


class Document:
    """An immutable YAML text. Every edit gives a new document; nothing else changes in its text.

    Every edit is proved before it is given out: the new text loads to exactly the old data with
    the edit applied, or EditRefused (with line and column) is raised.

    ``Document(text)`` raises ParseError where the text is no YAML and LimitError where it exceeds
    ``limits``. Some texts parse and yet hold values that cannot be: for these ``data`` raises
    ParseError.
    """

    def __init__(self, text: str, limits: Limits = LIMITS, encoding: str = "utf-8") -> None:
        self.text = text
        self.limits = limits
        self.encoding = encoding
        self._bom = text[: text.startswith("\ufeff")]
        self._body = text[len(self._bom) :]
        self._data: Any = _UNKNOWN
        self._habit: Habit | None = None
        self._tree: Tree | None = None
        # What the edits that led here did to shared values, as sentences.
        self.notes: tuple[str, ...] = ()
        self._overview = compose(self._body, limits, detail=2)
        self._alike = not self._overview.doubtful  # to libyaml as to FlexGet

    @classmethod
    def from_bytes(cls, data: bytes, limits: Limits = LIMITS) -> Document:
        """Decode as PyYAML does: UTF-16 with a byte order mark, else UTF-8."""
        text, encoding = decoded(data, limits)
        return cls(text, limits, encoding)

    def to_bytes(self) -> bytes:
        """The text in the encoding that it came in."""
        return self.text.encode(self.encoding)

    @property
    def data(self) -> Any:
        """What FlexGet sees. Shared between documents: not to be modified."""
        if self._data is _UNKNOWN:
            self._data = load(self._body, alike=self._alike)
        return self._data

    def check(self) -> None:
        """Prove that FlexGet reads the text to exactly ``data``; the last step before it is stored.

        FlexGet's parser needs 5 seconds for a megabyte. Texts of a few tasks are read with it again; in
        larger ones only what may be read in two ways was, when this document was made. Raises ParseError
        and EditRefused.
        """
        if len(self._body) <= _READ_AGAIN and not same(load(self._body, alike=False), self.data):
            raise EditRefused(texts.READ_OTHERWISE)

    def settled(self) -> Document:
        """The document without its notes, for further edits."""
        same_text = copy(self)
        same_text.notes = ()
        return same_text

    def require(self, path: Path, *kinds: type) -> None:
        """Raise EditRefused, with its line, for a value at ``path`` that is of no such kind.

        Nothing there, or null, is always right.
        """
        value = get(self.data, path) if has(self.data, path) else None
        if value is not None and not isinstance(value, kinds):
            place, _ = self.mark(path)
            wanted = " or ".join(texts.KINDS[kind] for kind in kinds)
            found = texts.KINDS.get(type(value), texts.SINGLE)
            problem = texts.WRONG_KIND.format(path=shown(path), found=found, wanted=wanted)
            raise EditRefused(problem, *place)

    @cached_property
    def twins(self) -> list[Twins]:
        """The keys that stand twice, of which FlexGet reads the last."""
        return twins(self._parsed())

    def refuse_ignored(self, path: Path) -> None:
        """Raise EditRefused for what stands only where FlexGet doesn't read it: below an earlier twin."""
        if not has(self.data, path):
            refuse_ignored(self._parsed(), path)

    def get(self, path: Path) -> Any:
        """The value at ``path``. Raises PathNotFound."""
        try:
            return get(self.data, path)
        except (KeyError, IndexError, TypeError):
            self.refuse_ignored(path)
            raise PathNotFound(texts.NOTHING_AT.format(path=shown(path))) from None

    def set(self, path: Path, value: Any, *, shared: bool = False) -> Document:
        """The document with ``value`` at ``path``, edited only where the two differ.

        The last key of ``path`` may be new in a mapping, or one past the end of a sequence.
        Keys that stay keep their order: the order of keys in ``value`` only matters for new ones.

        What is shared (has an anchor that aliases elsewhere refer to) is only edited with
        ``shared``, and then for all who share it; otherwise EditRefused names their lines.
        """
        if path and not has(self.data, path):
            return self._apply(Insert(path, value), shared)
        operations = list(differences(self.get(path), value, path))
        try:
            return self._apply_all(operations, path, value)
        except EditRefused as refused:
            if not self._parsed().references:
                raise
            try:
                document = self._set_shared(path, value)
            except EditRefused:
                raise refused from None
            if shared or same_content(document.data, changed(self.data, path, lambda _: value)):
                return document
            raise

    def _apply_all(self, operations: list[Operation], path: Path, value: Any) -> Document:
        """The document after all operations, which together put ``value`` at ``path``."""
        if len(operations) < 2:
            return self._apply(operations[0]) if operations else self
        if (part := self._excerpt(Replace(path, value))) is not None:
            start = len(part.path)
            inner = [replace(operation, path=operation.path[start:]) for operation in operations]
            text = self._body[part.start : part.end]
            try:
                data = load(text)
                if list(data) == part.keys:
                    limits, tail = self.limits, part.tail
                    text = edit_many(text, inner, data, self._habits(), limits, tail=tail)
                    return self._spliced(part, text, self._after(operations))
            except (ParseError, EditRefused):
                pass  # the whole text knows more ways, and the right line numbers
        body = edit_many(self._body, operations, self.data, self._habits(), self.limits)
        return self._with(body, self._after(operations))._noting(self, operations)

    def _after(self, operations: list[Operation]) -> Any:
        """The data after operations; unknown where the data before was never asked for."""
        data = self._data
        if data is not _UNKNOWN:
            for operation in operations:
                data = expect(operation, data)
        return data

    def _set_shared(self, path: Path, value: Any) -> Document:
        """The document with ``value`` at ``path``, and whatever that changes elsewhere."""
        document = self
        # One edit may have changed several places of the value: what is left is looked up again.
        for _ in range(_SHARED_ROUNDS):
            operations = list(differences(document.get(path), value, path))
            if not operations:
                return document
            for operation in operations:
                try:
                    document = document._apply(operation, shared=True)
                except (KeyTaken, PathNotFound):
                    break
        raise EditRefused(texts.CONTRADICTION.format(path=shown(path)))

    def set_json(self, path: Path, value: Any, *, shared: bool = False) -> Document:
        """``set`` for a value that came as JSON: what equals its JSON view stays as it is."""
        present = get(self.data, path) if has(self.data, path) else None
        return self.set(path, from_json(value, present), shared=shared)

    def add(
        self, path: Path, value: Any, after: Hashable = LAST, *, shared: bool = False
    ) -> Document:
        """The document with a new entry.

        In a mapping it goes behind the key ``after`` (None: to the front), by default to the end;
        in a sequence to the index that ``path`` ends with. Raises KeyTaken.
        """
        return self._apply(Insert(path, value, after), shared)

    def delete(self, path: Path, *, shared: bool = False) -> Document:
        """The document without an entry and the comments that belong to it (see ``comments``)."""
        return self._apply(Delete(path), shared)

    def rename(self, path: Path, key: Hashable) -> Document:
        """The document with another key for a mapping entry. Raises KeyTaken."""
        return self if path[-1] == key else self._apply(Rename(path, key))

    def rename_all(self, path: Path, keys: Mapping[Any, Hashable]) -> Document:
        """The document with other keys, by the old ones, for entries of a mapping. Raises KeyTaken."""
        if len(keys) > 1 and not any(new in self.get(path) for new in keys.values()):
            body = bulk.renamed(self._body, path, keys, self.data, self._habits(), self.limits)
            if body is not None:
                return self._with(body, _UNKNOWN)
        document = self
        for key, new in keys.items():
            document = document.rename((*path, key), new)
        return document

    def delete_all(self, path: Path, keys: Collection[Hashable]) -> Document:
        """The document without entries of a mapping and the comments that belong to them."""
        if keys and len(keys) == len(self.get(path)):
            # The last one leaves an empty mapping behind, which is another edit.
            *others, last = keys
            return self.delete_all(path, others).delete((*path, last))
        if len(keys) > 1:
            body = bulk.deleted(self._body, path, keys, self.data, self.limits)
            if body is not None:
                return self._with(body, _UNKNOWN)
        document = self
        for key in keys:
            document = document.delete((*path, key))
        return document

    def move(self, path: Path, position: int) -> Document:
        """The document with an entry, and its comments, at another place (0 and up) among its siblings."""
        return self._apply(Move(path, position))

    def mark(self, path: Path) -> tuple[tuple[int, int], tuple[int, int]]:
        """Line and column, from 1, of the key (of a sequence entry: its dash) and of the value.

        For what an alias or a merge brings in, both are the place of the alias, or of the mapping
        that merges.
        """
        tree = self._parsed()
        if tree.root is None or not has(self.data, path):
            raise PathNotFound(texts.NOTHING_AT.format(path=shown(path)))
        found = find(tree.root, path)
        value = tree.lines.place(found.nodes[-1].start)
        if found.stopped or not path:
            return value, value
        key = tree.entry_start(found.nodes[-2], found.indexes[-1])
        return tree.lines.place(key), value

    def written_at(self, path: Path) -> tuple[int, int] | None:
        """Line and column, from 1, where the value at ``path`` is written: behind aliases and merges."""
        return written_at(self._parsed(), path)

    def source(self, path: Path) -> str:
        """The exact source of the entry at ``path``, moved to column 0: ``key: value``, ``- item``.

        The comments that belong to it are included. For ``()``, the whole text. The text can be
        parsed alone unless it has aliases of anchors elsewhere.
        """
        if not path:
            return self._body
        part = self._excerpt(Replace(path, None))
        if part is not None:
            text = self._body[part.start : part.end]
            inner = path[len(part.path) :]
            data = load(text)
            if has(data, inner):
                return source_of(compose(text, self.limits), inner, data, self._habits())
        self.get(path)
        return source_of(self._parsed(), path, self.data, self._habits())

    def replace_source(self, path: Path, text: str, *, shared: bool = False) -> Document:
        """The document with another source for the entry at ``path``, comments included.

        Lines that do not differ from ``source(path)`` stay byte for byte. Raises ParseError with
        the place in ``text``, or EditRefused where it is not that one entry, or changes others.
        """
        text = text.removeprefix("\ufeff")
        if text == self.source(path):
            return self
        if not path:
            body = put_whole(self._body, text, self._habits())
            return Document(self._bom + body, self.limits, self.encoding)
        part = self._excerpt(Replace(path, None))
        if part is not None and not compose(text, self.limits, foreign=True).references:
            old = self._body[part.start : part.end]
            try:
                new = put_source(
                    old, path[len(part.path) :], text, load(old),
                    self._habits(), self.limits, tail=part.tail,
                )  # fmt: skip
            except EditRefused:
                pass  # the whole text knows the right line numbers
            else:
                # It was proved that the entry means the same alone, and all others what they did.
                entry = load(text)
                value = next(iter(entry.values() if isinstance(entry, dict) else entry))
                return self._spliced(part, new, self._expected(path, value))
        found = find(self._parsed().top, path)
        if found.stopped:
            entry = load(text)
            if not isinstance(entry, dict) or list(entry) != [path[-1]]:
                raise EditRefused(texts.ONE_ENTRY.format(key=path[-1]), 1, 1)
            return self.set(path, entry[path[-1]], shared=shared)
        body = put_source(
            self._body, path, text, self.data, self._habits(), self.limits, shared=shared
        )
        return self._with(body, _UNKNOWN)

    def _parsed(self) -> Tree:
        if self._tree is None:
            self._tree = compose(self._body, self.limits)
        return self._tree

    def _habits(self) -> Habit:
        if self._habit is None:
            self._habit = habit_of(self._body)
        return self._habit

    def _excerpt(self, operation: Operation) -> Excerpt | None:
        return excerpt(self._overview, operation)

    def _with(self, body: str, data: Any) -> Document:
        """A document of an edited text. Reading all of it again keeps the limits on the whole."""
        try:
            new = Document(self._bom + body, self.limits, self.encoding)
        except ParseError as error:
            raise EditRefused(texts.NOT_FITTING.format(problem=error.problem)) from None
        new._data, new._habit, new.notes = data, self._habit, self.notes
        return new

    def _apply(self, operation: Operation, shared: bool = False) -> Document:
        if isinstance(operation, Move) and self._stands_at(operation):
            return self
        if (local := self._apply_locally(operation)) is not None:
            return local
        try:
            body = edit_text(
                self._body, operation, self.data, self._habits(), self.limits, shared=shared
            )
        except PathNotFound:
            self.refuse_ignored(operation.path)
            raise
        new = self._with(body, _UNKNOWN if shared else expect(operation, self.data))
        return new._noting(self, [operation])

    def _noting(self, before: Document, operations: Sequence[Operation]) -> Document:
        """This document, which knows what the operations did to shared values of the one before."""
        structural = any(isinstance(operation, Delete | Rename) for operation in operations)
        if before._overview.references or (structural and before.twins):
            said = notes(before._parsed(), self._parsed(), operations)
            self.notes = tuple(dict.fromkeys([*self.notes, *said]))
        return self

    def _stands_at(self, operation: Move) -> bool:
        container = self.get(operation.path[:-1])
        steps = list(container) if isinstance(container, dict) else range(len(container))
        at = operation.position
        return 0 <= at < len(steps) and steps[at] == operation.path[-1]

    def _apply_locally(self, operation: Operation) -> Document | None:
        """Edit and prove an excerpt instead of the whole, where that is as good."""
        part = self._excerpt(operation)
        if part is None:
            return None
        text = self._body[part.start : part.end]
        inner = replace(operation, path=operation.path[len(part.path) :])
        if isinstance(inner, Move) and len(inner.path) == 1:
            inner = replace(inner, position=inner.position - part.offset)
        try:
            data = load(text)
            if list(data) != part.keys:
                return None
            if isinstance(inner, Delete | Rename) and twins(compose(text, self.limits)):
                return None  # the whole text knows their lines
            text = edit_text(text, inner, data, self._habits(), self.limits, tail=part.tail)
        except (ParseError, EditRefused):
            return None  # the whole text knows more ways, and the right line numbers
        return self._spliced(part, text, self._after([operation]))

    def _expected(self, path: Path, value: Any) -> Any:
        """The data with another value at ``path``; unknown where it is not known what it was."""
        return _UNKNOWN if self._data is _UNKNOWN else changed(self._data, path, lambda _: value)

    def _spliced(self, part: Excerpt, text: str, data: Any) -> Document:
        return self._with(self._body[: part.start] + text + self._body[part.end :], data)
