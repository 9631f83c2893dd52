"""Test set-up shared by every app: folders of their own, users, an authenticated client."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Before anything loads the settings: no test touches the user's home, data folder or FlexGet config.
assert "flexapi.settings" not in sys.modules, "unset DJANGO_SETTINGS_MODULE to run the tests"
_FOLDER = Path(tempfile.mkdtemp(prefix="flexapi-tests-"))
for _variable in [name for name in os.environ if name.startswith("FLEXAPI_")]:
    if not _variable.startswith("FLEXAPI_TEST_"):
        del os.environ[_variable]
for _variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
    os.environ.pop(_variable, None)
os.environ["HOME"] = str(_FOLDER / "home")
os.environ["FLEXAPI_DATA_DIR"] = str(_FOLDER / "data")
os.environ["DJANGO_SETTINGS_MODULE"] = "flexapi.settings"
(_FOLDER / "home").mkdir()


def pytest_unconfigure() -> None:
    """Remove the temporary home and data folder."""
    shutil.rmtree(_FOLDER, ignore_errors=True)
