"""CHANGELOG.md, read by the form of Keep a Changelog (https://keepachangelog.com/en/1.1.0/)."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from packaging.version import Version

from . import CHANGELOG

UNRELEASED = "Unreleased"
GROUPS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
# `## [1.0.0] - 2026-11-28`, with ` [YANKED]` behind it where a version was withdrawn.
RELEASE = re.compile(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)(?: \[YANKED\])?")


class WrongForm(Exception):
    """The file isn't of the form; the text says where and what to write."""


@dataclass
class Section:
    """A version, or what comes with the next one (`version` and `day` are None)."""

    version: Version | None
    day: date | None = None
    # The lines of each group, each as one text.
    groups: dict[str, list[str]] = field(default_factory=dict)

    @property
    def entries(self) -> list[str]:
        """All lines, of whatever group."""
        return [entry for entries in self.groups.values() for entry in entries]


@dataclass
class Changelog:
    """The sections, in their order in the file: what is unreleased, then the newest version first."""

    sections: list[Section]

    @classmethod
    def read(cls, text: str | None = None) -> Self:
        """Read a text, or the project's own file. Raises WrongForm."""
        changelog = cls(_sections(CHANGELOG.read_text(encoding="utf-8") if text is None else text))
        changelog._check()
        return changelog

    @property
    def unreleased(self) -> Section:
        """What comes with the next version."""
        return self.sections[0]

    def of(self, version: str) -> Section | None:
        """Return the section of a version; None where there is none."""
        wanted = Version(version)
        return next((section for section in self.sections if section.version == wanted), None)

    def _check(self) -> None:
        if not self.sections or self.sections[0].version is not None:
            raise WrongForm(f"The first section is ## [{UNRELEASED}], also where it is empty.")
        versions = [section.version for section in self.sections if section.version]
        if versions != sorted(set(versions), reverse=True):
            raise WrongForm("The newest version comes first, and each has one section.")
        for section in self.sections:
            twice = [entry for entry, count in Counter(section.entries).items() if count > 1]
            if twice:
                raise WrongForm(f"This stands there twice: {twice[0]}")


def _sections(text: str) -> list[Section]:
    sections: list[Section] = []
    entries: list[str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("## "):
            sections.append(_section(line.removeprefix("## "), number))
            entries = None
        elif line.startswith("### ") and sections:
            group = line.removeprefix("### ")
            if group not in GROUPS or group in sections[-1].groups:
                raise WrongForm(
                    f"Line {number}: a group is one of {', '.join(GROUPS)}, once a version; not {group!r}."
                )
            entries = sections[-1].groups.setdefault(group, [])
        elif line.startswith("- ") and sections:
            if entries is None:
                raise WrongForm(
                    f"Line {number}: which group? Put ### Added, or another, before it."
                )
            entries.append(line.removeprefix("- "))
        elif line.startswith("  ") and entries:
            entries[-1] += f" {line.strip()}"
    return sections


def _section(heading: str, number: int) -> Section:
    if heading == f"[{UNRELEASED}]":
        return Section(None)
    match = RELEASE.fullmatch(heading)
    if not match:
        raise WrongForm(
            f"Line {number}: a version is written ## [1.0.0] - 2026-11-28, not {heading!r}."
        )
    return Section(Version(match[1]), date.fromisoformat(match[2]))
