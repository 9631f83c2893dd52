"""A FlexGet plugin that does what plugins should not; tests put it into a config's `plugins`."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flexget import plugin
from flexget.entry import Entry
from flexget.event import event
from loguru import logger

logger = logger.bind(name="misbehave")

# What is to outlive a run.
kept: list[Any] = []


def _raise() -> None:
    raise RuntimeError("this plugin is broken")


def _sys_exit() -> None:
    sys.exit(3)


def _os_exit() -> None:
    logger.info("about to leave")
    os._exit(7)


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _binary() -> None:
    os.write(1, b"\x00\xff\xfe binary \x80\n")
    print("text on stdout")
    print("text on stderr", file=sys.stderr)


def _megabyte() -> None:
    logger.info("x" * 1_000_000)


def _fork() -> None:
    """Fork a child that logs and then falls back through FlexGet's frames."""
    pid = os.fork()
    if pid == 0:
        logger.info("from the forked child")
        sys.exit(0)
    os.waitpid(pid, 0)
    logger.info("from the parent")


def _swallow() -> None:
    """Ignore every attempt to abort."""
    logger.info("not listening")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            time.sleep(0.05)
        except Exception:  # noqa: BLE001  that is the misbehaviour
            logger.info("swallowed an exception")


def _swallow_once() -> None:
    """Ignore the first attempt to abort, as code with a broad `except` does."""
    logger.info("not listening at first")
    try:
        time.sleep(60)
    except Exception:  # noqa: BLE001  that is the misbehaviour
        logger.info("swallowed an exception")
    time.sleep(60)


def _sleep() -> None:
    logger.info("sleeping")
    time.sleep(60)


def _grandchild() -> None:
    """Start a command that outlives this plugin and say which process it is."""
    child = subprocess.Popen(["sleep", "60"])
    Path("grandchild.pid").write_text(str(child.pid))
    logger.info("started a command")
    time.sleep(60)


def _surrogate() -> None:
    logger.info("half a character: \udc80, and a NUL: \x00")


def _leave_thread() -> None:
    threading.Thread(target=time.sleep, args=[60], daemon=True).start()


def _leave_process() -> None:
    kept.append(subprocess.Popen(["sleep", "60"]))


def _leave_orphan() -> None:
    """Start a command that nobody of this process is the parent of."""
    subprocess.run("sleep 60 > /dev/null 2>&1 &", shell=True, check=True)


def _leave_descriptor() -> None:
    kept.append(os.open(__file__, os.O_RDONLY))


def _leave_working_folder() -> None:
    os.chdir("/")


def _leave_variable() -> None:
    os.environ["MISBEHAVED"] = "yes"


def _leave_signal_handler() -> None:
    signal.signal(signal.SIGUSR1, lambda *_: None)


def _leave_sink() -> None:
    logger.add(kept.append, level="CRITICAL")


def _leave_memory() -> None:
    kept.append(b"x" * 150 * 1024 * 1024)


def _leave_mask() -> None:
    os.umask(0o077)


def _take_back_history() -> None:
    """Write a row of FlexGet's history, and take it back: its id is given to the next one."""
    from flexget.components.history.db import History
    from flexget.manager import Session

    with Session() as session:
        session.add(History(task="one", title="taken back", url="u"))
        session.flush()
        session.rollback()


def _environment() -> None:
    logger.info("variables: {}", " ".join(sorted(os.environ)))


def _tell(task: Any, config: dict[str, Any]) -> None:
    """Give away all that the plugin was configured with, in the ways that plugins have of it."""
    text = json.dumps(config)
    for level in ("DEBUG", "VERBOSE", "INFO", "WARNING", "ERROR"):
        logger.log(level, "configured with {}", config)
    for value in _texts(config):
        logger.info("Could not log in with {}.", value)
        print(f"<{value}>")
        print(quote(value), file=sys.stderr)
    for entry, end in zip(list(task.accepted), (entry_fails, entry_rejects), strict=False):
        end(entry, text)
    if config["tell"] == "abort":
        task.abort(f"no connection: {text}")
    if config["tell"] == "crash":
        raise RuntimeError(text)


def entry_fails(entry: Entry, text: str) -> None:
    entry.fail(f"failed with {text}")


def entry_rejects(entry: Entry, text: str) -> None:
    entry.reject(f"rejected for {text}")


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for below in value.values() for text in _texts(below)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [str(value)]


class Misbehave:
    """`misbehave: <how>`, `misbehave: {lines: 20000}` to log that many lines, or `misbehave: {tell: "", …}` to log all that stands there."""

    schema = {"oneOf": [{"type": "string"}, {"type": "object"}]}

    def on_task_output(self, task: Any, config: Any) -> None:
        if isinstance(config, dict) and "tell" in config:
            _tell(task, config)
        elif isinstance(config, dict):
            for number in range(1, config["lines"] + 1):
                logger.info("line {}", number)
                if "seconds" in config:
                    time.sleep(config["seconds"])
        else:
            globals()[f"_{config}"]()

    def search(self, task: Any, entry: Entry, config: Any) -> list[Entry]:
        """Find one entry, whatever is searched for."""
        return [Entry("Found", "http://localhost/found")]

    def on_task_abort(self, task: Any, config: Any) -> None:
        logger.info("the abort phase ran")


@event("plugin.register")
def register() -> None:
    plugin.register(Misbehave, "misbehave", interfaces=["task", "search"], api_ver=2)
