"""Who sees credentials, and what FlexGet says as all others see it."""

from functools import cached_property
from typing import Any

from flexapi.mirror.credentials.known import Known, known

# The permission; the role of editors has it.
SEE = "mirror.see_credentials"


def visible_to(user: Any) -> bool:
    """Whether a user sees credentials."""
    return bool(user.has_perm(SEE))


class Eyes:
    """What somebody sees who sees credentials, or who doesn't; for one answer, within which it stays the same."""

    def __init__(self, *, reveal: bool) -> None:
        self.reveal = reveal

    @cached_property
    def _known(self) -> Known:
        return known()

    @property
    def hidden(self) -> str:
        """A regular expression for the credentials that they don't see; empty where there are none."""
        return "" if self.reveal else self._known.pattern

    def shown(self, value: Any) -> Any:
        """Return what JSON can hold as they see it: credentials are hidden from most, in all texts but keys."""
        if self.reveal:
            return value
        if isinstance(value, str):
            return value and self._known.hide(value)
        if isinstance(value, dict):
            return {key: self.shown(below) for key, below in value.items()}
        if isinstance(value, list | tuple):
            return [self.shown(item) for item in value]
        return value


def eyes_of(user: Any) -> Eyes:
    """Return what a user sees."""
    return Eyes(reveal=visible_to(user))


def shown(user: Any, value: Any) -> Any:
    """Return what JSON can hold as a user may see it."""
    return eyes_of(user).shown(value)
