"""The comparison with FlexGet's own API: both documents, what answers to what (`flexget_counterparts.toml`), the table.

A verb is a method and a path as its OpenAPI document has them: `GET /series/{show_id}/`.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flexapi.api.docs import document

from .generated import Part

HERE = Path(__file__).parent
ON_PAGE = Part(HERE.parents[1] / "docs" / "api.md", "flexapi/tests/flexget_counterparts.toml")
METHODS = ("get", "post", "put", "patch", "delete")
# What FlexGet 3.22 has and FlexAPI is to have as well.
RESOURCES = (
    *("series", "seen", "failed", "rejected", "pending"),
    *("entry_list", "movie_list", "pending_list", "variables"),
)

# By resource and verb of FlexGet's: `{"here": verb, "note": text}`, or `{"left_out": reason}`.
Counterparts = dict[str, dict[str, dict[str, str]]]


def counterparts() -> Counterparts:
    """Return what the file says."""
    return tomllib.loads((HERE / "flexget_counterparts.toml").read_text())


def flexget_verbs(config: Path) -> dict[str, list[str]]:
    """Return FlexGet's verbs of each resource, as its document has them. `config` is any that FlexGet loads."""
    done = subprocess.run(
        [sys.executable, HERE / "flexget_swagger.py", config],
        capture_output=True,
        text=True,
        check=True,
    )
    verbs: dict[str, list[str]] = {}
    for verb in verbs_of(json.loads(done.stdout)):
        verbs.setdefault(verb.split("/")[1], []).append(verb)
    return verbs


def own_verbs() -> set[str]:
    """Return FlexAPI's verbs."""
    return set(verbs_of(document()))


def verbs_of(described: dict[str, Any]) -> Iterator[str]:
    """Yield the verbs of an OpenAPI document, by path."""
    for path, operations in sorted(described["paths"].items()):
        for method in METHODS:
            if method in operations:
                yield f"{method.upper()} {path}"


def table(verbs: dict[str, list[str]], known: Counterparts) -> str:
    """Return the tables, one for each resource."""
    parts = []
    for resource in RESOURCES:
        lines = [f"### {resource}\n", "| FlexGet | FlexAPI |", "|---|---|"]
        lines += [_row(verb, known[resource][verb]) for verb in verbs[resource]]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _row(verb: str, counterpart: dict[str, str]) -> str:
    if "left_out" in counterpart:
        return f"| `{verb}` | left out: {counterpart['left_out']} |"
    note = counterpart.get("note")
    return f"| `{verb}` | `{counterpart['here']}`{f': {note}' if note else ''} |"
