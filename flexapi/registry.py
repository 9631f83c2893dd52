"""One kind of registry for all that apps bring: endpoints, parts of `/api/server`, handlers, roles, …

    parts: Registry[str, Callable[[], Any]] = Registry("part of /api/server")
    parts.add("engine", engine_status)

Whoever reads one takes it for the mapping it is. What a plugin brings can be taken out again. Imports no Django.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

logger = logging.getLogger(__name__)

Name = TypeVar("Name", str, str | None)
Value = TypeVar("Value")

_registries: "list[Registry[Any, Any]]" = []
# The plugin whose code runs; "" is FlexAPI itself.
_bringer: ContextVar[str] = ContextVar("_bringer", default="")


class Registry(Mapping[Name, Value]):
    """What apps brought, by name, in the order they did. `what` is what one of them is, for messages."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._values: dict[Name, Value] = {}
        self._bringers: dict[Name, str] = {}
        _registries.append(self)

    def add(self, name: Name, value: Value) -> None:
        """Add one. Raises ValueError for a name that is taken, unless it is for the same thing.

        What FlexAPI's own apps bring takes the place of what a plugin brought by that name.
        """
        if name in self._values:
            if self._values[name] == value:
                return
            bringer = self._bringers[name]
            if not bringer or _bringer.get():
                raise ValueError(f"There is a {self.what} named {name} already.")
            logger.error("The plugin %s can't have a %s named %s.", bringer, self.what, name)
            self.remove(name)
        self._values[name] = value
        self._bringers[name] = _bringer.get()

    def remove(self, name: Name) -> Value:
        """Take one out. Raises KeyError."""
        del self._bringers[name]
        return self._values.pop(name)

    def brought_by(self, plugin: str) -> list[Name]:
        """Return the names of what a plugin brought."""
        return [name for name, bringer in self._bringers.items() if bringer == plugin]

    def __getitem__(self, name: Name) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[Name]:
        return iter(tuple(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Registry of each {self.what}: {', '.join(map(str, self))}>"


@contextmanager
def bringing(plugin: str) -> Iterator[None]:
    """Note that what is added inside is the plugin's; "" stands for FlexAPI itself."""
    token = _bringer.set(plugin)
    try:
        yield
    finally:
        _bringer.reset(token)


def forget(plugin: str) -> None:
    """Take out of all registries what a plugin brought."""
    for registry in _registries:
        for name in registry.brought_by(plugin):
            registry.remove(name)
