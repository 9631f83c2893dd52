"""Where FlexGet keeps its tables: what its manager asks of each kind of database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Database(Protocol):
    """FlexGet's database. `manager` is the WarmManager that works with it."""

    # Whether several runs at once may work with it.
    shared: bool
    # Whether test runs get in each other's way.
    one_test_run: bool

    def open(self, manager: Any) -> None:
        """Give the manager its engine."""

    def prepare(self, manager: Any) -> None:
        """Make or upgrade the tables where need be."""

    def size(self, manager: Any) -> int:
        """Return the bytes that it takes on the disk."""

    def vacuum(self, manager: Any) -> None:
        """Give the disk back what deleted rows left. FlexGet's lock must be held."""

    def begin_test(self, manager: Any) -> None:
        """Let the manager work with a copy."""

    def end_test(self, manager: Any) -> None:
        """Remove the copy that the manager works with."""

    def lock(
        self, *name: str, waiting: Callable[[], None] | None = None
    ) -> AbstractContextManager[None]:
        """Hold the lock of a name, which one run at a time has; `waiting` is called where one must wait."""

    def open_locks(self) -> None:
        """Open what locks are held on and what stays open for the life of a process."""

    def close(self) -> None:
        """Close what is open beside the manager's engine."""

    def rest(self, manager: Any) -> None:
        """A run is over: close what must not stay open until the next one of this process."""

    def wake(self) -> None:
        """The next run begins: make sure of what stayed open."""

    def descriptors(self) -> set[int]:
        """Return those that `rest` leaves open."""
