"""What `/api/server` says of the config."""

from functools import lru_cache
from itertools import islice
from typing import Any

from django.utils.translation import gettext

from flexapi import phrases
from flexapi.api.status.help import troubleshooting
from flexapi.api.status.server import Unavailable
from flexapi.engine.client import EngineUnavailable
from flexapi.mirror import credentials, invalid, mirror
from flexapi.mirror.checking.warnings import (
    EXEC,
    Warned,
    of_data,
    of_plugins,
    of_sections,
    of_twins,
)
from flexapi.mirror.disk.file import LockBusy
from flexapi.mirror.document import Document
from flexapi.mirror.edits import validation
from flexapi.mirror.files import named

# Seconds that an answer may take to check what was not checked before; a huge config takes several answers.
CHECK_SECONDS = 0.2
MAX_FAULTS = 200
# Tasks that don't run that the problem names.
NAMED = 5


def config_status() -> dict[str, Any]:
    """Return the state of the file and what FlexGet complains about in the current revision.

    `{"path", "state": "ok" | "invalid" | "broken" | "missing" | "unknown" | "unreadable" | "unwritable",
    "problem": {"detail", "line", "column"} or null, "help": where the documentation says what to do about it, or null, "revision", "tasks", "invalid_tasks": [{"task", "since",
    "complaints"}, …]: those that don't run, for which the state is `invalid`, "errors": [{"attr", "detail"}, …]
    or null where FlexGet can't be asked, "checked": whether the errors are all, "warnings": [{"attr", "detail",
    "lines", "code"}, …]: what FlexGet takes, and does in another way than it looks, "files": [{"path", "roles",
    "state", "detail"}, …]: files that the config names and that can't be used}`.
    """
    try:
        problem = mirror.refresh()
    except LockBusy:
        raise Unavailable(gettext("Another process is writing the config.")) from None
    snapshot = mirror.current()
    answer: dict[str, Any] = {
        "path": str(mirror.config_path()),
        "state": problem.code if problem else "ok",
        "problem": None,
        "help": troubleshooting(f"config-{problem.code}") if problem else None,
        "revision": snapshot.revision or None,
        "tasks": len(mirror.rows.mapping(snapshot.data.get("tasks"))),
        "invalid_tasks": [],
        "errors": None,
        "checked": False,
        "warnings": warnings(snapshot.document),
        "files": unusable_files(snapshot),
    }
    if problem:
        answer["problem"] = {
            "detail": phrases.translated(problem.detail, gettext),
            "line": problem.line,
            "column": problem.column,
        }
    if problem and not snapshot.revision:
        # Nothing could be read yet, so there is nothing else to complain about.
        return {**answer, "errors": [], "checked": True}
    if not problem:
        answer |= _invalid_tasks(snapshot.hash)
    try:
        faults, checked = validation.faults_so_far(snapshot.data, CHECK_SECONDS)
    except EngineUnavailable:
        return answer
    answer["checked"] = checked and (problem is not None or invalid.knows(snapshot.hash))
    answer["errors"] = [
        {
            "attr": validation.dotted(fault.path),
            "detail": _detail(fault, snapshot.data),
        }
        for fault in faults[:MAX_FAULTS]
    ]
    return answer


def _invalid_tasks(config_hash: str) -> dict[str, Any]:
    """Return what the answer says where FlexGet refuses to run some tasks."""
    found = invalid.invalid_tasks(config_hash, CHECK_SECONDS / 4)
    if not found:
        return {}
    names = ", ".join([*islice(found, NAMED), *(["…"] if len(found) > NAMED else [])])
    detail = gettext(
        "FlexGet refuses what the config says of {names}: these tasks don't run."
    ).format(names=names)
    return {
        "state": "invalid",
        "problem": {"detail": detail, "line": None, "column": None},
        "help": troubleshooting("invalid"),
        "invalid_tasks": [{"task": key, **why} for key, why in islice(found.items(), MAX_FAULTS)],
    }


def _detail(fault: validation.Fault, data: dict[Any, Any]) -> str:
    """What FlexGet says; everyone may read it, and it quotes what it complains about."""
    return credentials.mask_message(fault.message, fault.path, data)


def unusable_files(config: mirror.Snapshot) -> list[dict[str, Any]]:
    """Return the files that the config names and that can't be used as they are: `{"path", "roles", "state", "detail"}`."""
    found = []
    for file in named.all_named(config):
        try:
            _, problem = file.look()
        except LockBusy:
            continue  # The next look tells.
        if problem is not None:
            detail = None if file.is_secret else phrases.translated(problem.detail, gettext)
            about = {"path": file.row.path, "roles": file.roles}
            found.append({**about, "state": problem.code, "detail": detail})
    return found[:MAX_FAULTS]


def warnings(document: Document) -> list[dict[str, Any]]:
    """Return what is valid and not what it looks like: `{"code", "attr", "detail", "lines"}` (see `checking.warnings`).

    `lines` (from 1) are all places of a key, or that of the `exec`, the section or the plugin.
    """
    data = mirror.mapping(document)
    return [
        {
            "code": found.code,
            "attr": validation.dotted(found.path),
            "detail": phrases.translated(found.detail, gettext),
            "lines": list(found.lines) or [document.mark(found.path)[0][0]],
        }
        for found in [*_warned(document), *of_sections(data), *of_plugins(data)]
    ]


@lru_cache(maxsize=1)
def _warned(document: Document) -> list[Warned]:
    return [*of_twins(document.twins), *of_data(mirror.mapping(document))]


def commands_at_risk(document: Document) -> list[Warned]:
    """Return what is said of each `exec` that puts an entry's fields into a shell as they are."""
    return [found for found in _warned(document) if found.code == EXEC]
