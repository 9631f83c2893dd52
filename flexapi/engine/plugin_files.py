"""FlexGet plugins in the config's folder, as the server sees them: which are left out, and which came later."""

import contextlib
from pathlib import Path
from typing import Any

from flexapi.phrases import phrase

FOLDERS = ("plugins", "components")
CHANGED = phrase("It was changed: reload FlexGet to use it.")
NEW = phrase("It is new: reload FlexGet to use it.")
GONE = phrase("It is gone: reload FlexGet.")


def problems(config: Path, loaded: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is wrong with plugins: `[{"file", "names": [name in a config, …], "reason"}, …]`.

    `loaded` is what the host says of them (`flexapi.engine.host.plugins.Plugins.described`).
    """
    found = [*loaded.get("faults", []), *loaded.get("in_part", [])]
    files: dict[str, int] = loaded.get("files", {})
    now = _now(config.parent)
    for file, changed in now.items():
        if files.get(file) != changed:
            reason = CHANGED if file in files else NEW
            found.append({"file": file, "names": [], "reason": reason})
    # Not those of packages, which the host knows as well.
    folders = [config.parent / name for name in FOLDERS]
    for file in files:
        if file not in now and any(Path(file).is_relative_to(folder) for folder in folders):
            found.append({"file": file, "names": [], "reason": GONE})
    return found


def _now(folder: Path) -> dict[str, int]:
    found = {}
    for name in FOLDERS:
        for path in (folder / name).glob("**/*.py"):
            with contextlib.suppress(OSError):  # Just removed.
                found[str(path)] = path.stat().st_mtime_ns
    return found
