"""What users may not see, hidden from them by whoever knows it: the config's layer registers how credentials are hidden.

Here, and without Django, so that the layers below it can ask, and the log of the server itself.
"""

import logging
from collections.abc import Callable
from typing import Any

from flexapi.registry import Registry

# `hide(user, value)`: the value, which JSON can hold, as the user may see it.
from_users: Registry[str, Callable[[Any, Any], Any]] = Registry("way to hide from users")
# `sees(user)`: whether nothing of the kind is hidden from the user.
sees: Registry[str, Callable[[Any], bool]] = Registry("way to tell who sees all")
# `hide(text)`, which asks no database: the text as it may stand in a log that anybody may read.
from_logs: Registry[str, Callable[[str], str]] = Registry("way to hide from the log")


def shown(user: Any, value: Any) -> Any:
    """Return what JSON can hold as a user may see it."""
    for hide in from_users.values():
        value = hide(user, value)
    return value


def sees_all(user: Any) -> bool:
    """Whether nothing is hidden from a user."""
    return all(tells(user) for tells in sees.values())


class Formatter(logging.Formatter):
    """For the server's own log: tracebacks quote values as well."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and what follows it, without what may not be seen."""
        text = super().format(record)
        for hide in from_logs.values():
            text = hide(text)
        return text
