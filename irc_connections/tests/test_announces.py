"""What an announce becomes in the queue, and how much may wait there."""

from typing import Any

import pytest

from executions.models import Execution
from irc_connections import announces

pytestmark = pytest.mark.django_db


def options(*titles: str, **more: Any) -> dict[str, Any]:
    entries = [{"title": title, "url": f"http://example.com/{title}"} for title in titles]
    return {"cron": True, "inject": entries, **more}


def titles(execution: Execution) -> list[str]:
    execution.refresh_from_db()
    return [entry["title"] for entry in execution.options["inject"]]


def test_it_is_an_execution_of_nobody() -> None:
    execution = announces.queue("news", ["tv"], options("a"))
    assert execution is not None
    assert (execution.irc, execution.tasks) == ("news", ["tv"])
    assert (execution.requested_by, execution.caused_by, execution.chain) == (None, None, None)


def test_what_comes_while_one_waits_is_added_to_it() -> None:
    first = announces.queue("news", ["tv"], options("a"))
    assert announces.queue("news", ["tv"], options("b")) == first
    assert first is not None
    assert titles(first) == ["a", "b"]
    assert announces.queue("news", ["tv"], options("c", learn=True)) != first
    assert announces.queue("news", ["movies"], options("c")) != first
    assert announces.queue("other", ["tv"], options("c")) != first


def test_nothing_is_added_to_one_that_a_worker_has() -> None:
    first = announces.queue("news", ["tv"], options("a"))
    assert Execution.objects.claim("worker") == first
    second = announces.queue("news", ["tv"], options("b"))
    assert second != first
    assert first is not None
    assert titles(first) == ["a"]


def test_an_execution_has_so_many_entries_at_most() -> None:
    first = announces.queue("news", ["tv"], options(*map(str, range(announces.MOST_ENTRIES))))
    assert announces.queue("news", ["tv"], options("more")) != first


def test_so_many_wait_at_most(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(announces.MOST_WAITING):
        assert announces.queue("news", [f"task {number}"], options("a"))
    assert announces.queue("news", ["one more"], options("a")) is None
    assert "20 executions of the IRC connection news wait already" in caplog.text
    assert announces.queue("other", ["tv"], options("a"))
