"""`deploy/slim`, which makes the image's Python packages smaller."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flexapi.testing.process import ROOT

KEPT = {
    "django/test/client.py",
    "django/conf/locale/en/LC_MESSAGES/django.mo",
    *(
        f"django/conf/locale/{path.name}/LC_MESSAGES/django.mo"
        for path in (ROOT / "flexapi" / "locale").iterdir()
    ),
    "package/module.py",
    "package/testing.py",
    "pip/main.py",
}
REMOVED = {
    "package/tests/test_it.py",
    "package/deep/test/data.bin",
    "package/static/script.js.map",
    "django/conf/locale/fr/LC_MESSAGES/django.mo",
    "django/conf/locale/en/LC_MESSAGES/django.po",
    "pip/__pycache__/main.cpython-311.pyc",
}


@pytest.mark.skipif(not shutil.which("strip"), reason="needs strip")
def test_it_keeps_what_runs(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    for name in KEPT | REMOVED | {"setuptools/main.py"}:
        path = packages / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    subprocess.run([ROOT / "deploy" / "slim", tmp_path], check=True)
    left = {path.relative_to(packages).as_posix() for path in packages.rglob("*") if path.is_file()}
    assert left == KEPT | {"setuptools/main.py"}
