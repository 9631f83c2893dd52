"""`make licences`: the licence of each package that FlexAPI is installed with, each compatible with its own; docs/licences.md.

pip-licenses reads what the packages say of themselves; which ones count is followed from the requirements.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import (
    Distribution,
    PackageNotFoundError,
    distribution,
    distributions,
    requires,
)
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from . import ROOT

PAGE = ROOT / "docs" / "licences.md"
BUNDLE = ROOT / "flexapi" / "web" / "bundle" / "package-lock.json"
# What the wheel and its extra name.
FILES = ("requirements.txt", "requirements-distributed.txt")
# What the image has on top of that.
IMAGE = "requirements-image.txt"
# Licences, as packages write them, under which one may be installed with a program under the MIT licence that imports it unchanged.
COMPATIBLE = frozenset(
    {
        *("MIT", "MIT License", "MIT-0", "MIT-CMU"),
        *("BSD", "BSD License", "BSD 3-Clause", "BSD-2-Clause", "BSD-3-Clause", "0BSD"),
        *("Apache-2.0", "Apache 2.0", "Apache License 2.0", "Apache Software License"),
        *("ISC", "ISC License (ISCL)", "TCL", "Unlicense", "The Unlicense (Unlicense)", "CC0-1.0"),
        *("PSF-2.0", "Python Software Foundation License", "Python-2.0"),
        *("ZPL-2.1", "Zope Public License"),
        # Their own files stay under them, and nothing here changes those.
        *("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"),
        *("LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"),
        "GNU Lesser General Public License v3 (LGPLv3)",
        "GNU Library or Lesser General Public License (LGPL)",
    }
)
# Packages that say nothing of it themselves: the licence, and where it was found.
READ = {"tempora": ("MIT", "by its earlier releases; 5.13.0 says nothing")}
BEGINNING = """\
# Licences

FlexAPI is under the [MIT licence](../LICENSE). `make licences` writes this page, and refuses a licence that isn't known to go with it.

Nothing of other projects is in FlexAPI's own files, but for the editor's bundle. The packages are installed next to it, from their
own projects, under their own terms, and are imported as they are. Those under the LGPL and the MPL stay under them: who passes on a changed
copy of one of *them* passes on its source.

## Python packages

Those that `pip install` brings along, and of the extra `distributed`, on Linux with Python 3.11.

| package | licence | where it comes from |
|---|---|---|
"""
OF_IMAGE = """
## What the image has on top

The image holds all of the first table, and these for more of FlexGet's plugins ([requirements-image.txt](../requirements-image.txt)):

| package | licence | where it comes from |
|---|---|---|
"""
BETWEEN = """
It stands on Docker's official image `python:3.11-slim-bookworm`: Python, under the PSF's licence, on Debian 12, with Debian's packages
`libarchive-tools` (BSD-2-Clause) and `tzdata` (in the public domain) on top. Which packages of Debian that are depends on the day on which the
image was built, so they aren't listed here; the image has the terms of each:

<!-- Not run: it needs the image. -->
```sh
docker run --rm --entrypoint sh flexapi -c 'cat /usr/share/doc/*/copyright'
```

What `FLEXGET_EXTRAS` adds to an image of your own is not listed either.

## The editor's bundle

`flexapi/web/static/web/js/editor/codemirror.js` is made of these ([package-lock.json](../flexapi/web/bundle/package-lock.json)):

