"""Keeps each data folder to one server or worker, and one config's data apart from another's."""

import fcntl
import os
from pathlib import Path
from typing import IO


class FolderInUse(Exception):
    """Another server works in the data folder."""


class WrongConfig(Exception):
    """The data folder belongs to another config."""


def claim(folder: Path) -> IO[str]:
    """Lock the data folder for this process, until the returned file is closed.

    Raises FolderInUse. The lock goes with the process, so a killed server leaves none behind.
    """
    file = (folder / "server.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise FolderInUse(
            f"Another server or worker (process {holder}) works with {folder}. "
            "Stop it, or choose another folder: --data-dir, FLEXAPI_DATA_DIR."
        ) from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def remember_config(folder: Path, config: Path) -> None:
    """Bind the data folder to a config at first; afterwards raise WrongConfig for another one.

    The revisions in the folder are those of one file: with another file in its place, the
    mirror would take the one for an edit of the other.
    """
    note = folder / "config_path"
    if not note.exists():
        note.write_text(f"{config}\n", encoding="utf-8")
        return
    known = note.read_text(encoding="utf-8").strip()
    if known != str(config):
        raise WrongConfig(
            f"The data in {folder} belongs to {known}, not to {config}. Choose another folder "
            f"with --data-dir or, where the file has moved, write its new path into {note}."
        )
