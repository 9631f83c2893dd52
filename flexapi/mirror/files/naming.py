"""Which files a config names, and where: `include`, `secrets`, `variables`."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flexapi.mirror.document import Path as Place
from flexapi.mirror.store.rows import mapping

INCLUDE, SECRETS, VARIABLES = "include", "secrets", "variables"
# What these hold is for editors only, whatever the keys are called.
SECRET_ROLES = frozenset({SECRETS, VARIABLES})


@dataclass(frozen=True, slots=True)
class Naming:
    """One place at which a file is named: `name` as it stands there, `by` the naming file's path, "" for the config.

    FlexGet doesn't read what it is `read` false for: a root `include` or `secrets`, which it knows no more, and what an
    included file includes.
    """

    name: str
    role: str
    place: Place
    by: str = ""
    read: bool = True

    def location(self, folder: Path) -> Path:
        """Return where FlexGet looks for the file; `folder` is the config's."""
        name = Path(self.name)
        if self.role == INCLUDE:
            with contextlib.suppress(RuntimeError):  # The home of somebody who isn't there.
                name = name.expanduser()
        return Path(os.path.normpath(folder / name))


def by_config(config: dict[Any, Any]) -> Iterator[Naming]:
    """Yield what the config names. Names with variables in them are not known before a run, and left out."""
    for role in (VARIABLES, SECRETS):
        yield from _named(config.get(role), role, (role,), read=role == VARIABLES)
    yield from _named(config.get(INCLUDE), INCLUDE, (INCLUDE,), read=False)
    for section in ("templates", "tasks"):
        for name, plugins in mapping(config.get(section)).items():
            included = mapping(plugins).get(INCLUDE)
            yield from _named(included, INCLUDE, (section, name, INCLUDE))


def by_included(data: Any, file: str) -> Iterator[Naming]:
    """Yield what an included file includes."""
    yield from _named(mapping(data).get(INCLUDE), INCLUDE, (INCLUDE,), by=file, read=False)


def _named(value: Any, role: str, place: Place, **more: Any) -> Iterator[Naming]:
    if isinstance(value, str):
        if value and "{?" not in value and "\0" not in value:
            yield Naming(value, role, place, **more)
    elif isinstance(value, list) and role == INCLUDE:
        for at, name in enumerate(value):
            if isinstance(name, str):
                yield from _named(name, role, (*place, at), **more)
