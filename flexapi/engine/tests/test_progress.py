"""Progress is told now and then, and the last of it always; log lines wait for a breath at most, and for nothing where somebody follows."""

import json
import os
import threading
import time

import pytest

from flexapi.engine.client import Engine
from flexapi.engine.run import BREATH, MANY, PROGRESS_PERIOD, Ending, Pipes, Report, Run
from flexapi.testing.flexget_home import FlexGetHome, accepting, messages, of_kind


def written(kind: str, **params: object) -> bytes:
    return json.dumps({"method": kind, "params": params}).encode() + b"\n"


class Written:
    """A run whose reports a test writes."""

    def __init__(self) -> None:
        self._pipes = Pipes.open()
        self.reports, self.progress, *_ = self._pipes.write_ends
        self.run = Run(self._pipes, lambda grace: None)

    def step(self, number: int) -> None:
        os.write(self.progress, written("progress", percent=number))

    def end(self) -> None:
        self._pipes.close_write_ends()
        self.run.end(Ending(0))


def percents(reports: list[Report]) -> list[object]:
    return [report["percent"] for report in of_kind(reports, "progress")]


def test_of_many_steps_the_last_is_told() -> None:
    source = Written()
    for number in range(500):
        source.step(number)
    batches = iter(source.run)
    assert percents(next(batches)) == [499]
    for number in range(500, 900):
        source.step(number)
    began = time.monotonic()
    assert percents(next(batches)) == [899]
    # Not before it is time, and without another report that would wake the reader.
    assert time.monotonic() - began > PROGRESS_PERIOD / 2
    source.end()
    assert list(batches) == []


def test_the_last_step_before_the_end_is_told() -> None:
    source = Written()
    source.step(1)
    batches = iter(source.run)
    assert percents(next(batches)) == [1]
    source.step(2)
    source.end()
    assert percents(next(batches)) == [2]
    assert source.run.read_out
    assert list(batches) == []


def test_a_line_does_not_wait_for_progress() -> None:
    source = Written()
    source.step(1)
    batches = iter(source.run)
    next(batches)
    source.step(2)
    os.write(source.reports, written("log", message="at once"))
    batch = next(batches)
    assert messages(batch) == ["at once"]
    assert percents(batch) == []
    assert percents(next(batches)) == [2]
    source.end()
    assert list(batches) == []


def test_what_is_said_in_one_breath_is_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Written()
    unsaid = ["second", "third"]

    def speaks_meanwhile(run: Run, seconds: float) -> bool:
        while unsaid:
            os.write(source.reports, written("log", message=unsaid.pop(0)))
        return False

    monkeypatch.setattr(Run, "_ends_within", speaks_meanwhile)
    os.write(source.reports, written("log", message="first"))
    batches = iter(source.run)
    assert messages(next(batches)) == ["first"]
    assert messages(next(batches)) == ["second", "third"]
    source.end()
    assert list(batches) == []


def test_a_run_that_says_much_is_not_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(Run, "_ends_within", lambda run, seconds: waited.append(seconds))
    source = Written()
    batches = iter(source.run)
    os.write(source.reports, written("log", message="x" * MANY))
    next(batches)
    os.write(source.reports, written("log", message="x"))
    next(batches)
    assert waited == []
    source.end()
    assert list(batches) == []
    assert waited == [BREATH]


def test_a_run_that_somebody_follows_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "_ends_within", lambda run, seconds: pytest.fail("it waits"))
    source = Written()
    source.run.is_followed = lambda: True
    os.write(source.reports, written("log", message="first"))
    batches = iter(source.run)
    assert messages(next(batches)) == ["first"]
    os.write(source.reports, written("log", message="second"))
    assert messages(next(batches)) == ["second"]
    source.end()
    assert list(batches) == []


def test_the_last_reports_come_with_the_end() -> None:
    source = Written()
    os.write(source.reports, written("log", message="x") + written("finished", aborted=False))
    ender = threading.Thread(target=source.end)
    ender.start()
    (last,) = source.run
    ender.join()
    assert [report.kind for report in last] == ["log", "finished"]
    assert source.run.read_out
    assert source.run.ending == Ending(0)


def test_finished_is_the_last_of_all() -> None:
    source = Written()
    source.step(1)
    batches = iter(source.run)
    next(batches)
    source.step(2)
    os.write(source.reports, written("finished", aborted=False))
    source.end()
    assert [report.kind for batch in batches for report in batch] == ["progress", "finished"]


def test_a_real_run_tells_it_seldom(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    tasks = {f"task {number}": accepting(str(number)) for number in range(30)}
    flexget_home.write(tasks)
    began = time.monotonic()
    run = flexget_engine.execute(1, None, {})
    reports = [report for batch in run for report in batch]
    told = of_kind(reports, "progress")
    assert len(told) <= (time.monotonic() - began) / PROGRESS_PERIOD + 2
    assert told[-1]["task"] == "task 29"
    assert len(of_kind(reports, "task")) == 30


def test_entries_come_with_the_end_of_their_task(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"good": accepting("x")})
    kinds = [[one.kind for one in batch] for batch in flexget_engine.execute(1, None, {})]
    assert any("entries" in batch for batch in kinds)
    # It was complete before FlexGet prepared it, and isn't told again.
    assert sum(batch.count("config") for batch in kinds) == 1
    assert all(("entries" in batch) == ("task" in batch) for batch in kinds)
