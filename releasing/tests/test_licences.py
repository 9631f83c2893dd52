"""What FlexAPI is installed with may be used with it, and stands on the page of licences."""

import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from releasing import licences
from releasing.licences import Package


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="docs/licences.md lists what Python 3.11 gets"
)
def test_all_that_is_installed_goes_with_it_and_is_listed() -> None:
    found = licences.packages()
    assert len(found) > 100
    assert licences.faults([*found, *licences.bundled()]) == []
    missing = {package.name for package in found} - licences.listed()
    assert not missing, f"`make licences` writes docs/licences.md, which lacks {sorted(missing)}"


def test_what_the_image_has_on_top_is_listed() -> None:
    listed = {canonicalize_name(name) for name in licences.listed()}
    named = {canonicalize_name(each.name) for each in licences.named((licences.IMAGE,))}
    assert len(named) > 5
    assert not named - listed, "`make licences` writes docs/licences.md again"


@pytest.mark.parametrize(
    ("licence", "compatible"),
    [
        ("MIT", True),
        ("BSD License; GNU General Public License (GPL)", True),
        ("GPL-3.0-only OR MIT", True),
        ("BSD-3-Clause AND TCL", True),
        ("BSD-3-Clause AND AGPL-3.0-only", False),
        ("(MIT OR Apache-2.0) AND Unlicense", True),
        ("GPL-3.0-or-later", False),
        ("UNKNOWN", False),
    ],
)
def test_which_go_with_it(licence: str, compatible: bool) -> None:
    package = Package("one", licence)
    assert package.compatible is compatible
    assert bool(licences.faults([package])) is not compatible


def test_what_is_brought_along_counts_and_what_is_for_others_does_not() -> None:
    found = licences.installed(
        [Requirement("daphne"), Requirement("tzlocal; python_version < '3'")]
    )
    assert {"daphne", "twisted", "autobahn"} <= found
    assert "tzlocal" not in found
    assert "pytest" not in found
