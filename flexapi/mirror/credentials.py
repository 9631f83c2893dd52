"""Which values of a config are credentials, and how a config is shown without them.

A value is a credential for what its key is called; in texts, what stands as such in a URL. The
names of the users they belong to are not hidden: they tell people which account a task uses.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

from flexapi.mirror.document import Document, Path, same, to_json
from flexapi.mirror.document.parse import compose
from flexapi.mirror.document.tree import Node

MASK = "********"

# Words that make a key the name of a credential, however it is written: `apiKey`, `api-key`.
WORDS = frozenset(
    {
        "accesskey",
        "accesstoken",
        "apikey",
        "auth",
        "authentication",
        "authkey",
        "authorization",
        "authtoken",
        "bearer",
        "cfduid",
        "cookie",
        "cookies",
        "credential",
        "credentials",
        "pass",
        "passcode",
        "passkey",
        "passphrase",
        "passwd",
        "password",
        "phpsessid",
        "pin",
        "pincode",
        "privatekey",
        "pwd",
        "rsskey",
        "secret",
        "secretkey",
        "secrets",
        "sessionid",
        "token",
        "tokens",
        "torrentpass",
        "userkey",
        "webhook",
    }
)
# Pairs of words that do: `api_key`, `web_hook_url`.
PAIRS = frozenset(
    (first, second)
    for first, seconds in {
        "api": ("key", "token"),
        "rss": ("key",),
        "auth": ("key", "token", "hash"),
        "user": ("key",),
        "device": ("key",),
        "client": ("key",),
        "consumer": ("key",),
        "provider": ("key",),
        "developer": ("key",),
        "access": ("key",),
        "private": ("key",),
        "secret": ("key",),
        "torrent": ("pass",),
        "web": ("hook",),
        "session": ("id", "key"),
    }.items()
    for second in seconds
)
# Parameters of URLs that carry credentials, beside those whose names say so.
PARAMETERS = frozenset(
    {"key", "auth", "hash", "sid", "uid", "tk", "u", "r", "h", "i", "k", "pk", "pid", "tp", "uk"}
)
# What looks like a generated key: long, and either hexadecimal or a mix of letters and digits.
_KEY = r"(?:[0-9a-fA-F]{20,}|(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[0-9A-Za-z]{24,})"
_USER_INFO = re.compile(r"(?<=://)([^\s/:@?#\"']*):([^\s/@\"']+)@")
_JINJA = r"\{\{.*?\}\}|\{\?.*?\?\}"
_PARAMETER = re.compile(rf"([?&;])([\w.\-\[\]]+)=((?:{_JINJA}|[^&;#\s\"'<>])+)")
_SEGMENT = re.compile(rf"(?<=/){_KEY}(?=[/?#.\s\"']|$)")
_URL = re.compile(rf"[a-zA-Z][a-zA-Z0-9+.\-]*://(?:{_JINJA}|[^\s\"'<>])+")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_REFERENCE = re.compile(r"\{\?\s*([\w.]+)[^?]*\?\}")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.M)
_COMMENTED_PAIR = re.compile(r"([\w\-]+)(['\"]?\s*[:=]\s*)(\S[^\r\n]*)")


@lru_cache(maxsize=4096)
def is_credential(key: str) -> bool:
    """Whether the values under a key of this name are credentials."""
    words = [word.lower() for word in _WORD.findall(key)]
    return any(word in WORDS for word in words) or any(pair in PAIRS for pair in pairwise(words))


def mask_text(text: str) -> str:
    """Return a text with the credentials in URLs and in their parameters masked."""
    if "://" in text:
        text = _URL.sub(lambda found: _mask_url(found[0]), text)
    if "=" in text:
        text = _PARAMETER.sub(lambda found: _mask_parameter(found, is_credential), text)
    return text


def _mask_url(url: str) -> str:
    url = _USER_INFO.sub(rf"\1:{MASK}@", url)
    url = _SEGMENT.sub(MASK, url)
    return _PARAMETER.sub(lambda found: _mask_parameter(found, _in_url), url)


def _mask_parameter(found: re.Match[str], is_secret: Callable[[str], bool]) -> str:
    separator, name, value = found.groups()
    secret = is_secret(name) or re.fullmatch(_KEY, value)
    return f"{separator}{name}={MASK if secret else value}"


def _in_url(name: str) -> bool:
    return name.lower() in PARAMETERS or is_credential(name)


def mask_value(value: Any, path: Path = (), variables: frozenset[Path] = frozenset()) -> Any:
    """Return a copy of the JSON view of a value with its credentials masked.

    `path` is where the value is in the config; `variables` are the paths of credentials there.
    """
    return _mask(value, path, variables, secret=_is_secret(path, variables))


def _is_secret(path: Path, variables: frozenset[Path]) -> bool:
    named = any(isinstance(key, str) and is_credential(key) for key in path[_own_names(path) :])
    return named or any(path[:length] in variables for length in range(len(path) + 1))


def _own_names(path: Path) -> int:
    """How many keys at the start are names that people chose: sections and tasks."""
    return 2 if path[:1] == ("tasks",) else 1


def _mask(value: Any, path: Path, variables: frozenset[Path], secret: bool) -> Any:
    if isinstance(value, dict):
        return {
            key: _mask(below, (*path, key), variables, secret or _hides(path, key, variables))
            for key, below in value.items()
        }
    if isinstance(value, list):
        return [_mask(item, (*path, at), variables, secret) for at, item in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    if secret:
        return value if value == "" else MASK
    return mask_text(value) if isinstance(value, str) else value


def _hides(path: Path, key: Any, variables: frozenset[Path]) -> bool:
    if (*path, key) in variables:
        return True
    return len(path) >= _own_names((*path, key)) and is_credential(str(key))


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
    place = path[: _own_names(path)]
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


# -- YAML text


def mask_document(document: Document) -> str:
    """Return the text of a whole config with credentials masked, in comments as well."""
    data = document.data if isinstance(document.data, dict) else {}
    return mask_source(document.text, (), secret_variables(data))


def source_of(document: Document, path: Path, *, masked: bool) -> str:
    """Return the YAML source of the value at a path in the config, with credentials masked or not."""
    text = document.source(path)
    if not masked:
        return text
    # Only what stands there is a credential for where it is used.
    data = document.data if path[:1] == ("variables",) else {}
    return mask_source(text, path, secret_variables(data))


def mask_source(text: str, path: Path = (), variables: frozenset[Path] = frozenset()) -> str:
    """Return the YAML source of a config, or of the entry at `path` in it, with credentials masked."""
    body = text.removeprefix("\ufeff")
    root = compose(body, foreign=True).root
    finder = _Scalars(body, variables)
    if root is not None:
        finder.visit(root, path[:-1], secret=False)
    parts, at = [], 0
    for start, (end, shown) in sorted(finder.spans.items()):
        parts += [_mask_comments(body[at:start]), shown]
        at = end
    parts.append(_mask_comments(body[at:]))
    return text[: len(text) - len(body)] + "".join(parts)


class _Scalars:
    """The scalars of a text: for the start of each, its end and the text to show there."""

    def __init__(self, text: str, variables: frozenset[Path]) -> None:
        self.text = text
        self.variables = variables
        self.spans: dict[int, tuple[int, str]] = {}
        self._done: set[tuple[int, bool]] = set()

    def visit(self, node: Node, path: Path, *, secret: bool) -> None:
        """Add what is in a node; a value that is shared is secret if it is so in one place."""
        if node.target is not None:
            node = node.target
        if (id(node), secret) in self._done and node.anchor is not None:
            return
        self._done.add((id(node), secret))
        for key, value in node.pairs:
            self._add(key, secret=False)
            name = key.value if key.kind == "scalar" else ""
            below = path if name == "<<" else (*path, name)
            hidden = secret or _hides(path, name, self.variables)
            self.visit(value, below, secret=hidden)
        for at, item in enumerate(node.items):
            self.visit(item, (*path, at), secret=secret)
        self._add(node, secret=secret)

    def _add(self, node: Node, *, secret: bool) -> None:
        if node.kind != "scalar" or node.end <= node.start:
            return
        shown = MASK if secret and node.value else mask_text(node.value)
        if shown != node.value:
            anchor = f"&{node.anchor} " if node.anchor else ""
            self.spans[node.start] = node.end, anchor + json.dumps(shown, ensure_ascii=False)
        else:
            self.spans.setdefault(node.start, (node.end, self.text[node.start : node.end]))


def _mask_comments(text: str) -> str:
    """What is commented out is as secret as what is not."""
    return _COMMENT.sub(lambda found: _mask_comment(found[0]), text)


def _mask_comment(comment: str) -> str:
    masked = _COMMENTED_PAIR.sub(
        lambda found: f"{found[1]}{found[2]}{MASK}" if is_credential(found[1]) else found[0],
        comment,
    )
    return mask_text(masked)


# -- the way back


class StillMasked(Exception):
    """A text with masked credentials was sent, and what they were is not known at `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{MASK} stands here in place of a credential; write the real value.")
        self.path = path


def unmask(document: Document, before: Document) -> Document:
    """Put the credentials back that `document` has masked and `before` still has.

    Raises StillMasked where there is nothing to put back.
    """
    if document.text.count(MASK) <= before.text.count(MASK):
        return document
    return document.set((), _unmasked(document.data, before.data, ()))


def _unmasked(value: Any, before: Any, path: Path) -> Any:
    if same(value, before):
        return value
    if isinstance(value, dict):
        known = before if isinstance(before, dict) else {}
        return {key: _unmasked(below, known.get(key), (*path, key)) for key, below in value.items()}
    if isinstance(value, list):
        others = before if isinstance(before, list) else []
        return [
            _unmasked(item, _counterpart(item, at, others, len(value), path), (*path, at))
            for at, item in enumerate(value)
        ]
    if not isinstance(value, str) or MASK not in value:
        return value
    scalar = before is not None and not isinstance(before, dict | list)
    if scalar and (value == MASK or mask_text(str(to_json(before))) == value):
        return before
    raise StillMasked(path)


def _counterpart(item: Any, at: int, others: list[Any], count: int, path: Path) -> Any:
    """The list item that was shown as `item`, wherever it was; None where that isn't certain."""
    looks = to_json(item)
    alike = [other for other in others if mask_value(to_json(other), (*path, at)) == looks]
    if at < len(others) and any(other is others[at] for other in alike):
        return others[at]
    if len(alike) == 1:
        return alike[0]
    # Nothing was added or removed, so what is in this place was edited.
    return others[at] if len(others) == count else None
