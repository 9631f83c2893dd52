"""What a process knows of a file without reading it again: as it was seen last, and whether somebody is writing it."""

import time
from dataclasses import dataclass
from pathlib import Path

from flexapi.mirror.disk import file
from flexapi.mirror.store.tables import digest


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the file can't be used as it is. Line and column count from 1, None where there is none."""

    code: str  # "broken", "missing", "unknown", "unreadable", "unwritable"
    detail: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The file when this process last looked."""

    path: Path
    signature: file.Signature
    hash: str
    problem: Problem | None


class Sight:
    """One file, as this process knows it; all of it can be forgotten at any time."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        # Since when the file has been written again and again, as `time.monotonic` has it; None while it rests.
        self._restless: float | None = None

    def forget(self) -> None:
        """Look afresh next time."""
        self.seen = self._restless = None

    def note(self, seen: Seen | None) -> None:
        """Note how the file is now; None where that may yet be rolled back."""
        self.seen, self._restless = seen, None

    @property
    def is_being_written(self) -> bool:
        """Whether the file had not come to rest when this process last looked."""
        return self._restless is not None

    def still(self, path: Path) -> bool:
        """Whether the file is as it was seen: by its signature or, where that can't tell, by its content."""
        seen = self.seen
        if seen is None or seen.path != path:
            return False
        if seen.problem is not None and seen.problem.code == "unreadable":
            # That it may be read by now doesn't show in the signature.
            return False
        try:
            now = file.signature(path)
            if now != seen.signature or now.racy:
                # Half of what an editor writes is not what was seen, so there is no need for it to rest.
                content = path.read_bytes()
                if digest(content) != seen.hash or file.signature(path) != now:
                    return False
        except FileNotFoundError:
            return seen.signature == file.Signature()
        except OSError:
            return False
        self.note(Seen(path, now, seen.hash, seen.problem))
        return True

    def rests(self, path: Path, patience: float) -> bool:
        """Whether the file can be read: it rests, within `patience` seconds, or has not done so for LATEST seconds."""
        begin = time.monotonic()
        try:
            resting = file.rests(path, patience)
        except OSError:
            resting = True  # Reading it will tell.
        if resting:
            self._restless = None
            return True
        if self._restless is None:
            self._restless = begin
        return time.monotonic() - self._restless >= file.LATEST
