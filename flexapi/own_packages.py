"""The project's packages at the top of Python's path, and whether they are the ones that are found there.

Some have names that others may have as well (`tasks`, `history`). They are what apps, migrations and plugins know them by, so they stay, and
what else has such a name is found at the start. Imports no Django, for FlexGet's process asks as well.
"""

from importlib.machinery import ModuleSpec
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
PACKAGES = (
    *("flexapi", "executions", "tasks", "schedules", "irc_connections", "history"),
    *("movie_queue", "series", "flexget_state", "hooks", "notifications"),
)
# What is installed under these names is this project.
DISTRIBUTION = "flexapi"


def clashes() -> list[str]:
    """Return what is found in place of a package of ours, or was installed over it, each in words; nothing is imported."""
    found = []
    for name in PACKAGES:
        place = _place(find_spec(name))
        if place != HOME / name:
            found.append(f"{name} is {place or 'missing'}")
    for distribution in distributions(path=[str(HOME)]):
        named = (distribution.read_text("top_level.txt") or "").split()
        if distribution.name != DISTRIBUTION:
            found += [
                f"{name} also belongs to the package {distribution.name}"
                for name in PACKAGES
                if name in named
            ]
    return found


def _place(spec: ModuleSpec | None) -> Path | None:
    """Return the folder of a package, or the file of a module."""
    if spec is None or not spec.origin:
        return None
    origin = Path(spec.origin).resolve()
    return origin.parent if origin.name == "__init__.py" else origin


def complaint(found: list[str]) -> str:
    """Return what to tell people about clashes."""
    return (
        f"Another program's modules have the names of FlexAPI's: {'; '.join(found)}. FlexAPI's are in {HOME}. Start it in"
        " another folder, or without PYTHONPATH; or install it in an environment of its own, as pipx and `uv tool` do."
    )
