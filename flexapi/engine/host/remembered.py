"""What plugins remember by FlexGet's `SimplePersistence`, in a process that is one of several."""

import copy
from typing import Any

from flexget.utils.simple_persistence import SimplePersistence


class Remembered:
    """The values of all plugins, from the beginning of a run to its end. Other processes may change them before and after."""

    def __init__(self) -> None:
        # What the host had when this process was forked from it.
        self._inherited: dict[str | None, Any] | None = None
        self._begun_with: dict[str, dict[str, Any]] = {}

    def forget(self) -> None:
        """Have what the host had: it may have changed since the last run here."""
        store = SimplePersistence.class_store
        if self._inherited is None:
            self._inherited = copy.deepcopy(dict(store))
        store.clear()
        store.update(copy.deepcopy(self._inherited))

    def load(self) -> None:
        """Read what is in the database: the host's copy is as old as the host."""
        SimplePersistence.load()
        self._begun_with = copy.deepcopy(SimplePersistence.class_store[None])

    def store(self) -> None:
        """Write what this run changed, and leave alone what it did not: another may have done so in the meantime."""
        for plugin_name, values in SimplePersistence.class_store[None].items():
            before = self._begun_with.get(plugin_name, {})
            for key in [key for key, value in values.items() if before.get(key, values) == value]:
                del values[key]
        SimplePersistence.flush()
