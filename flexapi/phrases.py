"""Texts that are made where nobody knows who will read them: stored in English, or said by what knows no Django, and
translated when they are shown. Imports no Django.

    FAILED = phrase("Task {task} failed")           # at module level where it is stored: known again after a restart
    title = FAILED.format(task="tv")                # English, as it is stored, logged, and sent to programs
    translated(title, gettext)                      # "Task tv ist fehlgeschlagen", where that is the active language

A value whose placeholder is in NESTED may be another phrase.
"""

import functools
import re
from collections.abc import Callable

NESTED = ("problem", "where", "found", "wanted", "subject")
_PLACEHOLDER = re.compile(r"\{(\w+)(?:![ras])?(?::[^{}]*)?\}")
_known: dict[str, re.Pattern[str]] = {}


def phrase(text: str) -> str:
    """Mark a text for translation, as `gettext_noop` does, to be known again once its placeholders are filled in."""
    if text in _known:
        return text
    pattern, end, named = "", 0, set[str]()
    for found in _PLACEHOLDER.finditer(text):
        name = found[1]
        pattern += re.escape(text[end : found.start()])
        pattern += f"(?P={name})" if name in named else f"(?P<{name}>.+?)"
        named.add(name)
        end = found.end()
    _known[text] = re.compile(pattern + re.escape(text[end:]), re.DOTALL)
    _recognised.cache_clear()
    return text


def translated(text: str, translate: Callable[[str], str]) -> str:
    """Return a text in the language into which `translate` translates; as it is, where it is no phrase."""
    found = _recognised(text)
    if found is None:
        return text
    said, values = found
    shown = {
        name: translated(value, translate) if name in NESTED else value
        for name, value in values.items()
    }
    # The values are written out already: what says how to write them is left out.
    return _PLACEHOLDER.sub(lambda place: shown[place[1]], translate(said))


def translated_lines(text: str, translate: Callable[[str], str]) -> str:
    """As `translated`; of a text that is no phrase, each line may be one, with a name before it: `tv: Aborted by a signal.`"""
    whole = translated(text, translate)
    return (
        whole if whole != text else "\n".join(_line(line, translate) for line in text.split("\n"))
    )


def _line(line: str, translate: Callable[[str], str]) -> str:
    said = translated(line, translate)
    if said != line:
        return said
    name, colon, rest = line.partition(": ")
    return f"{name}{colon}{translated(rest, translate)}"


@functools.lru_cache(maxsize=1000)
def _recognised(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the phrase that says a text, the one that says most of it by itself, and its values."""
    found = [
        (len(_PLACEHOLDER.sub("", said)), said, match.groupdict())
        for said, pattern in _known.items()
        if (match := pattern.fullmatch(text))
    ]
    if not found:
        return None
    _length, said, values = max(found, key=lambda one: one[0])
    return said, values
