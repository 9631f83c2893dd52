"""Fixtures for all tests that edit a config: a real file, and FlexGet to check it."""

import difflib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flexapi.engine import instance
from flexapi.engine.client import Engine
from flexapi.mirror import invalid, mirror
from flexapi.mirror.edits import validation

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"

CONFIG = """\
# My config.
schedules:
  - tasks: [tv, movies]  # both
    interval:
      hours: 1

tasks:
  # Shows of the week.
  tv:
    mock:
      - title: Show S01E01
        url: http://example.com/1
    series:   # my shows
      - Show
    accept_all: yes

  movies:
    rss:
      url: http://user:hunter2@example.com/rss?passkey=abcdef
      password: 'hunter2'
    accept_all: yes
  _off:
    mock: []
"""


@pytest.fixture(scope="session")
def flexget(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """FlexGet in its host process."""
    engine = Engine(
        tmp_path_factory.mktemp("flexget") / "config.yml",
        None,
        instance.method_modules,
        instance.plugin_packages,
    )
    engine.config.write_text("tasks: {}\n")
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()


@pytest.fixture
def config(tmp_path: Path, settings: Any, flexget: Engine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The config file, holding CONFIG; FlexGet checks what is written to it, in the host that all tests share."""
    path = tmp_path / "config.yml"
    path.write_text(CONFIG)
    settings.FLEXGET_CONFIG = path
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(validation, "engine", lambda: flexget)
    monkeypatch.setattr(instance, "engine", lambda: flexget)
    # Nobody loads this file: the FlexGet that another test began must not be asked which of its tasks are invalid.
    monkeypatch.setattr(invalid, "engine", lambda: Engine(path))
    mirror.forget()
    return path


@pytest.fixture
def changed_lines(config: Path) -> Callable[[], tuple[list[str], list[str]]]:
    """Call it after an edit: the lines that went and the lines that came."""
    before = config.read_text().splitlines()

    def compare() -> tuple[list[str], list[str]]:
        lines = list(difflib.ndiff(before, config.read_text().splitlines()))
        gone = [line[2:] for line in lines if line.startswith("- ")]
        return gone, [line[2:] for line in lines if line.startswith("+ ")]

    return compare
