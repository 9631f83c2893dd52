"""What somebody sends who means harm: to learn what is hidden, to fool others, to keep FlexGet busy."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import psutil
import pytest

from flexapi.testing.live import LiveServer

from .calls import SCHEDULES, TASKS
from .conftest import API

Clients = Callable[[str], httpx.Client]
SECRET = "s3cretpasskey99"


@pytest.fixture(scope="module", autouse=True)
def ran(server: LiveServer) -> None:
    """A download that fails and two entries whose URLs hold a credential."""
    entries = [
        {"title": title, "url": f"http://tracker.example/{number}?passkey={SECRET}"}
        for number, title in enumerate(("Sintel 2010", "Dune 2021"))
    ]
    task = {"mock": entries, "accept_all": True}
    server.home.write({**TASKS, "private": task}, schedules=SCHEDULES)
    server.run(tasks=["private"])


@pytest.fixture
def viewer(client_of: Clients) -> httpx.Client:
    return client_of("viewer")


def with_body(client: httpx.Client, method: str, path: str, body: Any, **headers: str) -> Any:
    content = body if isinstance(body, str) else json.dumps(body)
    given = {"Content-Type": "application/json", **headers}
    return client.request(method, f"{API}/{path}", content=content, headers=given)


def test_no_second_parameter_goes_round_the_first(viewer: httpx.Client) -> None:
    """FlexGet takes the first of two, Django the last."""
    for query in ("sort_by=url&sort_by=title", "sort_by=url&sort_by="):
        assert viewer.get(f"{API}/history/?{query}").status_code == 400
    assert viewer.get(f"{API}/seen/?value={SECRET}&value=").status_code == 400
    assert viewer.get(f"{API}/seen/?page=0&page=1").status_code == 400
    assert viewer.get(f"{API}/series/?lookup=tvdb&lookup=").status_code == 400


def test_no_body_goes_round_the_url(viewer: httpx.Client) -> None:
    """FlexGet takes parameters from the body as well, of whatever method."""
    plain = viewer.get(f"{API}/history/?per_page=50&order=asc").json()
    for body in ({"sort_by": "url"}, {"sort_by": "url", "order": "asc"}, {"per_page": 1}):
        told = with_body(viewer, "GET", "history/?per_page=50&order=asc", body)
        assert told.json() == plain
    found = with_body(
        viewer, "GET", "seen/", {"value": f"http://tracker.example/0?passkey={SECRET}"}
    )
    assert found.json() == viewer.get(f"{API}/seen/").json()


def test_an_operator_can_not_ask_by_what_is_forgotten(client_of: Clients) -> None:
    """How many entries were forgotten would tell whether the value was right."""
    operator = client_of("operator")
    value = f"http://tracker.example/0?passkey={SECRET}"
    assert with_body(operator, "DELETE", "seen/", {"value": value}).status_code == 403
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert with_body(operator, "DELETE", "seen/", f"value={value}", **form).status_code == 415
    assert operator.delete(f"{API}/seen/?value={value}").status_code == 403
    # To whoever sees credentials it is open.
    assert with_body(client_of("admin"), "DELETE", "seen/", {"value": "nothing"}).is_success


def test_nobody_puts_words_into_an_answer_for_others(client_of: Clients) -> None:
    """An answer is kept by its URL, so nothing else may have a say in it."""
    path = "history/?per_page=40"
    with_body(client_of("viewer"), "GET", path, {"page": 99, "per_page": 1})
    assert client_of("admin").get(f"{API}/{path}").status_code == 200
    assert len(client_of("admin").get(f"{API}/{path}").json()) > 1


def test_a_task_is_queued_once_however_it_is_written(client_of: Clients) -> None:
    names = ["asks", "ASKS", "Asks", "aSkS"]
    queued = client_of("operator").post(f"{API}/tasks/execute/", json={"tasks": names})
    assert [task["name"] for task in queued.json()["tasks"]] == ["asks"]


@pytest.mark.parametrize(
    "tasks",
    [
        [{"a": number} for number in range(300_000)],
        [1] * 1_500_000,
        [f"task {number}" for number in range(300_000)],
        ["tv"] * 500_000,
        [[] for _ in range(1_000_000)],
    ],
    ids=["objects", "numbers", "names", "the same", "lists"],
)
def test_a_huge_list_costs_little(client_of: Clients, server: LiveServer, tasks: list[Any]) -> None:
    begin = seconds_of_processor(server)
    refused = with_body(client_of("operator"), "POST", "tasks/execute/", {"tasks": tasks})
    assert refused.status_code in (404, 413, 422)
    assert len(refused.content) < 100_000_000
    assert seconds_of_processor(server) - begin < 30


def seconds_of_processor(server: LiveServer) -> float:
    """Return what the server has used up to now."""
    assert server.process is not None
    times = psutil.Process(server.process.pid).cpu_times()
    return float(times.user + times.system)


def test_a_login_with_a_huge_body_is_refused(server: LiveServer) -> None:
    body = {f"name {number}": number for number in range(150_000)}
    with httpx.Client(base_url=server.url, timeout=60) as nobody:
        refused = nobody.post(f"{API}/auth/login/", json=body)
    assert refused.status_code in (413, 422)


def test_streams_that_nobody_reads_hold_up_nobody(client_of: Clients, server: LiveServer) -> None:
    operator = client_of("operator")
    open_streams = [operator.stream("GET", f"{API}/server/log/?lines=500") for _ in range(10)] + [
        operator.stream("POST", f"{API}/tasks/execute/", json={"tasks": ["asks"], "progress": True})
        for _ in range(5)
    ]
    try:
        for stream in open_streams:
            stream.__enter__()
        server.run(tasks=["films"])
        assert client_of("viewer").get(f"{API}/history/").status_code == 200
    finally:
        for stream in open_streams:
            stream.__exit__(None, None, None)
