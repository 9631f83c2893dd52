"""Hook templates: a YAML file for each, with the hook that comes of it, what to set in the program, and bodies that it sends.

The bodies have the fields that the programs' own documentation or source names, and made-up values.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class HookTemplate:
    """What a hook may start from.

    `help` says what to set in the program, with ADDRESS and SECRET for the hook's own; `hook` are the fields of the hook; `bodies`
    are what the program sends, by what happened.
    """

    name: str
    title: str
    help: str
    hook: dict[str, Any]
    bodies: dict[str, Any]


@cache
def templates() -> dict[str, HookTemplate]:
    """Return all of them by name, in the order of their files (`01_sonarr.yml`)."""
    found = {}
    for path in sorted(TEXTS.glob("*.yml")):
        name = path.stem.partition("_")[2]
        found[name] = HookTemplate(name, **yaml.safe_load(path.read_text(encoding="utf-8")))
    return found
