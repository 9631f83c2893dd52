"""Who stands ready for the next run is a new process once nothing has run for a while: it has no memory of its own yet."""

from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome, accepting, of_kind, reports_of

NEVER = 10**9


@pytest.fixture
def engine(flexget_home: FlexGetHome) -> Iterator[Engine]:
    engine = Engine(
        flexget_home.config, methods={"own": "flexapi.engine.host.tests.in_a_hurry"}, slots=2
    )
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()


def children_of(engine: Engine) -> list[int]:
    return [child.pid for child in psutil.Process(engine.state.pid).children()]


def run(engine: Engine, *tasks: str) -> int:
    ran = engine.execute(1, list(tasks), {})
    assert of_kind(reports_of(ran), "finished") == [{"aborted": False}]
    assert ran.pid is not None
    return ran.pid


def wait_for_end(pid: int) -> None:
    """Wait until a process is gone, as it may be already."""
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(30)


def test_one_that_ran_is_replaced_by_one(engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"good": accepting("x")})
    engine.call("own.renew_after", {"quiet": 0.1, "faults": NEVER})
    first = run(engine, "good")
    wait_for_end(first)
    while not (ready := children_of(engine)):
        engine.call("version")
    assert run(engine, "good") in ready


def test_one_that_ran_nothing_stays(engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"good": accepting("x")})
    engine.call("own.renew_after", {"quiet": 0.1, "faults": NEVER})
    wait_for_end(run(engine, "good"))
    while not (ready := children_of(engine)):
        engine.call("version")
    # It would be replaced again and again.
    with pytest.raises(psutil.TimeoutExpired):
        psutil.Process(ready[0]).wait(1)


def test_one_is_replaced_where_the_host_has_much_to_itself(
    engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"good": accepting("x")})
    engine.call("own.renew_after", {"quiet": 0.1, "faults": 100})
    wait_for_end(run(engine, "good"))
    while not (ready := children_of(engine)):
        engine.call("version")
    engine.call("schema", timeout=60)
    wait_for_end(ready[0])


def test_nobody_is_replaced_while_something_runs(engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"good": accepting("x"), "long": accepting("x", sleep=3)})
    engine.call("own.renew_after", {"quiet": 0.1, "faults": 0})
    long = engine.execute(2, ["long"], {})
    reports = iter(long)
    next(reports)
    first = run(engine, "good")
    assert run(engine, "good") == first
    # Both ended well, each in its process.
    rest = [report for batch in reports for report in batch]
    assert of_kind(rest, "finished") == [{"aborted": False}]
    assert long.pid != first
