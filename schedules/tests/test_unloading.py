"""FlexGet unloaded while no schedule is due and nobody asks for it. The clock is the test's own, FlexGet is real."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flexapi.engine.client import Engine
from flexapi.mirror import mirror
from schedules.models import Schedule
from schedules.unloading import AHEAD, Unloader

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 10, tzinfo=UTC)


@pytest.fixture
def engine(config: Path) -> Iterator[Engine]:
    config.write_text("tasks: {}\nschedules:\n  - {tasks: a, interval: {hours: 1}}\n")
    mirror.refresh()
    engine = Engine(config)
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()


def test_it_goes_between_two_schedules(engine: Engine, settings: Any, config: Path) -> None:
    settings.ENGINE_IDLE = 10
    now = NOW
    unloader = Unloader(engine, lambda: now)

    def due(*, after: timedelta) -> None:
        Schedule.rows.update(next_run=now + after)

    due(after=AHEAD + timedelta(minutes=1))
    unloader.look()
    assert engine.state.name == "ready", "it was used a moment ago"
    settings.ENGINE_IDLE = 0
    due(after=AHEAD / 2)
    unloader.look()
    assert engine.state.name == "ready", "a schedule is due soon"
    due(after=AHEAD + timedelta(minutes=1))
    unloader.look()
    assert engine.state.name == "unloaded"
    unloader.look()
    assert engine.state.name == "unloaded"
    now += timedelta(minutes=2)
    unloader.look()
    assert engine.state.name == "starting"
    engine.call("version", timeout=60)

    due(after=timedelta(hours=1))
    unloader.look()
    assert engine.state.name == "unloaded"
    config.write_text("tasks: {a: {mock: []}}\n")
    mirror.refresh()
    unloader.look()
    assert engine.state.name == "starting", "FlexGet has to say what the change is worth"
