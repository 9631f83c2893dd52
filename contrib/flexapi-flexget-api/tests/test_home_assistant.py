"""The calls that the client of Home Assistant's integration makes, as its code describes them, and what it reads of the answers.

It reads keys and headers with care and takes what is missing for zero: so what it makes of them is compared with what there is.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from flexapi.testing.live import LiveServer
from flexapi.testing.waiting import until

from .calls import SCHEDULES, TASKS
from .conftest import API


class HomeAssistant:
    """Asks as the integration does: by token, all pages of a list of which it wants everything."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, endpoint: str, **parameters: str) -> Any:
        return self.answer(endpoint, **parameters).json()

    def answer(self, endpoint: str, **parameters: str) -> httpx.Response:
        answer = self.client.get(f"{API}/{quote(endpoint)}", params=parameters)
        answer.raise_for_status()
        return answer

    def total(self, endpoint: str, **parameters: str) -> int:
        answer = self.answer(endpoint, **{"per_page": "1", "page": "1", **parameters})
        return int(answer.headers["Total-Count"])

    def every(self, endpoint: str, **parameters: str) -> list[Any]:
        """All pages of a hundred, one after the other."""
        items: list[Any] = []
        for page in range(1, 100):
            answer = self.answer(endpoint, per_page="100", page=str(page), **parameters)
            items += answer.json()
            if len(items) >= int(answer.headers["Total-Count"]):
                break
        return items


@pytest.fixture(scope="module")
def home(server: LiveServer, client_of: Callable[[str], httpx.Client]) -> HomeAssistant:
    for task in ("tv", "films", "asks", "fails"):
        server.run(tasks=[task])
    return HomeAssistant(client_of("admin"))


def test_the_version(home: HomeAssistant) -> None:
    version = home.get("server/version/")
    assert version["flexget_version"].startswith("3.")
    assert version["api_version"] == "1.8.0"
    # No update is offered that nobody knows of.
    assert version["latest_version"] == version["flexget_version"]


def test_the_tasks(home: HomeAssistant) -> None:
    enabled = [name for name in TASKS if not name.startswith("_")]
    assert home.get("tasks/", include_config="false") == enabled
    tasks = home.get("tasks/", include_config="true")
    assert {task["name"]: task["config"].get("manual") is not True for task in tasks} == {
        name: name != "manual one" for name in enabled
    }


def test_what_came_of_the_runs(home: HomeAssistant) -> None:
    order = {"sort_by": "last_execution_time", "order": "desc", "include_execution": "true"}
    statuses = home.every("tasks/status/", **order)
    last = {status["name"]: status["last_execution"] for status in statuses}
    assert last.keys() >= {"tv", "films", "asks", "fails"}
    counted = {
        name: (last[name]["accepted"], last[name]["failed"], last[name]["produced"])
        for name in ("films", "fails")
    }
    assert counted["films"] == (2, 0, 2)
    assert counted["fails"][2] == 1
    # One that another test made may not have run yet.
    assert all(run["succeeded"] for run in last.values() if run)
    assert statuses[0]["last_execution_time"] == last[statuses[0]["name"]]["start"]
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    for status in statuses:
        path = f"tasks/status/{status['id']}/executions/"
        runs = home.every(path, sort_by="start", order="desc", start_date=since)
        assert {run["task_id"] for run in runs} == {status["id"]}


def test_the_queue_is_empty(home: HomeAssistant) -> None:
    # What other tests asked for is over first.
    until(lambda: home.get("tasks/queue/") == [])


def test_the_schedules(home: HomeAssistant) -> None:
    schedules = home.get("schedules/")
    assert [schedule["tasks"] for schedule in schedules] == [one["tasks"] for one in SCHEDULES]
    for schedule in schedules:
        assert isinstance(schedule["id"], int)
        details = home.get(f"schedules/{schedule['id']}/")
        assert datetime.fromisoformat(details["next_run_time"]) > datetime.now(UTC)


def test_the_history(home: HomeAssistant) -> None:
    newest = home.answer("history/", per_page="1", page="1", order="desc")
    (entry,) = newest.json()
    assert (entry["task"], int(newest.headers["Total-Count"])) == ("films", 6)
    datetime.fromisoformat(entry["time"])


def test_what_failed(home: HomeAssistant) -> None:
    (failed,) = home.every("failed/", sort_by="failure_time", order="desc")
    assert (failed["title"], failed["count"]) == ("Broken", 1)
    assert failed["added_at"]
    assert failed["reason"]
    assert failed["retry_time"]


def test_what_waits_for_approval(home: HomeAssistant) -> None:
    parameters = {"sort_by": "added", "order": "asc", "approved": "false"}
    assert home.total("pending/", **parameters) == 2
    assert home.get("pending/", per_page="1", page="1", **parameters)[0]["added"]


def test_the_inventory(home: HomeAssistant) -> None:
    plugins = home.every("plugins/", include_schema="false")
    assert len(plugins) > 300
    assert {type(plugin["builtin"]) for plugin in plugins} == {bool}
    assert {type(plugin["debug"]) for plugin in plugins} == {bool}
    assert home.total("series/") == 3
    assert [one["name"] for one in home.get("entry_list/")] == ["things"]
    assert [one["name"] for one in home.get("movie_list/")] == ["wanted"]
    assert [one["name"] for one in home.get("pending_list/")] == ["maybe"]


def test_irc(home: HomeAssistant) -> None:
    """Without connections, FlexGet's answer is an error, which the client expects."""
    assert home.client.get(f"{API}/irc/connections/").status_code == 400


def test_a_task_is_run(home: HomeAssistant) -> None:
    for more in ({}, {"now": True}, {"now": True, "learn": True}):
        body = {"tasks": ["rejects"], **more}
        answer = home.client.post(f"{API}/tasks/execute/", json=body)
        (queued,) = answer.json()["tasks"]
        assert queued["name"] == "rejects"
        execution = home.client.get(f"/api/execution/{queued['id']}").json()["object"]
        assert execution["options"] == more


def test_a_switch_is_turned_off_and_on(home: HomeAssistant) -> None:
    """It reads the config of a task, changes `manual`, and writes all of it back."""
    path = f"{API}/tasks/{quote('manual one')}/"
    for manual in (None, True):
        task = home.get("tasks/manual one/")
        assert task["name"] == "manual one"
        config = {key: value for key, value in task["config"].items() if key != "manual"}
        if manual:
            config["manual"] = True
        answer = home.client.put(path, json={"name": "manual one", "config": config})
        assert answer.status_code == 200
        assert home.get("tasks/manual one/")["config"].get("manual") is manual


def test_a_token_that_is_not_known(home: HomeAssistant) -> None:
    refused = home.client.get(f"{API}/server/version/", headers={"Authorization": "Token wrong"})
    assert refused.status_code == 401
