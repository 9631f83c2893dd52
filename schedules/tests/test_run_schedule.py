"""POST /api/schedules/<id>/run."""

import pytest

from executions.models import Execution, Status
from schedules.models import Schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(config, api, viewer):
    (item,) = api(viewer).get("/api/schedules").json()["items"]
    return f"/api/schedules/{item['id']}"


def test_it_queues_what_the_schedule_runs(path, api, operator):
    planned = Schedule.objects.get().next_run

    answer = api(operator).post(f"{path}/run")

    assert answer.status_code == 201
    execution = Execution.objects.get()
    assert answer.json()["object"]["id"] == execution.pk
    assert answer.json()["object"]["schedule"] == Schedule.objects.get().pk
    assert (execution.tasks, execution.options) == (["tv", "movies"], {"cron": True})
    assert execution.requested_by == operator
    shown = api(operator).get(path).json()["object"]
    assert shown["last_execution"]["id"] == execution.pk
    assert shown["last_execution"]["status"] == "pending"
    assert Schedule.objects.get().next_run == planned


def test_not_while_its_last_run_goes_on(path, api, operator):
    client = api(operator)
    client.post(f"{path}/run")

    again = client.post(f"{path}/run")
    Execution.objects.update(status=Status.COMPLETE)
    later = client.post(f"{path}/run")

    assert again.status_code == 409
    assert again.json()["errors"][0]["code"] == "still_running"
    assert later.status_code == 201


def test_viewers_may_not(path, api, viewer):
    assert api(viewer).post(f"{path}/run").status_code == 403


def test_executions_are_found_by_their_schedule(path, api, operator):
    client = api(operator)
    pk = client.post(f"{path}/run").json()["object"]["schedule"]
    Execution.objects.enqueue(["tv"])

    found = client.get(f"/api/execution?status=all&schedule={pk}").json()["items"]

    assert [item["schedule"] for item in found] == [pk]
