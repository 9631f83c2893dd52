"""The host process: FlexGet, warm, in one thread, forking a child for each execution.

It runs with nothing but `flexget` importable, so that the FlexGet somebody installed long ago
can be used with its own interpreter:

    python flexapi/engine/host/main.py --config ~/.flexget/config.yml --fd 3

File descriptor 3 is one end of a socket pair on which the server speaks JSON-RPC (see
`protocol`). Its first message is a notification, here because a command line and an environment can
be read by others:

`configure` `{"database": URL of PostgreSQL, or "" for FlexGet's own SQLite file,
            "slots": how many executions there may be at once,
            "reuse": whether a process may run one execution after the other,
            "all_or_nothing": whether one complaint about the config keeps all tasks from running}`

The host's own methods, beside those of `methods`:

`execute`  `{"execution": id, "tasks": [pattern, …] or null for all, "options": {…},
           "manual": bool, "extras": {name: what that plugin of FlexAPI's gets},
           "trial": null, or what makes it a trial (see `trial.Trial`),
           "keep_entries": how many bytes of a task's entries to report as they came in}` and four
           descriptors sent along: the write ends of the pipes for reports, progress, stdout and stderr.
           Answers `{"pid"}` at once.
`abort`    `{"execution": id, "grace": s}`: raise TaskAbort there; after the grace time, kill its
           process group.
`companion` `{"name", "orders": {…}}`: see to it that the companion of an app works where the config wants one (see
           `companions`), and hand it its orders. Answers `{"pid": number or null, "new": whether it was started now}`
`end_companion` `{"name"}`: let it end
`retire`   let all companions end, and start no more: another host takes over

and what it says unasked:

`ready`    `{"flexget", "python", "pid", "options", "missing_methods": {name: why}, "plugins"}`: once, when
           FlexGet is loaded; its version, the JSON Schema of the options that `execute` takes,
           which of the modules and packages named on the command line can't be imported, and what
           became of plugins (`plugins.Plugins.described`)
`failed`   `{"reason"}`: FlexGet can't be loaded; the host ends
`exited`   `{"execution": id, "status": exit code, or minus the signal that killed it}`
`told`     `{"call": id of a call, "said": {…}}`: what an errand (see `errands`) says before its call is answered
`companion` `{"name", "pid", "what", …}`: what a companion says; or `ended`, with `status` and whether that was `asked` for
`log`      `{"level", "message"}`: something for the server's own log
"""

import argparse
import gc
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flexapi.engine.host.database.base import Database

# Run as a script, Python puts this folder first on the path, where `methods` or `options` would
# shadow others' modules. Last on the path, the project's packages shadow nothing of FlexGet's.
if __name__ == "__main__":
    sys.path[0:1] = []
    sys.path.append(str(Path(__file__).resolve().parents[3]))

from flexapi import bundled
from flexapi.engine import protocol


def configuration(channel: socket.socket) -> protocol.Message:
    """Return the parameters of the first message; raises ConnectionError where none comes."""
    lines = protocol.LineBuffer()
    while data := channel.recv(1 << 16):
        for line in lines.feed(data):
            params: protocol.Message = json.loads(line)["params"]
            return params
    raise ConnectionError("the server hung up")


def serve(channel: socket.socket, config: Path, added: list[str], plugins: list[str]) -> None:
    """Load FlexGet with all of its plugins, which takes seconds, and serve until the end."""
    sys.path += [folder for folder in bundled.folders() if folder not in sys.path]
    # What is loaded stays; to look through it again and again meanwhile would take an eighth of the time.
    gc.disable()
    # Here, because importing FlexGet is the part that can fail, and the server is told why.
    from flexapi.engine.host.manager import WarmManager, start_logging
    from flexapi.engine.host.methods import add, execute_options, missing, plugin_folders, version
    from flexapi.engine.host.service import Host, pass_log_on, warm

    start_logging()
    params = configuration(channel)
    folders = plugin_folders(plugins)
    manager = WarmManager(config, database(params["database"], params["slots"]), folders)
    manager.all_or_nothing = params["all_or_nothing"]
    host = Host(channel, manager, params["slots"] if params["reuse"] else 0)
    pass_log_on(host)
    manager.plugins.log_faults()
    for named in added:
        add(*named.split("=", 1))
    warm(manager)
    # Objects that live for ever stay out of the collector's way, and so shared after a fork.
    gc.collect()
    gc.freeze()
    gc.enable()
    options = execute_options(manager, {})
    host.notify(
        "ready",
        pid=os.getpid(),
        options=options,
        missing_methods=missing,
        plugins=manager.plugins.described(),
        **version(manager, {}),
    )
    host.serve()


def database(url: str, slots: int = 1) -> "Database":
    """Return the database that FlexGet works with. Raises RuntimeError, ValueError."""
    if not url:
        from flexapi.engine.host.database.sqlite import SQLite

        return SQLite(shared=slots > 1)
    try:
        import psycopg  # noqa: F401  PostgreSQL's driver, which the interpreter of FlexGet may lack
    except ImportError as error:
        raise RuntimeError(
            f"FLEXAPI_FLEXGET_DATABASE_URL needs psycopg, which {sys.executable} has not: "
            "install 'psycopg[binary]' there"
        ) from error
    from flexapi.engine.host.database.postgresql import PostgreSQL

    return PostgreSQL(url)


def main() -> None:
    """Run the host with the arguments of the command line."""
    parser = argparse.ArgumentParser(description="FlexAPI's FlexGet host")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--fd", type=int, required=True, help="the socket to the server")
    parser.add_argument(
        "--methods",
        action="append",
        default=[],
        metavar="NAME=MODULE",
        help="add the methods of a module as NAME.method",
    )
    parser.add_argument(
        "--plugins",
        action="append",
        default=[],
        metavar="NAME=PACKAGE",
        help="load the FlexGet plugins of a package",
    )
    arguments = parser.parse_args()
    # Plugins print; stdout of the host itself goes where its stderr goes.
    os.dup2(2, 1)
    # Ctrl-C in a terminal reaches the whole group; ending is the server's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=arguments.fd)
    channel.set_inheritable(False)
    try:
        serve(channel, arguments.config, arguments.methods, arguments.plugins)
    except (Exception, SystemExit) as error:  # whatever a plugin raises on import
        reason = f"FlexGet can't be loaded: {type(error).__name__}: {error}"
        channel.sendall(protocol.encode(protocol.notification("failed", {"reason": reason})))
        raise


if __name__ == "__main__":
    main()
