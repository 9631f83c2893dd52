"""One request a line on stdin, one answer a line on stdout: `{"ok", "status", "answer"}`.

A request has `do`: `check` (`address`), `apprise` (`address`, `title`, `body`, `level`), `webhook` (`address`, `id`, `secret`, `body`),
`push` (`address`, `p256dh`, `auth`, `authorization`, `urgency`, `body`) or `monitor` (`address`, `signal`, `run`, `body`).
"""

import json
import os
import resource
import sys
from typing import Any

from notifications.sender import browsers, people, programs
from notifications.sender.guard import Guard

# Bytes of memory: an endless answer ends the process, not the machine.
MEMORY = 1024**3


def answer(request: dict[str, Any], guard: Guard) -> dict[str, Any]:
    """Do what a request says; whatever libraries raise is an answer as well."""
    guard.refused = ""
    try:
        answered = _do(request)
    except Exception as error:  # noqa: BLE001  Libraries raise anything; it is told to whoever looks at the delivery.
        answered = {"ok": False, "status": None, "answer": f"{type(error).__name__}: {error}"}
    if guard.refused and not answered["ok"]:
        # What libraries make of it says less.
        answered["answer"] = guard.refused
    return answered


def _do(request: dict[str, Any]) -> dict[str, Any]:
    if request["do"] == "webhook":
        return programs.webhook(request)
    if request["do"] == "push":
        return browsers.push(request)
    if request["do"] == "monitor":
        return programs.ping(request)
    try:
        if request["do"] == "check":
            return {"ok": True, "status": None, "answer": people.name_of(request["address"])}
        return people.send(*(request[name] for name in ("address", "title", "body", "level")))
    except people.BadAddress as error:
        return {"ok": False, "status": None, "answer": str(error)}


def main() -> None:
    """Serve until stdin ends."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What libraries print is not an answer.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Before programs and files are refused: to load them may take either.
    people.load()
    guard = Guard(private="--private" in sys.argv)
    guard.install()
    for line in sys.stdin:
        replies.write(json.dumps(answer(json.loads(line), guard)) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
