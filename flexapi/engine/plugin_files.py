"""FlexGet plugins in the config's folder, as the server sees them: which are left out, and which came later."""

import contextlib
from pathlib import Path
from typing import Any

FOLDERS = ("plugins", "components")
RELOAD = "reload FlexGet to use it"


def problems(config: Path, loaded: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is wrong with plugins: `[{"file", "names": [name in a config, …], "reason"}, …]`.

    `loaded` is what the host says of them (`flexapi.engine.host.plugins.Plugins.described`).
    """
    found = [*loaded.get("faults", []), *loaded.get("in_part", [])]
    files: dict[str, int] = loaded.get("files", {})
    now = _now(config.parent)
    for file, changed in now.items():
        if files.get(file) != changed:
            what = "was changed" if file in files else "is new"
            found.append({"file": file, "names": [], "reason": f"It {what}: {RELOAD}."})
    # Not those of packages, which the host knows as well.
    folders = [config.parent / name for name in FOLDERS]
    for file in files:
        if file not in now and any(Path(file).is_relative_to(folder) for folder in folders):
            found.append({"file": file, "names": [], "reason": "It is gone: reload FlexGet."})
    return found


def _now(folder: Path) -> dict[str, int]:
    found = {}
    for name in FOLDERS:
        for path in (folder / name).glob("**/*.py"):
            with contextlib.suppress(OSError):  # Just removed.
                found[str(path)] = path.stat().st_mtime_ns
    return found
