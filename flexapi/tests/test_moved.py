"""Old names of what plugins use: they work, and say what the new ones are."""

import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec

import pytest

from flexapi.testing.process import ROOT


def test_an_old_name_works_and_names_the_new_one() -> None:
    from flexapi.api.status import server

    with pytest.warns(DeprecationWarning, match=r"now flexapi\.api\.status\.server\.register"):
        assert import_module("flexapi.api.server").register is server.register


@pytest.mark.parametrize(
    ("old", "name"),
    [("flexapi.engine.execution", "current"), ("flexapi.engine.flexget_database", "on_database")],
)
def test_those_in_flexgets_process_as_well(old: str, name: str) -> None:
    assert find_spec(old)
    program = f"import {old}; print({old}.{name})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
