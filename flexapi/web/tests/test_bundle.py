"""The bundle of the editor is what its sources and its lock file make."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from flexapi.testing.process import ROOT

SOURCES = ROOT / "flexapi" / "web" / "bundle"
BUNDLE = ROOT / "flexapi" / "web" / "static" / "web" / "js" / "editor" / "codemirror.js"


def test_it_is_as_committed(tmp_path: Path, require: Callable[[str, bool, str], None]) -> None:
    require("node", shutil.which("npm") is not None, "there is no npm")
    for name in ("package.json", "package-lock.json", ".npmrc", "build.js", "codemirror.js"):
        shutil.copy(SOURCES / name, tmp_path)
    made = tmp_path / "made.js"
    for command in (["npm", "ci", "--ignore-scripts"], ["node", "build.js", str(made)]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
    assert made.read_bytes() == BUNDLE.read_bytes(), "Run make bundle, and commit what it makes."
    # Addresses of a registry are of one place; npm finds packages by name.
    assert "http" not in (SOURCES / "package-lock.json").read_text()
