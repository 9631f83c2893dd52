"""Several machines in one process: each has its own data folder and config file, all one database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flexapi.mirror import mirror
from flexapi.mirror.edits import writing
from flexapi.mirror.store.snapshot import Snapshot
from flexapi.testing.config_file import CONFIG


class Machine:
    """A machine; `on()` makes this process one that runs there and knows nothing yet."""

    def __init__(self, folder: Path, settings: Any) -> None:
        self.data = folder / "data"
        self.data.mkdir(parents=True)
        self.config = folder / "config.yml"
        self._settings = settings

    def on(self) -> "Machine":
        """Go on as a new process of this machine."""
        self._settings.DATA_DIR = self.data
        self._settings.FLEXGET_CONFIG = self.config
        mirror.forget()
        return self

    def look(self) -> mirror.Problem | None:
        """Do what the server's watch does."""
        self.on()
        return mirror.recover()

    def edit(self, value: object, task: str = "tv") -> Snapshot:
        """Set a task's priority as the API does."""
        self.on()
        return writing.write(
            lambda base: base.document.set(("tasks", task, "priority"), value),
            origin="api",
            validate=False,
        )

    @property
    def text(self) -> str:
        """What is in the file."""
        return self.config.read_text()


@pytest.fixture
def machine(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Machine]]:
    """`machine("a")`: a machine of this name on the test's database."""
    monkeypatch.delenv("FLEXAPI_CONFIG", raising=False)
    settings.DATABASE_URL = "postgres://shared"
    yield lambda name: Machine(tmp_path / name, settings)
    mirror.follow(False)


@pytest.fixture
def a(machine: Callable[[str], Machine]) -> Machine:
    """The server that was first; its file is the config."""
    a = machine("a")
    a.config.write_text(CONFIG)
    assert a.look() is None
    return a


@pytest.fixture
def b(machine: Callable[[str], Machine], a: Machine) -> Machine:
    """Another one."""
    b = machine("b")
    b.on()
    assert mirror.join() is None
    return b
