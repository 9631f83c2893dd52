"""What is made of the config and of nothing else: made once for each state of it.

    _lists: OfConfig[bytes] = OfConfig()
    body = _lists.get(("names", masked), make)

Hand edits are taken in first, as by every endpoint that shows the config.
"""

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from flexapi.mirror import mirror
from flexapi.mirror.disk.file import LockBusy

T = TypeVar("T")

# How many values are kept, those that were asked for last.
MOST = 1000


class OfConfig(Generic[T]):
    """Values by their keys. A key says what else a value depends on, such as whether credentials are masked in it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[str, T]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made by `make` where the config is another one since. Shared, not to be modified."""
        with contextlib.suppress(LockBusy):
            mirror.refresh()
        state = mirror.current_hash()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == state:
                self._kept.move_to_end(key)
                return kept[1]
        value = make()
        # What was made while somebody wrote may be of either state.
        if mirror.current_hash() == state:
            with self._lock:
                self._kept[key] = state, value
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return value
