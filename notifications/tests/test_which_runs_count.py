"""How a task is doing is told by runs that change something: a trial or a test that fails raises no alarm anywhere."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from prometheus_client import REGISTRY
from rest_framework.test import APIClient

from executions.models import Execution, Status
from executions.running.runner import Runner
from executions.tests.conftest import config
from executions.trials import Trial
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome, mock
from flexapi.web import page_data
from notifications.models import Channel, Notice, Trouble

__all__ = ["config"]

pytestmark = pytest.mark.django_db(transaction=True)

HEALTHY = {"tv": mock("x", accept_all=True)}
# Nobody listens there. What fails later than its input is left out of a trial.
FAILING = {"tv": {"rss": "http://127.0.0.1:9/"}}
# What makes a run one that doesn't count.
KINDS = pytest.mark.parametrize("kind", ["test", "trial"])


@pytest.fixture(autouse=True)
def channel(db: None) -> None:
    """Somebody who wants to know of all that there is."""
    Channel.objects.create(name="All", type="webhook", address="https://x.example/")


def run(engine: Engine, config: FlexGetHome, kind: str = "") -> Execution:
    """Run `tv` to its end."""
    trial = Trial(config=config.config.read_text()) if kind == "trial" else None
    Execution.objects.enqueue(["tv"], {"test": True} if kind == "test" else {}, trial=trial)
    execution = Execution.objects.claim("test")
    assert execution is not None
    Runner(execution, engine).run()
    execution.refresh_from_db()
    return execution


def said(client: APIClient, user: User) -> dict[str, Any]:
    """All that is told of how `tv` is doing."""

    def answer(path: str) -> Any:
        return client.get(f"/api/{path}").json()["object"]

    labels = {"status": "failed", "queue": "default"}
    task = answer("tasks/tv")
    return {
        "problems": [(one["kind"], one["title"]) for one in answer("server")["problems"]],
        "failed_lately": answer("server/summary")["failed_lately"]["count"],
        "last_execution": task["last_execution"] and task["last_execution"]["id"],
        "last_result": task["last_result"] and task["last_result"]["status"],
        "results": client.get("/api/tasks/tv/results").json()["count"],
        "on_the_page": [row["status"] for row in page_data.last_results(user).values()],
        "statistics": [row["runs"]["failed"] for row in answer("statistics")["tasks"]],
        "metric": REGISTRY.get_sample_value("flexapi_executions_ended_total", labels) or 0,
        "notices": list(Notice.objects.order_by("pk").values_list("kind", flat=True)),
    }


@KINDS
def test_one_that_fails_is_told_of_nowhere(
    kind: str,
    config: FlexGetHome,
    flexget_engine: Engine,
    api: Callable[..., APIClient],
    editor: User,
) -> None:
    config.write(FAILING)
    client = api(editor)
    before = said(client, editor)
    execution = run(flexget_engine, config, kind)
    assert execution.status == Status.FAILED
    assert said(client, editor) == before
    # A real one is told of everywhere.
    real = run(flexget_engine, config)
    assert said(client, editor) == {
        "problems": [("failed", "Task tv failed")],
        "failed_lately": 1,
        "last_execution": real.pk,
        "last_result": "failed",
        "results": 1,
        "on_the_page": ["failed"],
        "statistics": [1],
        "metric": before["metric"] + 1,
        "notices": ["failed"],
    }


@KINDS
def test_one_that_ends_well_heals_nothing(
    kind: str, config: FlexGetHome, flexget_engine: Engine
) -> None:
    config.write(FAILING)
    run(flexget_engine, config)
    config.write(HEALTHY)
    assert run(flexget_engine, config, kind).status == Status.COMPLETE
    assert Trouble.objects.filter(kind="failed").exists()
    run(flexget_engine, config)
    assert not Trouble.objects.exists()


@KINDS
def test_one_that_is_aborted_is_told_to_nobody(kind: str) -> None:
    options = {"test": True} if kind == "test" else {}
    Execution.objects.create(tasks=["tv"], options=options, trial=kind == "trial").request_abort(
        "Enough."
    )
    assert not Notice.objects.exists()
