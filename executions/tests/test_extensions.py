"""What other apps send along with a run, and the reports that come back to them."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError

from executions import extensions
from executions.models import Execution, Status
from executions.running.recorder import Recorder
from executions.tests.factories import make_execution
from flexapi.engine.run import Report
from flexapi.registry import Registry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def execution(monkeypatch: pytest.MonkeyPatch) -> Execution:
    """A running one, and a registry of the test's own."""
    monkeypatch.setattr(extensions, "payloads", Registry("payload"))
    monkeypatch.setattr(extensions, "report_handlers", Registry("handler"))
    return make_execution(Status.RUNNING)


def note(execution: Execution, params: dict[str, Any]) -> None:
    """A handler that writes."""
    Execution.objects.filter(pk=execution.pk).update(waiting_for=params["text"])


def line(text: str) -> Report:
    members = {"time": 0.0, "level": "INFO", "plugin": "", "task": "", "message": text}
    return Report("log", members)


def test_what_is_sent_along_is_asked_for_by_name(execution: Execution) -> None:
    extensions.send_along("films", lambda execution: [execution.pk])
    assert extensions.extras(execution) == {"films": [execution.pk]}


def test_a_name_is_given_once(execution: Execution) -> None:
    extensions.on_report("films", note)
    extensions.on_report("films", note)
    with pytest.raises(ValueError, match="films"):
        extensions.on_report("films", lambda execution, params: None)
    extensions.send_along("films", str)
    with pytest.raises(ValueError, match="films"):
        extensions.send_along("films", repr)


def test_reports_reach_their_handler_with_the_log(execution: Execution) -> None:
    extensions.on_report("films", note)
    Recorder(execution).store([line("one"), Report("films", {"text": "a\x00b"}), line("two")])
    execution.refresh_from_db()
    assert execution.waiting_for == "a\N{REPLACEMENT CHARACTER}b"
    assert execution.log_lines == 2


def test_a_handler_that_breaks_undoes_its_own_alone(
    execution: Execution, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(execution: Execution, params: dict[str, Any]) -> None:
        note(execution, params)
        raise KeyError("a bug")

    extensions.on_report("films", broken)
    Recorder(execution).store([line("one"), Report("films", {"text": "x"})])
    execution.refresh_from_db()
    assert (execution.waiting_for, execution.log_lines) == ("", 1)
    assert "a bug" in caplog.text


def test_a_handler_that_breaks_takes_nothing_from_others(execution: Execution) -> None:
    def broken(execution: Execution, params: dict[str, Any]) -> None:
        raise KeyError("a bug")

    extensions.on_report("films", note)
    extensions.on_report("shows", broken)
    Recorder(execution).store([Report("films", {"text": "x"}), Report("shows", {})])
    execution.refresh_from_db()
    assert execution.waiting_for == "x"


def test_a_busy_database_is_tried_again_as_a_whole(
    execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: Iterator[bool] = iter([True, False])

    def busy_once(execution: Execution, params: dict[str, Any]) -> None:
        if next(answers):
            raise OperationalError("database is locked")
        note(execution, params)

    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    extensions.on_report("films", busy_once)
    Recorder(execution).store([line("one"), Report("films", {"text": "x"})])
    execution.refresh_from_db()
    assert (execution.waiting_for, execution.logline_set.count()) == ("x", 1)


def test_a_report_of_nobody_is_said(execution: Execution, caplog: pytest.LogCaptureFixture) -> None:
    Recorder(execution).store([Report("strange", {})])
    assert "strange" in caplog.text
