"""What people may want to be told of the config, of FlexGet's database next to it, and of the disks that it names."""

import itertools
import shutil
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from flexapi import events
from flexapi.events import Check, Event, Kind, Unknown
from flexapi.mirror import mirror
from flexapi.mirror.disk.file import LockBusy
from flexapi.phrases import phrase

UNUSABLE = phrase("FlexGet's config can't be used")
FULL = phrase("The disk of {place} is nearly full")
LITTLE_ROOM = phrase("Less than {count} MB are free. Runs fail when nothing is left.")
DAMAGED = phrase("FlexGet's database is damaged")
FAULT = phrase("{path}: {reason}. Restore a backup, or let FlexGet begin a new one.")
WHOLE = phrase("database is whole")
LARGE = phrase("FlexGet's database has more than {count} MB")
SMALLER = phrase("POST /api/database/cleanup and /api/database/vacuum make it smaller.")
SMALL_ENOUGH = phrase("database is small enough")
GREW = phrase("FlexGet's database grew by more than {count} MB within a day")
IN_TABLES = phrase(
    "Most of it is in {where}. POST /api/database/cleanup and /api/database/<plugin>/reset make room."
)
UNKNOWN_TABLES = phrase("tables that are not known")
STEADY = phrase("database is steady")

# Seconds between two looks at the file's state, at disks, and at a whole database.
OFTEN, PERIOD, HOUR, DAILY = 5.0, 60.0, 3600.0, 86400.0
# Keys of FlexGet's plugins that name folders into which something is downloaded or moved.
FOLDERS = frozenset(
    {
        "path",
        "to",
        "download",
        "movedone",
        "move_completed_path",
        "content_dir",
        "temp",
        "directory",
    }
)
MOST_FOLDERS = 200
# Seconds for which a database may be read to see whether it is whole: FlexGet can't write meanwhile.
CHECK_SECONDS = 2.0
# What is free again must be more than what was too little, so that nobody is told each minute.
MARGIN = 1.1
MEGABYTE = 1_000_000
_LARGEST = (
    "SELECT s.name FROM dbstat s JOIN sqlite_master m ON m.name = s.name AND m.type = 'table' "
    "GROUP BY s.name ORDER BY SUM(s.pgsize) DESC LIMIT 3"
)


def register() -> None:
    """Add the kinds of events and the checks; called once, when the app is ready."""
    kinds, checks = events.kinds, events.checks
    kinds.add(
        "config",
        Kind(
            gettext_noop("The config can't be used"),
            "edit_config",
            phrase("The config is used again"),
        ),
    )
    kinds.add(
        "invalid",
        Kind(
            gettext_noop("FlexGet refuses a task"), "tasks", phrase("Task {subject} is valid again")
        ),
    )
    kinds.add(
        "disk",
        Kind(
            gettext_noop("A disk is nearly full"), well=phrase("There is room again for {subject}")
        ),
    )
    kinds.add(
        "database",
        Kind(
            gettext_noop("FlexGet's database is damaged, large or growing"),
            well=phrase("FlexGet's {subject} again"),
        ),
    )
    checks.add("config", Check(unusable_config, OFTEN))
    checks.add("disk", Check(DiskCheck().look, PERIOD, local=True))
    checks.add("database", Check(DatabaseCheck().look, PERIOD, local=True))


def unusable_config() -> Iterator[Event]:
    """Yield what keeps the config's file from being used. Raises Unknown."""
    try:
        problem = mirror.refresh()
    except LockBusy as error:
        raise Unknown from error
    if problem is not None:
        yield Event(kind="config", title=UNUSABLE, detail=problem.detail)


