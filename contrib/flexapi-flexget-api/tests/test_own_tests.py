"""FlexGet's own tests of its API pass over HTTP, where a checkout of FlexGet is named: FLEXGET_CHECKOUT=/path/to/Flexget."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from flexapi.testing.process import ROOT

HERE = Path(__file__).parent
VARIABLE = "FLEXGET_CHECKOUT"
# Fewer would mean that the adapter no longer finds them.
LEAST = 110


def test_flexgets_own_tests_pass(tmp_path: Path) -> None:
    checkout = os.environ.get(VARIABLE)
    if not checkout:
        pytest.skip(f"FlexGet's own tests: {VARIABLE} names no checkout of FlexGet")
    tests = Path(checkout).resolve() / "tests" / "api_tests"
    command = [sys.executable, "-m", "pytest", "-p", "adapter", "--noconftest", "-c", os.devnull]
    command += ["--rootdir", str(tests), "--import-mode=importlib", "--tb=no", "-q", "-rA"]
    command += ["-W", "ignore", "-p", "no:cacheprovider", "-p", "no:randomly", "--basetemp"]
    done = subprocess.run(
        [*command, str(tmp_path / "tests"), str(tests)],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    results = {
        name: result
        for result, name in re.findall(r"^(PASSED|FAILED|ERROR) (\S+)", done.stdout, re.M)
    }
    passed = {name for name, result in results.items() if result == "PASSED"}
    assert len(passed) >= LEAST, done.stdout + done.stderr
    failed = {name.rpartition("/")[2] for name in results.keys() - passed}
    assert failed == set(tomllib.loads((HERE / "own_tests.toml").read_text())["fails"])
