"""The queue of a task: which workers run it, known to FlexAPI alone."""

import pytest

from executions.models import Execution
from executions.queues import SeveralQueues
from schedules.models import Schedule
from tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(config, api, editor):
    """Put the task `movies` into a queue."""
    assert api(editor).patch("/api/tasks/movies", {"queue": "nas2"}).status_code == 200


def test_it_is_set_without_touching_the_file(config, changed_lines, api, editor):
    answer = api(editor).patch("/api/tasks/movies", {"queue": "nas2"})
    assert answer.json()["object"]["queue"] == "nas2"
    assert changed_lines() == ([], [])
    assert api(editor).get("/api/tasks/movies").json()["object"]["queue"] == "nas2"
    assert [task["name"] for task in api(editor).get("/api/tasks?queue=nas2").json()["items"]] == [
        "movies"
    ]


def test_it_can_be_set_with_the_rest(config, api, editor):
    body = {"name": "new", "config": {"mock": []}, "queue": "far"}
    assert api(editor).post("/api/tasks", body).json()["object"]["queue"] == "far"
    answer = api(editor).put("/api/tasks/new", {"config": {"mock": []}, "queue": "near"})
    assert answer.json()["object"]["queue"] == "near"


@pytest.mark.parametrize("queue", ["", "a b", "a,b", "x" * 101, None, ["a"]])
def test_other_names_are_refused(config, api, editor, queue):
    answer = api(editor).patch("/api/tasks/movies", {"queue": queue})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "queue"


def test_only_editors_may(config, api, operator):
    assert api(operator).patch("/api/tasks/movies", {"queue": "nas2"}).status_code == 403


def test_an_edit_of_what_changed_meanwhile_is_refused(config, api, editor):
    etag = api(editor).get("/api/tasks/movies")["ETag"]
    first = api(editor).patch("/api/tasks/movies", {"queue": "a"}, headers={"If-Match": etag})
    second = api(editor).patch("/api/tasks/movies", {"queue": "b"}, headers={"If-Match": etag})
    assert (first.status_code, second.status_code) == (200, 412)


def test_a_renamed_task_keeps_it(queued, api, editor):
    api(editor).patch("/api/tasks/movies", {"name": "films"})
    assert Task.objects.get(name="films").queue == "nas2"


def test_a_run_goes_where_its_tasks_do(queued):
    assert Execution.objects.enqueue(["movies"]).queue == "nas2"
    assert Execution.objects.enqueue(["tv"]).queue == "default"
    with pytest.raises(SeveralQueues):
        Execution.objects.enqueue(["tv", "movies"])


def test_a_schedule_runs_each_part_where_it_belongs(queued):
    first = Schedule.objects.get(position=0)
    Schedule.rows.filter(pk=first.pk).update(tasks=["*"])
    first.refresh_from_db()
    first.run()
    runs = Execution.objects.filter(schedule=first.pk).order_by("pk")
    assert {run.queue: run.tasks for run in runs} == {"default": ["tv"], "nas2": ["movies"]}