def folders(data: Any) -> Iterator[str]:
    """Yield the folders that a config names; of one that has a template in its name, the part before it."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in FOLDERS and isinstance(value, str) and value.startswith(("/", "~")):
                yield value.partition("{")[0]
            else:
                yield from folders(value)
    elif isinstance(data, list):
        for value in data:
            yield from folders(value)


class DiskCheck:
    """Disks with little room: those of the config, of our own data, and of folders that the config names."""

    def __init__(self) -> None:
        self._full: set[int] = set()

    def look(self) -> Iterator[Event]:
        """Yield one event for each disk."""
        named = itertools.islice(folders(mirror.current().data), MOST_FOLDERS)
        places = [Path(settings.DATA_DIR), Path(settings.FLEXGET_CONFIG).parent]
        disks: dict[int, Path] = {}
        for place in [*places, *map(Path, named)]:
            found = _existing(place)
            if found is not None:
                disks.setdefault(found.stat().st_dev, found)
        for disk, place in disks.items():
            if event := self._event(disk, place):
                yield event

    def _event(self, disk: int, place: Path) -> Event | None:
        free = shutil.disk_usage(place).free
        least = settings.DISK_FREE_MB * MEGABYTE * (MARGIN if disk in self._full else 1)
        if free >= least:
            self._full.discard(disk)
            return None
        self._full.add(disk)
        title = FULL.format(place=place)
        # Rounded down to what is worth telling: each change of it is a text of its own.
        detail = LITTLE_ROOM.format(count=settings.DISK_FREE_MB)
        return Event(kind="disk", title=title, detail=detail, subject=str(place), shown=str(place))


def _existing(place: Path) -> Path | None:
    """Return the place, or the folder nearest above it that there is; None where it can't be looked at."""
    try:
        place = place.expanduser()
        return next((each for each in [place, *place.parents] if each.exists()), None)
    except (OSError, RuntimeError, ValueError):
        return None


class DatabaseCheck:
    """FlexGet's own SQLite file: is it whole (asked once a day), how large is it, and how quickly does it grow?"""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._checked = 0.0
        self._fault = ""
        # When it was how large, an hour apart, for a day; a restart forgets it.
        self._sizes: deque[tuple[float, int]] = deque()

    def look(self) -> Iterator[Event]:
        """Yield what is wrong with it."""
        config = Path(settings.FLEXGET_CONFIG)
        path = config.parent / f"db-{config.stem}.sqlite"
        if settings.FLEXGET_DATABASE_URL or not path.exists():
            return
        now = self._clock()
        # One that is damaged is looked at until it was mended.
        if not self._checked or self._fault or now - self._checked > DAILY:
            self._fault = fault_of(path)
            self._checked = now
        if self._fault:
            yield Event(
                kind="database",
                title=DAMAGED,
                detail=FAULT.format(path=path.name, reason=self._fault),
                subject="malformed",
                shown=WHOLE,
            )
        size = path.stat().st_size
        if size > settings.DATABASE_MB * MEGABYTE:
            yield Event(
                kind="database",
                title=LARGE.format(count=settings.DATABASE_MB),
                detail=SMALLER,
                subject="large",
                shown=SMALL_ENOUGH,
            )
        if self._grown(now, size) > settings.DATABASE_GROWTH_MB * MEGABYTE:
            yield Event(
                kind="database",
                title=GREW.format(count=settings.DATABASE_GROWTH_MB),
                detail=IN_TABLES.format(where=", ".join(largest_tables(path)) or UNKNOWN_TABLES),
                subject="growing",
                shown=STEADY,
            )

    def _grown(self, now: float, size: int) -> int:
        """Return by how many bytes it has grown within a day, as far as that is known."""
        while self._sizes and now - self._sizes[0][0] > DAILY:
            self._sizes.popleft()
        if not self._sizes or now - self._sizes[-1][0] >= HOUR:
            self._sizes.append((now, size))
        return size - min(before for _, before in self._sizes)


def largest_tables(path: Path) -> list[str]:
    """Return the names of the three tables that take most of a database, their indexes left out; none where SQLite can't tell."""
    deadline = time.monotonic() + CHECK_SECONDS
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=1)
    try:
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        rows = connection.execute(_LARGEST).fetchall()
    except sqlite3.DatabaseError:
        return []
    finally:
        connection.close()
    return [name for (name,) in rows]


def fault_of(path: Path) -> str:
    """Return what SQLite finds wrong with a database within CHECK_SECONDS; "" where that is nothing.

    Raises Unknown where somebody writes it.
    """
    deadline = time.monotonic() + CHECK_SECONDS
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=1)
    try:
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return ""  # As far as it was read, it is whole.
        raise Unknown from error
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        connection.close()
    return "" if said == "ok" else str(said).splitlines()[0][:200]
