"""Which values of a config are credentials, and how its JSON view is shown without them.

A value is a credential for what its key is called; in texts, for how it is written. The
names of the users they belong to are not hidden: they tell people which account a task uses.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from flexapi.mirror.credentials.names import hides, hides_at, is_whole, own_names, plugins_of
from flexapi.mirror.credentials.texts import MASK, mask_text, parts_of, secrets_in
from flexapi.mirror.document import Path

_REFERENCE = re.compile(r"\{\?\s*([\w.]+)[^?]*\?\}")

# Masks the credentials in a text.
Hide = Callable[[str], str]


def mask_value(
    value: Any,
    path: Path = (),
    variables: frozenset[Path] = frozenset(),
    hide: Hide = mask_text,
) -> Any:
    """Return a copy of the JSON view of a value with its credentials masked.

    `path` is where the value is in the config; `variables` are the paths of credentials there; `hide` masks what is in texts.
    """
    return _mask(value, path, variables, hide, secret=_is_secret(path, variables))


def _is_secret(path: Path, variables: frozenset[Path]) -> bool:
    return hides_at(path) or any(path[:length] in variables for length in range(len(path) + 1))


def _mask(value: Any, path: Path, variables: frozenset[Path], hide: Hide, secret: bool) -> Any:
    if isinstance(value, dict):
        return {
            (hide(key) if isinstance(key, str) else key): _mask(
                below, (*path, key), variables, hide, secret or is_hidden(path, key, variables)
            )
            for key, below in value.items()
        }
    if isinstance(value, list):
        return [_mask(item, (*path, at), variables, hide, secret) for at, item in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    if secret or is_whole(path):
        return value if value == "" else MASK
    return hide(value) if isinstance(value, str) else value


def is_hidden(path: Path, key: Any, variables: frozenset[Path]) -> bool:
    """Whether the values under `key` of the mapping at `path` are credentials."""
    return (*path, key) in variables or hides(path, key)


def secret_variables(data: dict[Any, Any]) -> frozenset[Path]:
    """Return the paths in the section `variables` that credentials of the config take their values from."""
    if not isinstance(data.get("variables"), dict):
        return frozenset()
    return frozenset(
        ("variables", *name.split("."))
        for path, text in _texts(data, ())
        if "{?" in text
        for name in _REFERENCE.findall(text)
        if _is_secret(path, frozenset()) or mask_text(text) != text
    )


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _texts(below, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _texts(item, (*path, at))
    elif isinstance(value, str):
        yield path, value


def mask_message(message: str, path: Path, data: dict[Any, Any]) -> str:
    """Return a complaint about the value at `path` without the credentials that it quotes.

    What is hidden is what the task or section around that value hides.
    """
    around: Any = data
    place = path[: own_names(path)]
    for key in place:
        around = around.get(key) if isinstance(around, dict) else None
    shown = dict(_texts(mask_value(around, place, secret_variables(data)), ()))
    for at, text in _scalars(around, ()):
        if shown.get(at, text) != text and text:
            message = message.replace(text, shown[at])
    return mask_text(message)


def _scalars(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """As `_texts`, numbers and the like as text."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _scalars(below, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _scalars(item, (*path, at))
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)


def secrets_of(data: dict[Any, Any]) -> set[str]:
    """Return the credentials of a config, as the texts in which they may appear elsewhere."""
    collector = _Collector(secret_variables(data))
    collector.visit(data, (), secret=False)
    return collector.found


class _Collector:
    """Goes through a config; what aliases share is gone through once for each kind of place."""

    def __init__(self, variables: frozenset[Path]) -> None:
        self.found: set[str] = set()
        self._variables = variables
        self._done: set[Any] = set()

    def visit(self, value: Any, path: Path, *, secret: bool) -> None:
        if isinstance(value, dict | list):
            kind = (id(value), secret, path[:1], len(path) < 2, plugins_of(path))
            if kind in self._done:
                return
            self._done.add(kind)
        if isinstance(value, dict):
            for key, below in value.items():
                if isinstance(key, str):
                    self.found |= secrets_in(key)
                hidden = secret or is_hidden(path, key, self._variables)
                self.visit(below, (*path, key), secret=hidden)
        elif isinstance(value, list):
            for at, item in enumerate(value):
                self.visit(item, (*path, at), secret=secret)
        elif value is not None and not isinstance(value, bool):
            text = str(value)
            self.found |= secrets_in(text)
            if secret or is_whole(path):
                self.found |= parts_of(text)
