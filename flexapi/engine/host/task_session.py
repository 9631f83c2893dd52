"""The database session of a task. FlexGet opens one around each call of a plugin, some fifty for each task, and few are used."""

from types import TracebackType
from typing import Any, Self

import flexget.task
from flexget.manager import Session


class TaskSession:
    """A session that is opened when it is used, in place of the one that FlexGet opens around a plugin's call.

    Opening and committing one that nobody used took a sixth of a trivial task's processor time.
    """

    def __init__(self) -> None:
        self._session: Any = None

    def opened(self) -> Any:
        """Return the session itself."""
        if self._session is None:
            self._session = Session().__enter__()
        return self._session

    def __getattr__(self, name: str) -> Any:
        # For FlexGet's task itself; plugins get what `opened` returns.
        return getattr(self.opened(), name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            self._session.__exit__(kind, error, traceback)


def open_when_used() -> None:
    """Have FlexGet's tasks open their sessions when they are used."""
    flexget.task.Session = TaskSession
