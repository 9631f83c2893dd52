"""What takes long to check or to load is so in a forked process, and the host goes on answering others.

A config file that is loaded there is handed over to the host as FlexGet prepared it.
"""

import base64
import pickle
from collections.abc import Callable
from typing import Any

from flexget.event import fire_event, get_events
from loguru import logger

from flexapi.engine import protocol

from . import methods
from .errands import Errand, tell
from .manager import WarmManager

# Bytes of a config above which nobody waits for it; FlexGet takes some 2 s for a megabyte of tasks.
LARGE = 64 * 1024
# What a config that was loaded consists of.
LOADED = (
    "config",
    "user_config",
    "config_file_hash",
    "invalid",
    "_complaints",
    "_faulty",
    "_variables_source",
    "_variables",
    "_stored_variables",
)
_CHECKS = {
    "invalid_tasks_of": methods.invalid_tasks_of,
    "validate": methods.validate,
    "validate_task": methods.validate_task,
}


class Loading:
    """The config file as a forked process loads it, and who asked what became of it."""

    def __init__(self, manager: WarmManager, notify: Callable[..., None]) -> None:
        """`notify` is `Host.notify`."""
        self._manager = manager
        self._notify = notify
        self._errand: Errand | None = None
        self._waiting: list[protocol.Message] = []

    def method_for(self, method: str, params: protocol.Message) -> methods.Method | None:
        """Return what a forked process has to be asked in place of a method; None where that does not take long."""
        if method == "invalid_tasks":
            return load if self._is_due() else None
        return _CHECKS.get(method) if len(params.get("text", "")) > LARGE else None

    def is_awaited(self, message: protocol.Message) -> bool:
        """Whether a call is answered when what goes on has ended; it is kept until then."""
        waits = message["method"] == "invalid_tasks" and self._errand is not None
        if waits:
            self._waiting.append(message)
        return waits

    def sent(self, one: Errand, method: methods.Method) -> None:
        """Note who loads the file."""
        if method is load:
            self._errand = one

    def took(self, one: Errand, message: protocol.Message) -> bool:
        """Take what a process says to the host; False where it says it to somebody else."""
        if one is not self._errand or message.get("method") != "told":
            return False
        said: dict[str, Any] = message["params"]["said"]
        if "level" in said:
            self._notify("log", **said)
        elif said["after"] == self._manager.config_file_hash:
            # Else the host had to load another state of the file itself.
            loaded = pickle.loads(base64.b85decode(said["loaded"]))  # noqa: S301  From a process of our own.
            self._adopt(loaded)
        return True

    def _adopt(self, loaded: dict[str, Any]) -> None:
        for name, value in loaded.items():
            setattr(self._manager, name, value)
        self._manager.generation += 1
        fire_event("manager.config_updated", self._manager)

    def ended(self, one: Errand) -> list[protocol.Message]:
        """Return the calls that can be answered, now that a process has ended."""
        if one is not self._errand:
            return []
        waiting, self._errand, self._waiting = self._waiting, None, []
        return waiting

    def _is_due(self) -> bool:
        manager = self._manager
        try:
            large = manager.config_path.stat().st_size > LARGE
        except OSError:
            return False
        return large and manager.hash_config() != manager.config_file_hash and not _is_listened_to()


def load(manager: WarmManager, params: methods.Params) -> dict[str, Any]:
    """As `methods.invalid_tasks`, in a forked process; the host is told what was loaded."""
    logger.add(_pass_on, level="WARNING", format="{name}: {message}", backtrace=False)
    after = manager.config_file_hash
    answer = methods.invalid_tasks(manager, params)
    if manager.config_file_hash != after:
        loaded = pickle.dumps({name: getattr(manager, name) for name in LOADED})
        tell(after=after, loaded=base64.b85encode(loaded).decode())
    return answer


def _pass_on(message: Any) -> None:
    tell(level=message.record["level"].name, message=str(message).rstrip("\n"))


def _is_listened_to() -> bool:
    """Whether plugins that are not FlexGet's prepare a config: what they note in passing belongs in the host."""
    for event in ("manager.before_config_load", "manager.before_config_validate"):
        try:
            handlers = get_events(event)
        except KeyError:
            continue
        if any(not handler.func.__module__.startswith("flexget.") for handler in handlers):
            return True
    return False
