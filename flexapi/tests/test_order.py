"""The order that conftest.py puts the tests' files in."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

# Its fixtures have no types that a module which imports it could be checked with.
conftest: Any = sys.modules["conftest"]


def test_the_files_that_begin_are_there(request: pytest.FixtureRequest) -> None:
    folders = request.config.getini("testpaths")
    files = [path for folder in folders for path in Path(folder).rglob("test_*.py")]
    assert [
        name for name in conftest.LONGEST if f"test_{name}" not in {f.stem for f in files}
    ] == []
    assert any(path.resolve().parent == conftest.PAGES for path in files)


def test_pages_stand_together_and_the_longest_come_before_the_others() -> None:
    first, second = conftest.LONGEST[1], conftest.LONGEST[2]
    other = conftest.PAGES.parent / "tests elsewhere"
    paths = [
        *(other / "test_short.py", other / f"test_{second}.py", conftest.PAGES / "test_short.py"),
        *(other / f"test_{first}.py", other / "test_another.py"),
        conftest.PAGES / f"test_{first}.py",
    ]
    items: list[Any] = [SimpleNamespace(path=path) for path in paths]
    conftest.pytest_collection_modifyitems(items)
    assert [paths.index(item.path) for item in items] == [5, 2, 3, 1, 0, 4]
