"""Fixtures of the executions' tests."""

from pathlib import Path
from typing import Any

import pytest

from executions import views
from executions.models import Execution
from executions.running.runner import Runner
from flexapi.engine import instance
from flexapi.engine.client import Engine
from flexapi.mirror import mirror
from flexapi.mirror.edits import validation
from flexapi.testing.flexget_home import FlexGetHome
from flexapi.testing.live import own_server

__all__ = ["own_server"]


@pytest.fixture
def config(
    settings: Any,
    tmp_path: Path,
    flexget_engine: Engine,
    flexget_home: FlexGetHome,
    monkeypatch: pytest.MonkeyPatch,
) -> FlexGetHome:
    """A config that the API in this process reads and a real engine that it asks."""
    settings.FLEXGET_CONFIG = flexget_home.config
    settings.DATA_DIR = tmp_path
    for module in (views, instance, validation):
        monkeypatch.setattr(module, "engine", lambda: flexget_engine)
    mirror.forget()
    return flexget_home


def run_to_the_end(engine: Engine, tasks: list[str] | None, options: dict[str, Any]) -> Execution:
    """Queue an execution, claim it and run it, in this process."""
    Execution.objects.enqueue(tasks, options)
    execution = Execution.objects.claim("test")
    assert execution is not None
    Runner(execution, engine).run()
    execution.refresh_from_db()
    return execution
