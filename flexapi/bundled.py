"""Plugins that stand in this folder's `contrib/` and need no installation: server and host find them there.

Imports no Django, for FlexGet's process asks as well.
"""

import tomllib
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

CONTRIB = Path(__file__).resolve().parents[1] / "contrib"


@dataclass(frozen=True, slots=True)
class Bundled:
    """A plugin's project in `contrib/`, as its `pyproject.toml` describes it."""

    folder: Path
    package: str
    version: str
    points: tuple[EntryPoint, ...]


def projects(group: str, contrib: Path = CONTRIB) -> list[Bundled]:
    """Return those that have entry points in this group; none where FlexAPI was installed without the folder."""
    found = []
    for file in sorted(contrib.glob("*/pyproject.toml")):
        project = tomllib.loads(file.read_text())["project"]
        named = project.get("entry-points", {}).get(group, {})
        points = tuple(EntryPoint(name, value, group) for name, value in named.items())
        if points:
            found.append(Bundled(file.parent, project["name"], project["version"], points))
    return found


def folders(contrib: Path = CONTRIB) -> list[str]:
    """Return the folders from which their packages are imported."""
    return [str(file.parent) for file in sorted(contrib.glob("*/pyproject.toml"))]
