"""The packages that FlexGet's plugins import and FlexGet doesn't install, and how one gets each into the image
(`flexget_packages.toml`).
"""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import flexget
from packaging.requirements import Requirement

from flexapi.testing.process import ROOT

from .generated import Part

SOURCE = Path(flexget.__file__).parent
TOML = "flexapi/tests/flexget_packages.toml"
ON_PAGE = Part(ROOT / "docs" / "deployment.md", TOML)

# What the file says, by module.
Known = dict[str, dict[str, Any]]


def known() -> Known:
    """Return what the file says."""
    return tomllib.loads((ROOT / TOML).read_text())


def left_out() -> set[str]:
    """Return the modules that FlexGet imports somewhere and doesn't require."""
    distributions = importlib.metadata.packages_distributions()
    required = _required("flexget")
    there = {
        module for module, names in distributions.items() if required & set(map(_canonical, names))
    }
    return _imported() - there - set(sys.stdlib_module_names) - {"flexget"}


def _imported() -> set[str]:
    modules: set[str] = set()
    for path in SOURCE.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    return modules


def _required(name: str) -> set[str]:
    """Return the distributions that one needs, itself among them, extras aside."""
    found: set[str] = set()
    wanted = [name]
    while wanted:
        one = _canonical(wanted.pop())
        if one in found:
            continue
        try:
            requirements = importlib.metadata.requires(one) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # Not for this system.
        found.add(one)
        for requirement in map(Requirement, requirements):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wanted.append(requirement.name)
    return found


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def in_image() -> set[str]:
    """Return the packages that the files of the image's requirements name."""
    named: set[str] = set()
    for path in ROOT.glob("requirements*.txt"):
        if path.name in (
            "requirements.txt",
            "requirements-distributed.txt",
            "requirements-image.txt",
        ):
            for line in path.read_text().splitlines():
                text = line.partition("#")[0].strip()
                if text and not text.startswith("-"):
                    named.add(_canonical(Requirement(text).name))
    return named


def table(known: Known) -> str:
    """Return the table."""
    lines = ["| plugins | package | in the image |", "|---|---|---|"]
    rows = {
        (row["package"], row["for"]): row
        for row in known.values()
        if not row.get("only") or row.get("image")
    }
    for (package, what), row in sorted(rows.items(), key=lambda pair: pair[0][0].lower()):
        if row.get("image"):
            how = "yes"
        elif extra := row.get("extra"):
            how = f"`FLEXGET_EXTRAS={extra}`, or `{package}` in `requirements.txt`"
        else:
            how = f"`{package}` in `requirements.txt`"
        lines.append(f"| {what} | {package} | {how} |")
    return "\n".join(lines) + "\n"
