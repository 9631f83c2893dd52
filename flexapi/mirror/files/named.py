"""The files that the config names: each with its places, its state, and what keeps it."""

import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext

from flexapi.mirror import credentials, mirror
from flexapi.mirror.disk import in_step
from flexapi.mirror.disk.sight import Problem
from flexapi.mirror.document import Document, ParseError
from flexapi.mirror.files import naming
from flexapi.mirror.files.naming import Naming
from flexapi.mirror.kept import KeptFile
from flexapi.mirror.store.snapshot import EMPTY, Snapshot, Store, parse
from flexapi.mirror.store.tables import ConfigFile
from flexapi.phrases import phrase

MISSING = phrase("{path} is not there.")
DANGLING = phrase("{path} is not there. It is a symbolic link to {link}.")
UNREADABLE = phrase("{path} can't be read: {reason}.")
NO_FILE = phrase("{path} is not a file.")
TOO_LARGE = phrase("{path} is larger than 10 MB.")

# Larger ones are not read at all.
MAX_SIZE = 10 * 1024 * 1024


@dataclass(slots=True)
class NamedFile:
    """A file that is named; `row` has its path as everything else knows it: relative within the config's folder."""

    row: ConfigFile
    namings: list[Naming] = field(default_factory=list)

    @property
    def location(self) -> Path:
        """Where the file is on this machine; a symbolic link is not followed."""
        return location(self.row.path)

    @property
    def roles(self) -> list[str]:
        """What it is named as."""
        return sorted({naming.role for naming in self.namings})

    @property
    def is_secret(self) -> bool:
        """Whether only who may see credentials may see anything of it."""
        return not naming.SECRET_ROLES.isdisjoint(self.roles)

    @property
    def link(self) -> str | None:
        """Where the file leads to if it is a symbolic link, as the link says it."""
        return str(self.location.readlink()) if self.location.is_symlink() else None

    @property
    def refusal(self) -> str:
        """Why the file is shown and not edited here, as a sentence; "" where it may be edited."""
        target = Path(os.path.realpath(self.location))
        link = self.link
        if link is not None and (self.location.parent / link).is_symlink():
            return gettext("It is a link to a link: name the file itself.")
        if target == Path(os.path.realpath(mirror.config_path())):
            return gettext("It is the config itself.")
        folder = _folder()
        if _within(target, folder) and not Path(self.row.path).is_absolute():
            return ""
        if in_step.several_servers():
            return gettext(
                "It is outside of the config's folder, and each server has a file of its own there."
            )
        if any(_within(target, allowed) for allowed in settings.CONFIG_FILES):
            return ""
        return gettext(
            "It is outside of the config's folder, in {folder}. FLEXAPI_CONFIG_FILES names folders whose files may be edited."
        ).format(folder=target.parent)

    @property
    def kept(self) -> KeptFile:
        """What keeps it and its revisions equal. Only for a file without a `refusal`."""
        return _kept(self.row)

    def look(self) -> tuple[Snapshot, Problem | None]:
        """Take hand edits in; return what it holds, and what is wrong with it. Raises LockBusy.

        What may not be edited is read as it is, and has no revisions.
        """
        problem = self._unfit()
        if self.refusal:
            return (EMPTY, problem) if problem else self._read()
        if problem is not None and problem.code != "missing":
            return self.kept.current(), problem
        found = self.kept.refresh()
        now = self.kept.current()
        return now, found or (problem if not now.revision else None)

    def recover(self) -> Problem | None:
        """Do what the config's watch does: bring file and database together. Raises LockBusy."""
        problem = self._unfit()
        if self.refusal or (problem is not None and problem.code != "missing"):
            return problem
        return self.kept.recover() or (problem if not self.kept.current().revision else None)

    def _unfit(self) -> Problem | None:
        """Why the file must not even be opened."""
        try:
            found = self.location.stat()
        except FileNotFoundError:
            link = self.link
            said = MISSING if link is None else DANGLING
            return Problem("missing", said.format(path=self.location, link=link))
        except OSError as error:
            return Problem(
                "unreadable", UNREADABLE.format(path=self.location, reason=error.strerror)
            )
        if not stat.S_ISREG(found.st_mode):
            return Problem("unreadable", NO_FILE.format(path=self.location))
        if found.st_size > MAX_SIZE:
            return Problem("unreadable", TOO_LARGE.format(path=self.location))
        return None

    def _read(self) -> tuple[Snapshot, Problem | None]:
        try:
            document = parse(self.location.read_bytes())
        except OSError as error:
            return EMPTY, Problem(
                "unreadable", UNREADABLE.format(path=self.location, reason=error.strerror)
            )
        except ParseError as error:
            said = credentials.without_quotes(str(error))
            return EMPTY, Problem("broken", said, error.line, error.column)
        return Snapshot(0, "", document), None


def location(path: str) -> Path:
    """Return where the file of a `ConfigFile.path` is on this machine."""
    return mirror.config_path().parent / path


def all_named(config: Snapshot | None = None) -> list[NamedFile]:
    """Return what the config names (None: the current one), and what that includes, in that order.

    Rows are made where they are missing.
    """
    waiting = deque(naming.by_config((config or mirror.current()).data))
    found: dict[str, NamedFile] = {}
    rows: dict[str, ConfigFile] = {}
    if waiting:
        rows = {row.path: row for row in ConfigFile.objects.all()}
    while waiting:
        one = waiting.popleft()
        path = _path_of(one)
        file = found.get(path)
        if file is None:
            row = rows.get(path) or ConfigFile.objects.get_or_create(path=path)[0]
            file = found[path] = NamedFile(row)
            if one.role == naming.INCLUDE:
                waiting.extend(_included(file))
        file.namings.append(one)
    return list(found.values())


def find(key: int) -> NamedFile | None:
    """Return the file of a row's id; None for one that isn't named now."""
    return next((file for file in all_named() if file.row.pk == key), None)


def recover() -> Iterator[tuple[NamedFile, Problem | None]]:
    """Bring all files and their revisions together, one after the other. Raises LockBusy."""
    for file in all_named():
        yield file, file.recover()


def travelling(config: Snapshot) -> list[NamedFile]:
    """Return the files that the config names and that are the same on all servers: those in its folder."""
    return [file for file in all_named(config) if not file.refusal]


def _included(file: NamedFile) -> Iterator[Naming]:
    """What an included file includes, as far as it is known."""
    if not file.refusal:
        document: Document = file.kept.current().document
    else:
        document = file.look()[0].document
    return naming.by_included(document.data, file.row.path)


def _path_of(one: Naming) -> str:
    folder = mirror.config_path().parent
    place = one.location(folder)
    return str(place.relative_to(folder)) if place.is_relative_to(folder) else str(place)


def _folder() -> Path:
    return Path(os.path.realpath(mirror.config_path().parent))


def _within(target: Path, folder: Path) -> bool:
    return target.is_relative_to(os.path.realpath(folder))


_files: dict[int, KeptFile] = {}


def _kept(row: ConfigFile) -> KeptFile:
    kept = _files.get(row.pk)
    if kept is None or kept.path != location(row.path):
        path = row.path
        kept = KeptFile(
            lambda: location(path), Store(row.pk), f"config_file_{row.pk}_in_step.json", row.pk
        )
        _files[row.pk] = kept
    return kept
