"""What FlexGet takes, and does in another way than it looks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext

from flexapi.engine.instance import engine
from flexapi.mirror.document.twins import Twins
from flexapi.mirror.document.values import Path
from flexapi.mirror.store.rows import mapping
from flexapi.registry import Registry

EXEC = "exec_unescaped"
# Of a hostile text there may be any number of each kind.
MOST = 200
# Root sections that FlexGet's daemon acts on by itself, with what tells why nothing comes of one here; "": something does.
not_run: Registry[str, Callable[[], str]] = Registry("reason why a section does nothing")
not_run.add(
    "web_server",
    lambda: gettext("FlexAPI is the web server here: FlexGet's own isn't started by this section"),
)


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning: `code` is `twice`, `exec_unescaped`, `not_run` or `file_missing`.

    `lines` (from 1) are all places of a key that stands twice; for others, its path tells where it is.
    """

    code: str
    path: Path
    detail: str
    lines: tuple[int, ...] = ()


def of_twins(twins: list[Twins]) -> list[Warned]:
    """Return what to say of keys that stand twice."""
    return [Warned("twice", found.path, str(found), found.lines) for found in twins[:MOST]]


def of_data(data: dict[Any, Any]) -> Iterator[Warned]:
    """Yield what to say of a config, or of a part of one: commands that a title can change."""
    parts = {key: mapping(data[key]) for key in ("tasks", "templates") if key in data}
    if "exec" not in repr(parts):
        return
    from flexapi.engine import shell  # With it comes jinja2.

    # A hostile text has one in many places, by aliases.
    for risk in islice(shell.risks(parts), MOST):
        yield Warned(EXEC, risk.path, str(risk))


def of_sections(data: dict[Any, Any]) -> Iterator[Warned]:
    """Yield what to say of root sections that nothing comes of, which may be others in the next moment."""
    for name, tells in not_run.items():
        if data.get(name) and (detail := tells()):
            yield Warned("not_run", (name,), detail)


def of_plugins(data: dict[Any, Any]) -> Iterator[Warned]:
    """Yield what to say of plugins in a config, or in a part of one, that wait for what only FlexGet's daemon tells.

    Which these are is known once FlexGet is loaded, and may be others after a reload.
    """
    in_part = {name: problem for problem in engine().plugins_in_part() for name in problem["names"]}
    if not in_part:
        return
    for section in ("tasks", "templates"):
        for key, part in mapping(data.get(section)).items():
            for name in in_part.keys() & mapping(part).keys():
                problem = in_part[name]
                detail = f"{problem['file']}: {problem['reason'].rstrip('.')}"
                yield Warned("not_run", (section, key, name), detail)
