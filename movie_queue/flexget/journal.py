"""Changes that a run reports, kept on disk until the server says that it has them.

A report that is still in the pipe when the server dies is lost. So what must not be lost is written
here first: one file a run beside FlexGet's config, one JSON object a line, each with a number. The
next run reads what earlier ones left and reports again whatever the server has not stored; the
server knows how far it got with each run, so nothing counts twice.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any

Change = dict[str, Any]


class Journal:
    """The changes of one run, named by `run` (hex digits that no other run has).

    Runs that go on at the same time have a file each and leave those of each other alone.
    """

    def __init__(self, folder: Path, name: str, run: str) -> None:
        self._folder = folder
        self._prefix = f".flexapi-{name}-"
        self._run = run
        self._count = 0
        self._file: FileIO | None = None

    def add(self, change: Change) -> Change:
        """Store a change; return it with its `run` and `n` (from 1)."""
        self._count += 1
        numbered = {"run": self._run, "n": self._count, **change}
        if self._file is None:
            self._file = self._open()
        self._file.write(json.dumps(numbered).encode() + b"\n")
        os.fsync(self._file.fileno())
        return numbered

    def close(self) -> None:
        """End the run: what the server has not got is left behind from now on."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> FileIO:
        while True:
            # Unbuffered and synced: the process, or the machine, may end with the next instruction.
            file = self._path(self._run).open("ab", buffering=0)
            # As long as this process has it open, its changes are not left behind.
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:
                return file
            # Another run found it empty in between, and removed it.
            file.close()

    def left_behind(self, applied: Mapping[str, int]) -> Iterator[Change]:
        """Yield what earlier runs changed and the server has not got, the earliest run first.

        `applied` says by run up to which `n` it has. A file with nothing more is removed.
        """
        for run, path in self._files():
            with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
                # Raises where that run goes on.
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                missing = [change for change in _changes(file) if change["n"] > applied.get(run, 0)]
                if not missing:
                    path.unlink()
                yield from missing

    def _files(self) -> list[tuple[str, Path]]:
        """Return run and file of all journals, the earliest first."""
        found = []
        for path in self._folder.glob(f"{self._prefix}*.jsonl"):
            with suppress(FileNotFoundError):  # Another run was quicker to remove it.
                run = path.name.removeprefix(self._prefix).removesuffix(".jsonl")
                found.append((path.stat().st_mtime_ns, run, path))
        return [(run, path) for _, run, path in sorted(found)]

    def _path(self, run: str) -> Path:
        return self._folder / f"{self._prefix}{run}.jsonl"


def _changes(file: BufferedReader) -> Iterator[Change]:
    for line in file.read().splitlines(keepends=True):
        # A line that was cut off was never reported either, and its change never made.
        # So is one that a full disk cut off, and that another was written behind.
        with suppress(ValueError):
            if line.endswith(b"\n"):
                yield json.loads(line)
