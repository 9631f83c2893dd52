"""Changes that a run reports, kept on disk until the server says that it has them.

A report that is still in the pipe when the server dies is lost. So what must not be lost is written
here first: one file a run beside FlexGet's config, one JSON object a line, each with a number. The
next run reads what earlier ones left and reports again whatever the server has not stored; the
server knows how far it got with each run, so nothing counts twice.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

Change = dict[str, Any]


class Journal:
    """The changes of one run, named by `run` (hex digits that no other run has).

    One run at a time writes in a folder: whoever calls holds FlexGet's lock.
    """

    def __init__(self, folder: Path, name: str, run: str) -> None:
        self._folder = folder
        self._prefix = f".flexapi-{name}-"
        self._run = run
        self._count = 0

    def add(self, change: Change) -> Change:
        """Store a change; return it with its `run` and `n` (from 1)."""
        self._count += 1
        numbered = {"run": self._run, "n": self._count, **change}
        # Unbuffered and synced: the process, or the machine, may end with the next instruction.
        with self._path(self._run).open("ab", buffering=0) as file:
            file.write(json.dumps(numbered).encode() + b"\n")
            os.fsync(file.fileno())
        return numbered

    def left_behind(self, applied: Mapping[str, int]) -> Iterator[Change]:
        """Yield what earlier runs changed and the server has not got, the earliest run first.

        `applied` says by run up to which `n` it has. A file with nothing more is removed.
        """
        paths = self._folder.glob(f"{self._prefix}*.jsonl")
        for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns):
            run = path.name.removeprefix(self._prefix).removesuffix(".jsonl")
            missing = [change for change in _changes(path) if change["n"] > applied.get(run, 0)]
            if not missing:
                path.unlink()
            yield from missing

    def _path(self, run: str) -> Path:
        return self._folder / f"{self._prefix}{run}.jsonl"


def _changes(path: Path) -> Iterator[Change]:
    for line in path.read_bytes().splitlines(keepends=True):
        # A line that was cut off was never reported either, and its change never made.
        # So is one that a full disk cut off, and that another was written behind.
        with suppress(ValueError):
            if line.endswith(b"\n"):
                yield json.loads(line)
