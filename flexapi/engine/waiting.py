"""Who may wait for FlexGet: a server has only so many threads."""

import contextlib
from collections.abc import Callable, Iterator

from .connection import EngineUnavailable


class Busy(Exception):
    """Raised by what `ask` was given, where no more callers may wait; its text says so."""


Asks = Callable[[], contextlib.AbstractContextManager[None]]

_asks: Asks = contextlib.nullcontext


def ask(asks: Asks) -> None:
    """Have each caller wait within `asks()`, which may raise Busy."""
    global _asks
    _asks = asks


@contextlib.contextmanager
def allowed() -> Iterator[None]:
    """Wait for FlexGet inside. Raises EngineUnavailable where too many do."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(_asks())
        except Busy as error:
            raise EngineUnavailable(str(error)) from error
        yield
