"""The primitive edits, as what they do to the data."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from . import texts
from .errors import EditRefused, KeyTaken, PathNotFound
from .values import Path, changed

LAST: Any = object()  # as Insert.after: behind all entries


@dataclass(frozen=True)
class Replace:
    """Another value at ``path``."""

    path: Path
    value: Any

    def expected(self, data: Any) -> Any:
        return changed(data, self.path, lambda _: self.value)


@dataclass(frozen=True)
class Insert:
    """A new entry in the mapping or sequence that holds ``path``.

    In a mapping it goes behind the key ``after`` (None: to the front); in a sequence to the index
    that ``path`` ends with.
    """

    path: Path
    value: Any
    after: Hashable = LAST

    def expected(self, data: Any) -> Any:
        return changed(data, self.path[:-1], self._inserted)

    def _inserted(self, container: Any) -> Any:
        key = self.path[-1]
        if container is None:
            container = {}
        if isinstance(container, dict):
            if key in container:
                raise KeyTaken(texts.TAKEN.format(key=key))
            pairs = list(container.items())
            at = len(pairs)
            if self.after is not LAST:
                if self.after is not None and self.after not in container:
                    raise PathNotFound(texts.NOTHING_HERE.format(key=self.after))
                at = 0 if self.after is None else list(container).index(self.after) + 1
            return dict([*pairs[:at], (key, self.value), *pairs[at:]])
        if isinstance(container, list) and type(key) is int and 0 <= key <= len(container):
            return [*container[:key], self.value, *container[key:]]
        raise PathNotFound(texts.NO_PLACE.format(key=key))


@dataclass(frozen=True)
class Delete:
    """No entry at ``path`` any more."""

    path: Path

    def expected(self, data: Any) -> Any:
        return changed(data, self.path[:-1], self._without)

    def _without(self, container: Any) -> Any:
        step = self.path[-1]
        if isinstance(container, dict):
            return {key: value for key, value in container.items() if key != step}
        return [item for index, item in enumerate(container) if index != step]


@dataclass(frozen=True)
class Rename:
    """Another key for the mapping entry at ``path``; its place and value stay."""

    path: Path
    key: Hashable

    def expected(self, data: Any) -> Any:
        return changed(data, self.path[:-1], self._renamed)

    def _renamed(self, container: Any) -> Any:
        if not isinstance(container, dict):
            raise EditRefused(texts.NO_NAMES)
        old = self.path[-1]
        if self.key in container and self.key != old:
            raise KeyTaken(texts.TAKEN.format(key=self.key))
        return {self.key if key == old else key: value for key, value in container.items()}


@dataclass(frozen=True)
class Move:
    """The entry at ``path`` to another place (0 and up) among its siblings."""

    path: Path
    position: int

    def expected(self, data: Any) -> Any:
        return changed(data, self.path[:-1], self._moved)

    def _moved(self, container: Any) -> Any:
        step: Any = self.path[-1]
        if isinstance(container, dict):
            keys = [key for key in container if key != step]
            keys.insert(self.position, next(key for key in container if key == step))
            return {key: container[key] for key in keys}
        items = list(container)
        items.insert(self.position, items.pop(step))
        return items


@dataclass(frozen=True)
class Arrange:
    """The items of the sequence at ``path`` in another order: ``order`` has their indexes."""

    path: Path
    order: tuple[int, ...]

    def expected(self, data: Any) -> Any:
        return changed(data, self.path, lambda items: [items[index] for index in self.order])


Operation = Replace | Insert | Delete | Rename | Move | Arrange
