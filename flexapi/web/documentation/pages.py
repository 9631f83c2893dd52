"""The pages of the documentation: which there are, what stands in them, and where words are found in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from flexapi.api import search as everywhere

if TYPE_CHECKING:
    from flexapi.web.documentation import markdown

INDEX = "index"
# Hits that a search shows, and characters around the first word of each.
HITS = 30
AROUND = 90


class NotInstalled(Exception):
    """This FlexAPI came without its documentation."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that has all words of a search: `parts` are `(text, whether it is one of the words)`."""

    title: str
    page: str
    url: str
    parts: tuple[tuple[str, bool], ...]


def folder() -> Path:
    """Return the folder of the texts. Raises NotInstalled."""
    if settings.DOCUMENTATION is None:
        raise NotInstalled
    return settings.DOCUMENTATION


def names() -> list[str]:
    """Return the names of all pages. Raises NotInstalled."""
    return sorted(path.stem for path in folder().glob("*.md"))


def page(name: str) -> "markdown.Document":
    """Return a page. Raises NotInstalled, FileNotFoundError."""
    path = folder() / f"{name}.md"
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> "markdown.Document":
    from flexapi.web.documentation import markdown  # Its parser is imported when somebody reads.

    return markdown.read(path.read_text(encoding="utf-8"), _link, _picture)


def url(name: str) -> str:
    """Return where a page is served."""
    if name == INDEX:
        return reverse("documentation")
    return reverse("documentation_page", args=[name])


def _link(address: str) -> str | None:
    """Return where a link leads: what isn't a page is not served here."""
    target = urlsplit(address)
    if target.scheme or not target.path:
        return address
    if not re.fullmatch(r"[a-z-]+\.md", target.path):
        return None
    anchor = f"#{target.fragment}" if target.fragment else ""
    return url(target.path.removesuffix(".md")) + anchor


def _picture(address: str) -> str:
    return static(f"docs/{address.removeprefix('images/')}")


def search(text: str) -> list[Hit]:
    """Return sections that have all the words, those first that have one in their heading. Raises NotInstalled."""
    words = [word.casefold() for word in text.split()]
    if not words:
        return []
    found = sorted(_found(words), key=lambda each: -each[0])
    return [hit for _, hit in found[:HITS]]


def find(text: str, limit: int) -> list[everywhere.Hit]:
    """Return sections whose headings, the page's among them, have all the words, for the search of everything: texts have too many."""
    words = text.casefold().split()
    root = url(INDEX)
    try:
        named = [
            everywhere.Hit(where.removeprefix(root), section.title, document.title)
            for document, section, where in _sections()
            if all(word in f"{document.title} {section.title}".casefold() for word in words)
        ]
    except NotInstalled:
        return []
    return named[:limit]


def _sections() -> "Iterator[tuple[markdown.Document, markdown.Section, str]]":
    """All sections with their pages, and where they are served."""
    for name in names():
        document = page(name)
        for section in document.sections:
            yield (
                document,
                section,
                f"{url(name)}#{section.anchor}" if section.level > 1 else url(name),
            )


def _found(words: list[str]) -> Iterator[tuple[int, Hit]]:
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    for document, section, where in _sections():
        searched = f"{document.title} {section.title} {section.text}".casefold()
        if all(word in searched for word in words):
            weight = sum(word in section.title.casefold() for word in words)
            parts = tuple(_around(section.text, pattern))
            yield weight, Hit(section.title, document.title, where, parts)


def _around(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    """Yield what stands around the first word, and which parts of that are words."""
    first = pattern.search(text)
    start = max(0, first.start() - AROUND) if first else 0
    end = min(len(text), start + 2 * AROUND)
    if start:
        yield "… ", False
    for word in pattern.finditer(text, start, end):
        yield text[start : word.start()], False
        yield word[0], True
        start = word.end()
    yield text[start:end], False
    if end < len(text):
        yield " …", False
