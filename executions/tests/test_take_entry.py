"""POST /api/execution/<id>/entries/<entry>/take: real FlexGet takes what a filter rejected."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from executions.models import Execution, KeptEntries
from executions.running.runner import Runner
from executions.tests.conftest import run_to_the_end
from executions.tests.factories import add_entry, make_execution
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome
from history.models import HistoryEntry

pytestmark = pytest.mark.django_db(transaction=True)

TASK = {
    "mock": [
        {
            "title": "Wanted 720p",
            "url": "http://localhost/w",
            "number": 5,
            "words": ["a", "b"],
            "secret_token": "hunter2-hunter2",
        },
        {"title": "Other 720p", "url": "http://localhost/o"},
    ],
    "quality": "1080p",
    "if": [
        {"number is defined and number == 5 and 'b' in words": {"set": {"note": "had its fields"}}}
    ],
    "accept_all": True,
}


@pytest.fixture
def rejected(config: FlexGetHome, flexget_engine: Engine) -> Execution:
    """A run that rejected two entries."""
    config.write({"tv": TASK})
    return run_to_the_end(flexget_engine, ["tv"], {})


@pytest.fixture
def take(api: Callable[..., APIClient], operator: User) -> Callable[..., Any]:
    """`take(execution, entry)`: the answer to an operator."""
    client = api(operator)
    return lambda execution, entry: client.post(
        f"/api/execution/{execution.pk}/entries/{entry}/take"
    )


def run_queued(engine: Engine) -> Execution:
    execution = Execution.objects.claim("test")
    assert execution is not None
    Runner(execution, engine).run()
    execution.refresh_from_db()
    return execution


@pytest.mark.parametrize("kept", [True, False])
def test_it_alone_is_taken_whatever_the_filters_say(
    rejected: Execution,
    take: Callable[..., Any],
    flexget_engine: Engine,
    api: Callable[..., APIClient],
    viewer: User,
    kept: bool,
) -> None:
    if not kept:
        KeptEntries.objects.all().delete()
    listed = api(viewer).get(f"/api/execution/{rejected.pk}/entries").json()["items"]
    wanted = next(item for item in listed if item["title"] == "Wanted 720p")
    assert wanted["state"] == "rejected"
    answer = take(rejected, wanted["id"])
    execution = run_queued(flexget_engine)

    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/api/execution/{execution.pk}")
    found = answer.json()["object"]
    assert (found["id"], found["tasks"], found["trial"]) == (execution.pk, ["tv"], False)
    assert execution.status == "complete"
    entries = execution.entries.values_list("title", "url", "state")
    assert list(entries) == [("Wanted 720p", "http://localhost/w", "accepted")]
    assert list(HistoryEntry.objects.values_list("title", flat=True)) == ["Wanted 720p"]
    fields = execution.options["inject"][0]["fields"]
    assert ("number" in fields, fields.get("words")) == (kept, ["a", "b"] if kept else None)
    # FlexGet has seen it from now on.
    again = run_to_the_end(flexget_engine, ["tv"], {})
    assert "seen" in [entry.plugin for entry in again.entries.all()] or again.accepted == 0


def test_an_entry_is_read_with_the_fields_it_came_with(
    rejected: Execution, api: Callable[..., APIClient], viewer: User, editor: User
) -> None:
    entry = rejected.entries.get(title="Wanted 720p")
    path = f"/api/execution/{rejected.pk}/entries/{entry.pk}"
    found = api(viewer).get(path).json()["object"]

    assert (found["id"], found["state"]) == (entry.pk, "rejected")
    fields = found["came_with"]
    assert (fields["number"], fields["words"], fields["title"]) == (5, ["a", "b"], "Wanted 720p")
    assert fields["secret_token"] == "********"
    seen = api(editor).get(path).json()["object"]["came_with"]
    assert seen["secret_token"] == "hunter2-hunter2"
    KeptEntries.objects.all().delete()
    assert api(viewer).get(path).json()["object"]["came_with"] is None
    other = make_execution()
    assert api(viewer).get(f"/api/execution/{other.pk}/entries/{entry.pk}").status_code == 404


@pytest.mark.parametrize(
    ("trial", "state", "task", "code"),
    [
        (True, "rejected", "tv", "trial"),
        (False, "accepted", "tv", "accepted"),
        (False, "rejected", "gone", "unknown_task"),
    ],
)
def test_what_cannot_be_taken_is_a_409_that_says_why(
    config: FlexGetHome,
    take: Callable[..., Any],
    trial: bool,
    state: str,
    task: str,
    code: str,
) -> None:
    config.write({"tv": {"mock": []}})
    execution = make_execution(trial=trial)
    entry = add_entry(execution, "x", state, task=task)
    answer = take(execution, entry.pk)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, code)
    assert Execution.objects.count() == 1


def test_an_entry_of_another_execution_is_a_404(
    config: FlexGetHome, take: Callable[..., Any]
) -> None:
    entry = add_entry(make_execution(), "x", "rejected")

    assert take(make_execution(), entry.pk).status_code == 404


def test_viewers_take_nothing(
    config: FlexGetHome, api: Callable[..., APIClient], viewer: User
) -> None:
    execution = make_execution()
    entry = add_entry(execution, "x", "rejected")
    answer = api(viewer).post(f"/api/execution/{execution.pk}/entries/{entry.pk}/take")

    assert answer.status_code == 403
