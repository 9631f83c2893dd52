"""What git knows of the project."""

import re
import subprocess
from pathlib import Path

from packaging.version import Version

from . import ROOT

TAG = re.compile(r"v(\d+\.\d+\.\d+)")


class NoRepository(Exception):
    """There is no git, or this is no checkout."""


def git(*arguments: str, root: Path = ROOT) -> str:
    """Return what a command of git's prints. Raises NoRepository, subprocess.CalledProcessError."""
    if not (root / ".git").exists():
        raise NoRepository(f"{root} is not a checkout of git's.")
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],  # noqa: S607  git is where the system has it
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError as error:
        raise NoRepository("git is not installed.") from error
    return done.stdout


def changed(root: Path = ROOT) -> list[str]:
    """Return the files that are not as the last commit has them, new ones included."""
    listed = git("status", "--porcelain", "--no-renames", root=root)
    return [line[3:] for line in listed.splitlines()]


def last_release(root: Path = ROOT) -> Version | None:
    """Return the newest version that has a tag; None before the first release."""
    found = (TAG.fullmatch(line) for line in git("tag", "--list", root=root).splitlines())
    return max((Version(match[1]) for match in found if match), default=None)


def file_at(commit: str, path: str, root: Path = ROOT) -> str | None:
    """Return a file's text as a commit has it; None where it has none."""
    try:
        return git("show", f"{commit}:{path}", root=root)
    except subprocess.CalledProcessError:
        return None
