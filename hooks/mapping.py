"""From a sender's JSON to entries or movies: which bodies are meant, and where in them everything stands.

Places are JSON paths (RFC 9535). `$` is the body; `@` is one of its entries, where the body has several. A value is a path
(`$.release.releaseTitle`), or text in which paths stand in braces (`magnet:?xt=urn:btih:{$.downloadId}`).
"""

import functools
import json
import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext

from flexapi.phrases import phrase

if TYPE_CHECKING:
    from jsonpath import JSONPath

OTHERWISE = phrase("`{path}` is {values}.")
LACKING = phrase("The body has no `{path}`.")
NOTHING_AT = phrase("The body has no `{path}`.")
TOO_MANY = phrase("The body has {count} entries; {most} are taken at most.")
NO_URL = phrase("The body has nothing for the URL, `{path}`.")
NOT_A_URL = phrase("The URL doesn't begin with one of {schemes}.")
NO_TITLE = phrase("The body has nothing for the title, `{path}`.")

# Entries that one body may bring.
MOST = 500
LONGEST_PATH = 500
# What a sender may have FlexGet fetch: no files of this machine.
SCHEMES = ("http", "https", "ftp", "ftps", "magnet")

_IN_BRACES = re.compile(r"\{([$@][^{}]*)\}")
_TITLE_AND_YEAR = re.compile(r"(?P<title>.+) \((?P<year>[0-9]{4})\)")


class BadPath(Exception):
    """This isn't a path; the text says why."""


class Unfit(Exception):
    """A body hasn't what the mapping asks for; `attr` is the part of the mapping."""

    def __init__(self, attr: str, message: str) -> None:
        super().__init__(message)
        self.attr = attr


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a body is read.

    `entries` is the path of its entries, "" where the body is the one; `conditions` are
    `{"path": "$.eventType", "is": ["Grab"]}`, without `is` for anything but null, false and what is empty.
    """

    title: str
    url: str = ""
    entries: str = ""
    fields: MappingType[str, str] = field(default_factory=dict)
    conditions: tuple[MappingType[str, Any], ...] = ()


def unmet(mapping: Mapping, body: Any) -> str | None:
    """Return why a body isn't meant; None where it is."""
    for condition in mapping.conditions:
        path, wanted = condition["path"], condition.get("is")
        found = _compiled(path).findall(body)
        if wanted:
            is_met = any(_equal(value, one) for value in found for one in wanted)
        else:
            is_met = any(found)
        if not is_met:
            shown = ", ".join(json.dumps(value)[:100] for value in found[:3])
            return OTHERWISE.format(path=path, values=shown) if found else LACKING.format(path=path)
    return None


def entries(mapping: Mapping, body: Any) -> list[dict[str, Any]]:
    """Return the entries of a body, as a run takes them to inject; none where its list is empty. Raises Unfit."""
    return [_entry(mapping, body, item) for item in _items(mapping, body)]


def movies(mapping: Mapping, body: Any) -> list[dict[str, Any]]:
    """Return the movies of a body, as the movie queue takes them. Raises Unfit."""
    return [_movie(mapping, body, item) for item in _items(mapping, body)]


def check_path(path: str) -> None:
    """Raise BadPath where this isn't the path of something in the body."""
    if not path.startswith("$"):
        raise BadPath(
            gettext("{path!r} doesn't begin with `$`, which is the body.").format(path=path)
        )
    _compiled(path)


def check_value(text: str) -> None:
    """Raise BadPath where a value has a path that can't be one."""
    for path in [text] if _is_path(text) else _IN_BRACES.findall(text):
        _compiled(path)


def _items(mapping: Mapping, body: Any) -> list[Any]:
    if not mapping.entries:
        return [body]
    found = _compiled(mapping.entries).findall(body)
    if not found:
        raise Unfit("entries", NOTHING_AT.format(path=mapping.entries))
    if len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    if len(found) > MOST:
        raise Unfit("entries", TOO_MANY.format(count=len(found), most=MOST))
    return list(found)


def _entry(mapping: Mapping, body: Any, item: Any) -> dict[str, Any]:
    title = _title(mapping, body, item)
    url = _text(_value(mapping.url, body, item)) if mapping.url else ""
    if mapping.url and not url:
        raise Unfit("url", NO_URL.format(path=mapping.url))
    # FlexGet wants one of every entry; such is what its own command line makes up.
    url = url or f"http://localhost/{quote(title)}"
    if urlsplit(url).scheme.lower() not in SCHEMES:
        raise Unfit("url", NOT_A_URL.format(schemes=", ".join(SCHEMES)))
    return {"title": title, "url": url, "fields": _fields(mapping, body, item)}


def _movie(mapping: Mapping, body: Any, item: Any) -> dict[str, Any]:
    movie = {"title": _title(mapping, body, item), **_fields(mapping, body, item)}
    parts = _TITLE_AND_YEAR.fullmatch(movie["title"])
    if parts and "year" not in movie:
        movie |= parts.groupdict()
    return movie


def _title(mapping: Mapping, body: Any, item: Any) -> str:
    title = _text(_value(mapping.title, body, item))
    if not title:
        raise Unfit("title", NO_TITLE.format(path=mapping.title))
    return title


def _fields(mapping: Mapping, body: Any, item: Any) -> dict[str, Any]:
    """What is there; a sender leaves out what it doesn't know."""
    found = {name: _value(text, body, item) for name, text in mapping.fields.items()}
    return {name: value for name, value in found.items() if value not in (None, "")}


def _value(text: str, body: Any, item: Any) -> Any:
    """Return what a value stands for; None where the body hasn't all of it."""
    if _is_path(text):
        return _find(text, body, item)
    parts = {path: _text(_find(path, body, item)) for path in _IN_BRACES.findall(text)}
    if "" in parts.values():
        return None
    return _IN_BRACES.sub(lambda match: parts[match[1]], text)


def _find(path: str, body: Any, item: Any) -> Any:
    """Return the value at a path, the list of all where it may lead to several; None where there is none."""
    compiled = _compiled(path)
    found = compiled.findall(item if path.startswith("@") else body)
    if not compiled.singular_query():
        return found or None
    return found[0] if found else None


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    if value is None or isinstance(value, dict | bool):
        return ""
    return str(value).strip()


def _is_path(text: str) -> bool:
    return text.startswith(("$", "@"))


def _equal(value: Any, wanted: Any) -> bool:
    # To Python, true is 1.
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


@functools.lru_cache(maxsize=1000)
def _compiled(path: str) -> "JSONPath":
    if len(path) > LONGEST_PATH:
        raise BadPath(gettext("A path has at most {limit} letters.").format(limit=LONGEST_PATH))
    # Few servers have hooks.
    from jsonpath import JSONPathEnvironment
    from jsonpath.exceptions import JSONPathError

    try:
        compiled = JSONPathEnvironment(strict=True).compile(f"${path[1:]}")
    except JSONPathError as error:
        raise BadPath(
            gettext("{path!r} isn't a JSON path: {reason}.").format(path=path, reason=error.args[0])
        ) from error
    return cast("JSONPath", compiled)  # A union of several isn't RFC 9535.
