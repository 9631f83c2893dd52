"""The texts that people read, README.md and docs/: their blocks of code, links, and the list of endpoints."""

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from flexapi.testing.process import ROOT
from flexapi.web.documentation import markdown

from .generated import Part

DOCS = ROOT / "docs"
TEXTS = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted(DOCS.glob("*.md")),
)
ENDPOINTS = Part(DOCS / "api.md", "docs/openapi.yaml")
# Stands before a block whose commands no test runs, and says why.
NOT_RUN = re.compile(r"<!-- Not run: (.+)\. -->\s*")
METHODS = ("get", "post", "put", "patch", "delete")

_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code. `language` is "" where none is said, `excuse` why its commands aren't run, "" where they are."""

    path: Path
    line: int
    language: str
    text: str
    excuse: str

    @property
    def place(self) -> str:
        """Where it stands, as tests say it."""
        return f"{self.path.relative_to(ROOT)}:{self.line}"

    def commands(self) -> list[tuple[str, str]]:
        """Return its commands, each with the output that is shown, without the line ends around it."""
        if self.language == "console":
            return [_parted(each) for each in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]]
        found, rest = [], self.text.strip("\n")
        while rest:
            command, rest = _parted(rest)
            found.append((command, ""))
        return found


def _parted(text: str) -> tuple[str, str]:
    """Return the command that a text begins with, which goes on while a quote is open, and what stands below it."""
    lines = text.splitlines()
    for count in range(1, len(lines) + 1):
        command = "\n".join(lines[:count])
        with suppress(ValueError):
            shlex.split(command, comments=True)
            return command, "\n".join(lines[count:]).strip("\n")
    raise ValueError(f"This command has no end: {text}")


def blocks(path: Path) -> list[Block]:
    """Return the blocks of code of a text."""
    tokens = _PARSER.parse(path.read_text())
    return [
        _block(path, before, token)
        for before, token in pairwise([Token("", "", 0), *tokens])
        if token.type in ("fence", "code_block")
    ]


def _block(path: Path, before: Token, token: Token) -> Block:
    excuse = NOT_RUN.fullmatch(before.content) if before.type == "html_block" else None
    assert token.map is not None
    return Block(path, token.map[0] + 1, token.info, token.content, excuse[1] if excuse else "")


@cache
def parsed(path: Path) -> markdown.Document:
    """Return a text as its page has it, with links as they stand there."""
    return markdown.read(path.read_text(), lambda address: address, lambda address: address)


def operations() -> Iterator[tuple[str, str, str]]:
    """Yield method, path and summary of each operation of the committed OpenAPI document."""
    document: dict[str, Any] = yaml.load((DOCS / "openapi.yaml").read_text(), yaml.CSafeLoader)
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method.upper(), path, methods[method]["summary"]


def endpoints() -> str:
    """Return the table of all operations."""
    rows = "".join(f"| `{method} {path}` | {summary} |\n" for method, path, summary in operations())
    return f"| endpoint | what it does |\n|---|---|\n{rows}"
