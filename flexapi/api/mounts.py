"""What plugins serve outside `/api/<plugin>/`, below a prefix of their own: other people's APIs, pages, static files.

    mount("watched/v1", errors=answer)         # what is below answers JSON, and these errors
    static_files("watched/assets", folder)     # the files of a folder

Paths are written without slashes at their ends, and begin with the plugin's name. URLs are in the plugin's `urls.py`.
"""

from collections.abc import Callable
from pathlib import Path

from django.http import HttpResponse

from flexapi.registry import Registry

# `errors(status, code, detail)`: the answer to what fails before or behind a view.
Errors = Callable[[int, str, str], HttpResponse]

mounts: Registry[str, Errors] = Registry("mounted API")
static_folders: Registry[str, Path] = Registry("folder of static files")


def mount(prefix: str, errors: Errors) -> None:
    """Serve an API below a prefix. Raises ValueError where there is one already.

    It is treated as `/api/` is: its paths are routed on with names decoded segment by segment, its bodies are limited,
    its answers are not cached by others, and every error is one of `errors`.
    """
    mounts.add(prefix, errors)


def static_files(prefix: str, folder: Path) -> None:
    """Serve the files of a folder to everybody, below a prefix. Raises ValueError where there is one already."""
    static_folders.add(prefix, folder)


def mounted(path: str) -> str | None:
    """Return the prefix of the mounted API that a path is of, as in "watched/v1"; None for other paths."""
    for prefix in mounts:
        if path.startswith(f"/{prefix}/") or path == f"/{prefix}":
            return prefix
    return None


def errors_of(path: str) -> Errors | None:
    """Return how errors are answered at a path of a mounted API; None for other paths."""
    prefix = mounted(path)
    return None if prefix is None else mounts[prefix]


def is_static(path: str) -> bool:
    """Whether a path is of a folder of static files."""
    return any(path.startswith(f"/{prefix}/") for prefix in static_folders)
