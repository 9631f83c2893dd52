"""What runs with FlexGet imports where only FlexGet is installed."""

import subprocess
import sys

import pytest

from flexapi.testing.process import ROOT

PACKAGES = [
    "flexapi.engine.host",
    *(f"{path.parent.name}.flexget" for path in ROOT.glob("*/flexget")),
]

# Refuses what the server brings, then imports a package with all below it, but for its tests.
PROGRAM = """
import importlib, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "rest_framework", "channels", "celery", "daphne", "knox"}:
            raise ModuleNotFoundError(f"{name} isn't installed here")

sys.meta_path.insert(0, Refuse())
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, f"{sys.argv[1]}."):
    if ".tests" not in module.name:
        importlib.import_module(module.name)
        print(module.name)
"""


@pytest.mark.parametrize("package", PACKAGES)
def test_it_imports(package: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, package],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()


def test_every_part_is_looked_at() -> None:
    assert len(PACKAGES) == 7
