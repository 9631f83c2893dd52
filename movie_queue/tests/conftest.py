"""Fixtures of the movie queue's tests."""

from collections.abc import Callable
from typing import Any

import pytest

from executions.models import Execution
from executions.tests.conftest import config, run_to_the_end
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome
from flexapi.testing.live import own_server
from movie_queue import quality

__all__ = ["config", "own_server"]


@pytest.fixture
def qualities(flexget_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Real FlexGet checks qualities."""
    monkeypatch.setattr(quality, "engine", lambda: flexget_engine)
    return flexget_engine


@pytest.fixture
def run(flexget_engine: Engine, config: FlexGetHome) -> Callable[..., Execution]:
    """`run({task: config}, **options)`: write the config, run all of it to its end."""

    for left in config.folder.glob(".flexapi-movie-queue-*"):
        left.unlink()  # Each test has a new database, which knows of no earlier run.

    def run_config(tasks: dict[str, Any], **options: Any) -> Execution:
        config.write(tasks)
        return run_to_the_end(flexget_engine, None, options)

    return run_config