| package | licence |
|---|---|
"""


@dataclass(frozen=True)
class Package:
    """A package with its licence, as an expression of SPDX or as the package writes it."""

    name: str
    licence: str
    url: str = ""

    @property
    def compatible(self) -> bool:
        """Whether it may be installed with FlexAPI."""
        return all(
            any(
                {name.strip(), name.strip(" ()")} & COMPATIBLE for name in re.split(r";| OR ", part)
            )
            for part in self.licence.split(" AND ")
        )


def named(files: Iterable[str] = FILES, root: Path = ROOT) -> Iterator[Requirement]:
    """Yield what requirements files name themselves."""
    for file in files:
        for line in (root / file).read_text(encoding="utf-8").splitlines():
            text = line.partition("#")[0].strip()
            if text and not text.startswith("-"):
                yield Requirement(text)


def installed(wanted: Iterable[Requirement]) -> set[str]:
    """Return the names of what these bring along and is installed here, they included."""
    found: set[str] = set()
    asked: set[tuple[str, str]] = set()
    waiting = [(requirement, "") for requirement in wanted]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for inner in ("", *requirement.extras):
            if (name, inner) in asked:
                continue
            asked.add((name, inner))
            try:
                distribution(name)
            except PackageNotFoundError:
                # For another system, or an extra that nobody asked for.
                continue
            found.add(name)
            waiting += [(Requirement(text), inner) for text in requires(name) or []]
    return found


def packages() -> list[Package]:
    """Return what FlexAPI is installed with, by name."""
    command = ["--from=mixed", "--with-urls", "--format=json", "--with-system"]
    done = subprocess.run(
        [sys.executable, "-m", "piplicenses", *command], capture_output=True, text=True, check=True
    )
    wanted = installed(named())
    return [
        _package(each)
        for each in sorted(json.loads(done.stdout), key=lambda each: each["Name"].lower())
        if canonicalize_name(each["Name"]) in wanted
    ]


def _package(each: dict[str, str]) -> Package:
    licence = READ.get(canonicalize_name(each["Name"]), (each["License"], ""))[0]
    url = "" if each["URL"] == "UNKNOWN" else each["URL"]
    return Package(each["Name"], " ".join(licence.split()), url)


def of_image() -> list[Package]:
    """Return what the image has on top, by name: packages that aren't installed here, so they are fetched to be read."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        asked = ["install", "--dry-run", "--report", str(report), "-r", str(ROOT / IMAGE)]
        subprocess.run([*pip, *asked], check=True)
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
        pins = [f"{each['metadata']['name']}=={each['metadata']['version']}" for each in found]
        target = f"{folder}/packages"
        subprocess.run([*pip, "install", "--no-deps", "--target", target, *pins], check=True)
        read = [_said(each) for each in distributions(path=[target])]
    return sorted(read, key=lambda each: each.name.lower())


def _said(found: Distribution) -> Package:
    """Return what a package says of itself, in the order in which pip-licenses believes it."""
    said = found.metadata
    classified = [
        each.rpartition(" :: ")[2]
        for each in said.get_all("Classifier", [])
        if each.startswith("License :: OSI Approved :: ")
    ]
    licence = said["License-Expression"] or "; ".join(classified) or said["License"] or "UNKNOWN"
    links = [each.partition(", ")[2] for each in said.get_all("Project-URL", [])]
    return _package(
        {"Name": said["Name"], "License": licence, "URL": said["Home-page"] or (*links, "")[0]}
    )


def bundled() -> list[Package]:
    """Return what the editor's bundle is made of, by name."""
    locked = json.loads(BUNDLE.read_text(encoding="utf-8"))["packages"]
    return [
        Package(place.removeprefix("node_modules/"), each["license"])
        for place, each in sorted(locked.items())
        if place and not each.get("dev")
    ]


def page(installed: Iterable[Package], image: Iterable[Package], bundle: Iterable[Package]) -> str:
    """Return the text of docs/licences.md."""
    return (
        BEGINNING
        + _rows(installed)
        + OF_IMAGE
        + _rows(image)
        + BETWEEN
        + "".join(f"| {each.name} | {each.licence} |\n" for each in bundle)
    )


def _rows(found: Iterable[Package]) -> str:
    return "".join(
        f"| {each.name} | {each.licence} | {each.url and f'<{each.url}>'} |\n" for each in found
    )


def listed() -> set[str]:
    """Return the names that docs/licences.md has."""
    return set(re.findall(r"^\| (\S+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def faults(found: Iterable[Package]) -> list[str]:
    """Return which packages can't be used, a line each with what to do."""
    return [
        f"{each.name} is under {each.licence!r}: where that goes with the MIT licence, add it to COMPATIBLE in releasing/licences.py;"
        " where it says nothing, find out and note it in READ; else do without the package"
        for each in found
        if not each.compatible
    ]


def main() -> int:
    """Write docs/licences.md; 1 where a package can't be used."""
    argparse.ArgumentParser(prog="python -m releasing.licences", description=__doc__).parse_args()
    ours, image, bundle = packages(), of_image(), bundled()
    if wrong := faults([*ours, *image, *bundle]):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    PAGE.write_text(page(ours, image, bundle), encoding="utf-8")
    print(
        f"{PAGE.relative_to(ROOT)}: {len(ours)} packages, {len(image)} more of the image, {len(bundle)} in the editor's bundle"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
