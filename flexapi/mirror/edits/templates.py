"""Names of templates that lead nowhere: FlexGet's check takes them, and the run of the task fails.

As FlexGet's plugin `template` looks them up: by name in the root section, `global` and `no_global` aside; a template may
name others.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from flexapi.mirror.store.rows import mapping

Path = tuple[Any, ...]

# Need not be there.
_OWN = ("global", "no_global")


def unknown(config: dict[Any, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the path of each name that leads nowhere, and what is wrong with it."""
    templates = mapping(config.get("templates"))
    for section in ("tasks", "templates"):
        for entry, plugins in mapping(config.get(section)).items():
            for path, name in _named(mapping(plugins).get("template")):
                if name not in templates and name not in _OWN and "{?" not in name:
                    message = gettext(
                        "There is no template {name!r} in the section `templates`."
                    ).format(name=name)
                    yield (section, entry, "template", *path), message


def _named(value: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, list):
        yield from (((at,), name) for at, name in enumerate(value) if isinstance(name, str))
