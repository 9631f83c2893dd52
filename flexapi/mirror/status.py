"""What `/api/server` says of the config."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Any

from flexapi.api.status.server import Unavailable
from flexapi.engine import shell
from flexapi.engine.client import EngineUnavailable
from flexapi.mirror import credentials, mirror
from flexapi.mirror.disk.file import LockBusy
from flexapi.mirror.document import Document
from flexapi.mirror.document.values import Path
from flexapi.mirror.edits import validation
from flexapi.mirror.files import named

# Seconds that an answer may take to check what was not checked before; a huge config takes several answers.
CHECK_SECONDS = 0.2
MAX_FAULTS = 200
# Root sections that FlexGet's daemon acts on by itself, and FlexAPI doesn't.
NOT_RUN = {
    "irc": "FlexAPI doesn't connect to IRC: no announce of these channels is heard. FlexGet's own daemon would do it",
    "web_server": "FlexAPI is the web server here: FlexGet's own isn't started by this section",
}


def config_status() -> dict[str, Any]:
    """Return the state of the file and what FlexGet complains about in the current revision.

    `{"path", "state": "ok" | "broken" | "missing" | "unknown" | "unreadable" | "unwritable",
    "problem": {"detail", "line", "column"} or null, "revision", "tasks", "errors": [{"attr", "detail"}, …]
    or null where FlexGet can't be asked, "checked": whether the errors are all, "warnings": [{"attr", "detail",
    "lines", "code"}, …]: what FlexGet takes, and does in another way than it looks, "files": [{"path", "roles",
    "state", "detail"}, …]: files that the config names and that can't be used}`.
    """
    try:
        problem = mirror.refresh()
    except LockBusy:
        raise Unavailable("Another process is writing the config.") from None
    snapshot = mirror.current()
    answer: dict[str, Any] = {
        "path": str(mirror.config_path()),
        "state": problem.code if problem else "ok",
        "problem": None,
        "revision": snapshot.revision or None,
        "tasks": len(mirror.rows.mapping(snapshot.data.get("tasks"))),
        "errors": None,
        "checked": False,
        "warnings": warnings(snapshot.document),
        "files": unusable_files(snapshot),
    }
    if problem:
        answer["problem"] = {
            "detail": problem.detail,
            "line": problem.line,
            "column": problem.column,
        }
    if problem and not snapshot.revision:
        # Nothing could be read yet, so there is nothing else to complain about.
        return {**answer, "errors": [], "checked": True}
    try:
        faults, answer["checked"] = validation.faults_so_far(snapshot.data, CHECK_SECONDS)
    except EngineUnavailable:
        return answer
    answer["errors"] = [
        {
            "attr": validation.dotted(fault.path),
            "detail": _detail(fault, snapshot.data),
        }
        for fault in faults[:MAX_FAULTS]
    ]
    return answer


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
            detail = None if file.is_secret else problem.detail
            about = {"path": file.row.path, "roles": file.roles}
            found.append({**about, "state": problem.code, "detail": detail})
    return found[:MAX_FAULTS]


def warnings(document: Document) -> list[dict[str, Any]]:
    """Return what is valid and not what it looks like: keys that stand twice, commands that a title can change, and
    sections that only FlexGet's own daemon works with.

    `lines` (from 1) are all places of a key, or that of the `exec` or the section; `code` is `twice`, `exec_unescaped`
    or `not_run`.
    """
    twins = [
        _warning("twice", found.path, str(found), found.lines)
        for found in document.twins[:MAX_FAULTS]
    ]
    return (
        twins
        + [
            _warning("exec_unescaped", risk.path, str(risk), [document.mark(risk.path)[0][0]])
            for risk in commands_at_risk(document)
        ]
        + [
            _warning("not_run", (name,), detail, [document.mark((name,))[0][0]])
            for name, detail in NOT_RUN.items()
            if mirror.rows.mapping(document.data).get(name)
        ]
    )


@lru_cache(maxsize=1)
def commands_at_risk(document: Document) -> list[shell.Risk]:
    """Return each `exec` of a task or template that puts an entry's fields into a shell as they are."""
    data = mirror.rows.mapping(document.data)
    parts = {key: data[key] for key in ("tasks", "templates") if key in data}
    # A hostile text has one in many places, by aliases.
    return list(islice(shell.risks(parts), MAX_FAULTS))


def _warning(code: str, path: Path, detail: str, lines: Iterable[int]) -> dict[str, Any]:
    attr = validation.dotted(path)
    return {"code": code, "attr": attr, "detail": detail, "lines": list(lines)}
