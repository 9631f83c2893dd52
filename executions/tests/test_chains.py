"""Executions that plugins ask for: FlexGet's `run_task`, and loops of it."""

from collections.abc import Callable
from typing import Any

import pytest

from executions import chains
from executions.models import Execution, Status
from executions.running.runner import Runner
from executions.tests.conftest import run_to_the_end
from executions.tests.factories import make_execution
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome, accepting

pytestmark = pytest.mark.django_db(transaction=True)
Run = Callable[..., Execution]


@pytest.fixture
def run(flexget_engine: Engine, config: FlexGetHome) -> Run:
    """`run(["a"], {options})`: queue, claim and run it to its end."""

    def run_tasks(tasks: list[str], **options: Any) -> Execution:
        return run_to_the_end(flexget_engine, tasks, options)

    return run_tasks


def lines(execution: Execution, plugin: str = "flexapi") -> list[str]:
    return list(execution.logline_set.filter(plugin=plugin).values_list("message", flat=True))


def test_run_task_queues_an_execution_with_the_same_options(
    run: Run, config: FlexGetHome, viewer: Any, api: Any
) -> None:
    config.write(
        {
            "first": accepting("x", run_task={"task": ["second", "th*"], "when": "accepted"}),
            "second": accepting("y"),
            "third": accepting("z"),
        }
    )
    given = {
        "learn": True,
        "loglevel": "debug",
        "inject": [{"title": "I", "url": "u", "force": True}],
    }
    execution = run(["first"], **given)
    assert execution.status == Status.COMPLETE
    (caused,) = Execution.objects.filter(caused_by=execution)
    assert (caused.tasks, caused.options) == (["second", "third"], given)
    assert (caused.status, caused.chain) == (Status.PENDING, execution.pk)
    assert lines(execution) == ["Queued as an execution of its own: second, third"]
    listed = api(viewer).get(f"/api/execution?caused_by={execution.pk}").json()["items"]
    assert [(item["id"], item["caused_by"]) for item in listed] == [(caused.pk, execution.pk)]


def test_a_task_that_was_aborted_may_lead_to_another(run: Run, config: FlexGetHome) -> None:
    config.write(
        {
            "falls": accepting(
                "x", misbehave="raise", run_task={"task": "alarm", "when": "aborted"}
            ),
            "alarm": accepting("y"),
        }
    )
    execution = run(["falls"])
    assert execution.status == Status.FAILED
    assert execution.caused.get().tasks == ["alarm"]


def test_a_task_that_does_not_exist_is_said_and_not_queued(run: Run, config: FlexGetHome) -> None:
    config.write({"first": accepting("x", run_task={"task": "nope"})})
    execution = run(["first"])
    assert not execution.caused.exists()
    assert execution.logline_set.filter(level="ERROR", message__contains="nope").exists()


def test_a_loop_ends_and_says_so(run: Run, config: FlexGetHome, flexget_engine: Engine) -> None:
    config.write({"again": accepting("x", run_task={"task": "again"})})
    last = run(["again"])
    while last.caused.exists():
        caused = Execution.objects.claim("test")
        assert caused == last.caused.get()
        Runner(caused, flexget_engine).run()
        last = caused
    assert Execution.objects.count() == chains.LONGEST
    (said,) = lines(last)
    assert said.startswith("Not queued: again. 10 executions in a row have caused one another")


def test_one_leads_to_so_many_at_most(db: None) -> None:
    first = make_execution()
    for _ in range(chains.MOST - 1):
        make_execution(caused_by=first, chain=first.pk)
    another = chains.caused(first, ["a"], {})
    with pytest.raises(chains.TooMany, match="has led to 100 others"):
        chains.caused(first, ["a"], {}, pending=1)
    another.save()
    with pytest.raises(chains.TooMany):
        chains.caused(another, ["a"], {})


def test_a_chain_outlives_its_first_execution(db: None) -> None:
    first = make_execution()
    second = make_execution(caused_by=first, chain=first.pk)
    first.delete()
    second.refresh_from_db()
    assert second.caused_by is None
    assert chains.caused(second, ["a"], {}).chain == second.chain
