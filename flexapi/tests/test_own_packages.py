"""Another program's package with the name of ours is found before it is imported."""

import tomllib
from pathlib import Path

import pytest

from flexapi import own_packages
from flexapi.testing.process import ROOT


def test_they_are_ours() -> None:
    assert own_packages.clashes() == []


def test_the_list_is_complete() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packaged = {
        name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]
    }
    assert set(own_packages.PACKAGES) == packaged
    assert {path.parent.name for path in ROOT.glob("*/apps.py")} <= packaged


def test_one_that_comes_first_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "schedules.py").touch()
    (tmp_path / "history").mkdir()
    monkeypatch.setattr(own_packages, "PACKAGES", ("flexapi", "schedules", "history", "nowhere"))
    # Neither may be imported already, as find_spec asks for what is.
    for name in ("schedules", "history"):
        monkeypatch.delitem(__import__("sys").modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = own_packages.clashes()
    # A folder without __init__.py gives way to a package.
    assert found == [f"schedules is {tmp_path / 'schedules.py'}", "nowhere is missing"]
    assert "in an environment of its own" in own_packages.complaint(found)


def test_one_that_was_installed_over_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, packages in (("flexapi", "tasks\nflexapi\n"), ("todo-list", "tasks\ntodo\n")):
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "top_level.txt").write_text(packages)
    monkeypatch.setattr(own_packages, "HOME", tmp_path)
    monkeypatch.setattr(own_packages, "_place", lambda spec: tmp_path / spec.name)
    assert own_packages.clashes() == ["tasks also belongs to the package todo-list"]
