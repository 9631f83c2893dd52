"""Which commands of FlexGet's `exec` hand an entry's fields to a shell that reads them as part of the command.

Titles and URLs come from feeds, sites and the movie queue, so whoever names a release or adds a movie can run commands
there. `auto_escape: yes` and the filter `shell_quote` prevent it, unless the command puts quotes around the field: they
end or undo what escaping does (FlexGet's own documentation of `exec` says so). FlexGet 3.22's `auto_escape` escapes
what an entry holds as text, and not what it looks up when the command is filled in, such as `imdb_name`.

The server and the plugins inside FlexGet use it, so it imports neither Django nor flexget.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from flexapi.phrases import phrase

Path = tuple[Any, ...]

# FlexGet's has more filters and tests, which parsing doesn't look at.
_PARSER = Environment(extensions=["jinja2.ext.loopcontrols"], autoescape=False)  # noqa: S701  It renders nothing.
# What templates know and no entry says.
_OWN_NAMES = frozenset({"now", "utcnow", "timedelta", "duration", "task_name", "task.name"})
# Filters after which an escaped value is still escaped.
_HARMLESS = frozenset({"shell_quote", "default", "d"})
# What plugins such as `imdb_lookup` look up: FlexGet's lazy fields, by the names that they have in 3.22.
_LOOKED_UP = re.compile(
    r"(imdb|tmdb|tvdb|trakt|tvmaze|bluray|emby)_\w+|tvrage_id|zap2it_id|media_id", re.ASCII
)
# Parts of a template that may bring in anything.
_OTHER_TEMPLATES = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)
# What a shell takes as it is. A word that begins with a dash would be an option of the command.
_PLAIN = re.compile(r"(?![- ])(?:[A-Za-z0-9_@%+=:,./\x80-\U0010FFFF-]| (?!-))*", re.ASCII)


EXAMPLE = "`{{title|shell_quote}}`"
UNESCAPED = phrase(
    "puts {fields} into a shell unescaped, so whoever names a release or queues a movie can run commands. Set "
    "`auto_escape: yes`, or add the filter `shell_quote`, as in {example}"
)
QUOTED = phrase("puts quotes around {fields}, which undoes the escaping. Remove these quotes")
MISSED = phrase(
    "relies on `auto_escape` for {fields}, which it doesn't reach: FlexGet looks them up when it fills in the command. Set "
    "`auto_escape: no`, and add the filter `shell_quote` to every field"
)
EXEC = phrase("`exec` {problem}")
ALSO = phrase("{problem}. It also {found}")


@dataclass(frozen=True, slots=True)
class Risk:
    """An `exec` at `path` that a shell gets these fields from as they are.

    `quoted`: they are escaped, and stand in quotes; `missed`: `auto_escape` doesn't reach them.
    """

    path: Path
    fields: tuple[str, ...]
    quoted: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = []
        if self.fields:
            told.append(UNESCAPED.format(fields=_listed(self.fields), example=EXAMPLE))
        if self.quoted:
            told.append(QUOTED.format(fields=_listed(self.quoted)))
        if self.missed:
            told.append(MISSED.format(fields=_listed(self.missed)))
        said = EXEC.format(problem=told[0])
        for more in told[1:]:
            said = ALSO.format(problem=said, found=more)
        return said


def risks(part: Any, path: Path = ()) -> Iterator[Risk]:
    """Yield every `exec` in this part of a config, at any depth (`if:` has plugins too), that is at risk."""
    return _below(part, path, set(), ())


def _below(part: Any, path: Path, barren: set[int], above: tuple[int, ...]) -> Iterator[Risk]:
    """As `risks`; what aliases share and has none (`barren`) is looked at once, and cycles end."""
    if not isinstance(part, dict | list) or id(part) in barren or id(part) in above:
        return
    is_barren = True
    for step, value in part.items() if isinstance(part, dict) else enumerate(part):
        if step == "exec":
            found = _of_exec(value, (*path, step))
            below = iter(() if found is None else (found,))
        else:
            below = _below(value, (*path, step), barren, (*above, id(part)))
        for risk in below:
            is_barren = False
            yield risk
    if is_barren:
        barren.add(id(part))


def is_plain(text: str) -> bool:
    """Whether a shell takes a text as it is: as words, and none of them as an option."""
    return _PLAIN.fullmatch(text) is not None


def made_plain(text: str, otherwise: str) -> str:
    """Return what is left of a text without all that means something to a shell; `otherwise` where nothing is."""
    joined = text.replace("'", "")
    words = re.sub(r"[^A-Za-z0-9_@%+=:,./\x80-\U0010FFFF-]+", " ", joined, flags=re.ASCII).split()
    return " ".join(filter(None, (word.lstrip("-") for word in words))) or otherwise


def _of_exec(config: Any, path: Path) -> Risk | None:
    """Return what is at risk in the config of one `exec`; None where nothing is."""
    found: dict[str, dict[str, None]] = {"fields": {}, "quoted": {}, "missed": {}}
    for command, escapes in _commands(config):
        for field, how in _exposed(command, escapes):
            found[how][field] = None
    if not any(found.values()):
        return None
    return Risk(path, **{how: tuple(fields) for how, fields in found.items()})


def _commands(config: Any) -> Iterator[tuple[str, bool]]:
    """Yield the commands of an `exec`, and whether FlexGet escapes the fields in them."""
    if not isinstance(config, dict):
        yield from ((command, False) for command in _texts(config))
        return
    escapes = config.get("auto_escape") is True
    for phase, operations in config.items():
        if not str(phase).startswith("on_") or not isinstance(operations, dict):
            continue
        for operation, commands in operations.items():
            # `phase` is filled in from the task, which FlexGet doesn't escape.
            for command in _texts(commands):
                yield command, escapes and operation != "phase"


def _texts(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item


@lru_cache(maxsize=4096)
def _exposed(command: str, escapes: bool) -> tuple[tuple[str, str], ...]:
    """Return the fields that a shell could run, each with the member of a Risk that it belongs to."""
    try:
        template = _PARSER.parse(command)
    except TemplateSyntaxError:
        return ()  # FlexGet refuses to run it.
    found: list[tuple[str, str]] = []
    if any(True for _ in template.find_all(_OTHER_TEMPLATES)):
        found.append(("another template", "fields"))
    quote = ""
    for output in template.find_all(nodes.Output):
        for part in output.nodes:
            if isinstance(part, nodes.TemplateData):
                quote = _quote_after(part.data, quote)
                continue
            names = _names(part)
            if not names:
                continue
            if not _is_escaped(part, escapes):
                found += [(name, "fields") for name in names]
            elif quote:
                found += [(name, "quoted") for name in names]
            elif not _is_escaped(part, escapes=False):
                found += [(name, "missed") for name in names if _LOOKED_UP.fullmatch(name)]
    return tuple(found)


def _is_escaped(node: nodes.Node, escapes: bool) -> bool:
    """Whether the value of an expression is quoted for a shell, whatever the fields hold."""
    if isinstance(node, nodes.Filter):
        if node.name == "shell_quote":
            return True
        kept = node.name in _HARMLESS and node.node is not None
        return kept and all(_is_escaped(each, escapes) for each in (node.node, *node.args) if each)
    if isinstance(node, nodes.CondExpr):
        return all(_is_escaped(each, escapes) for each in (node.expr1, node.expr2) if each)
    if isinstance(node, nodes.Concat):
        return all(_is_escaped(each, escapes) for each in node.nodes)
    return not _names(node) or (escapes and isinstance(node, nodes.Name))


def _names(node: nodes.Node) -> list[str]:
    """Return the fields that an expression reads, such as `title` or `entry.url`."""
    if isinstance(node, nodes.Name | nodes.Getattr):
        name = _dotted(node)
        if name is not None:
            return [] if name in _OWN_NAMES or name.split(".")[0] in _OWN_NAMES else [name]
    return [name for child in node.iter_child_nodes() for name in _names(child)]


def _dotted(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        owner = _dotted(node.node)
        return None if owner is None else f"{owner}.{node.attr}"
    return None


def _quote_after(text: str, quote: str) -> str:
    """Return in which kind of quotes a shell is after a text; `quote` is in which it was before."""
    skip = False
    for letter in text:
        if skip:
            skip = False
        elif letter == "\\" and quote != "'":
            skip = True
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
    return quote


def _listed(fields: tuple[str, ...]) -> str:
    return ", ".join(f"`{field}`" for field in fields)
