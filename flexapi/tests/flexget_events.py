"""The events of the FlexGet that is installed, read from its source, and what FlexAPI does for each (`flexget_events.toml`)."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flexget

from .generated import Part

HERE = Path(__file__).parent
SOURCE = Path(flexget.__file__).parent
EVENTS = "flexapi/tests/flexget_events.toml"
ON_PAGE = Part(HERE.parents[1] / "docs" / "flexget.md", EVENTS)
# What sends an event, and what waits for one: `fire_event("name", …)`, `@event("name")`.
SENDS = {"fire_event"}
HEARS = {"event", "add_event_handler"}

# What the file says, by event.
Known = dict[str, dict[str, Any]]


def known() -> Known:
    """Return what the file says."""
    return tomllib.loads((HERE / "flexget_events.toml").read_text())


def in_source() -> dict[str, set[str]]:
    """Return each event that FlexGet sends or waits for, with the files (below `flexget/`) that have a handler of it."""
    events: dict[str, set[str]] = {}
    for path in sorted(SOURCE.glob("**/*.py")):
        if path.is_relative_to(SOURCE / "tests"):
            continue
        for function, name in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            files = events.setdefault(name, set())
            if function in HEARS:
                files.add(path.relative_to(SOURCE).as_posix())
    return events


def _calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            name = node.args[0]
            if (
                node.func.id in SENDS | HEARS
                and isinstance(name, ast.Constant)
                and isinstance(name.value, str)
            ):
                yield node.func.id, name.value


def table(known: Known) -> str:
    """Return the tables."""
    lines = ["| event | FlexGet sends it | FlexAPI sends it |", "|---|---|---|"]
    for name, event in sorted(known.items()):
        here = event.get("here") or f"**never**: {event['never']}"
        lines.append(f"| `{name}` | {event['sent']} | {here} |")
    lines += ["", "| event that never comes | FlexGet's own that wait for it | what that does |"]
    lines.append("|---|---|---|")
    for name, event in sorted(known.items()):
        for file, does in sorted(event.get("handlers", {}).items()):
            lines.append(f"| `{name}` | `{file}` | {does} |")
    return "\n".join(lines) + "\n"
