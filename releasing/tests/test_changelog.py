"""CHANGELOG.md has its form, which `make release` and people go by."""

import pytest
from packaging.version import Version

from releasing.changelog import Changelog, WrongForm

GOOD = """\
# Changelog

Words.

## [Unreleased]

## [1.1.0] - 2027-01-31

### Added

- A thing that takes
  two lines.

#### Pages

- Another.

### Fixed

- A third.

## [1.0.0] - 2026-11-28

### Added

- The first.
"""


def test_the_project_s_own_is_of_the_form() -> None:
    assert Changelog.read().sections


def test_what_is_read() -> None:
    changelog = Changelog.read(GOOD)
    assert changelog.unreleased.entries == []
    newest = changelog.of("1.1.0")
    assert newest is not None
    assert newest.groups == {
        "Added": ["A thing that takes two lines.", "Another."],
        "Fixed": ["A third."],
    }
    assert str(newest.day) == "2027-01-31"
    assert [section.version for section in changelog.sections[1:]] == [
        Version("1.1.0"),
        Version("1.0.0"),
    ]
    assert changelog.of("0.9.0") is None


@pytest.mark.parametrize(
    ("find", "instead", "said"),
    [
        ("## [Unreleased]\n\n", "", "first section"),
        ("## [1.1.0] - 2027-01-31", "## 1.1.0", "Line 7: a version is written"),
        ("### Fixed", "### Repaired", "Line 18: a group is one of Added"),
        ("### Fixed", "### Added", "once a version"),
        ("## [1.0.0] - 2026-11-28\n\n### Added", "## [1.0.0] - 2026-11-28", "which group?"),
        ("[1.1.0]", "[0.9.0]", "newest version comes first"),
        ("A third.", "Another.", "stands there twice: Another."),
    ],
)
def test_another_form_is_said_with_its_line(find: str, instead: str, said: str) -> None:
    assert find in GOOD
    with pytest.raises(WrongForm, match=said.replace("?", r"\?")):
        Changelog.read(GOOD.replace(find, instead))
