"""What the numbers depend on: the machine and the versions, without names or paths."""

import importlib.metadata
import os
import platform
from datetime import UTC, datetime
from typing import Any

import psutil

from flexapi.version import VERSION

PACKAGES = ("flexget", "Django", "djangorestframework", "channels", "daphne", "CherryPy", "Flask")


def describe() -> dict[str, Any]:
    """Return `{"date", "cores", "ram_gib", "load", "system", "python", "versions": {…}}`."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "ram_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {"flexapi": VERSION}
        | {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def in_words(machine: dict[str, Any]) -> str:
    """Return the description as one sentence or two."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"{machine['date']}: {machine['cores']} cores, {machine['ram_gib']} GiB, "
        f"{machine['system']}, Python {machine['python']}, {versions}. "
        f"Load of the machine before the start: {machine['load']}."
    )
