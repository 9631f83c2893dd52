"""Two real servers on one PostgreSQL database, each with a data folder and a config file of its own."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import psycopg
import pytest
import yaml

from flexapi.api.accounts.lately import SECONDS
from flexapi.testing.live import LiveServer
from flexapi.testing.postgres import new_database

WRITERS, WRITES = 3, 3

Pair = tuple[LiveServer, LiveServer]


class Start:
    """What two servers that start at the same time on an empty database do."""

    printed: list[str]
    texts: list[str]
    revisions: int


@pytest.fixture(scope="module")
def start() -> Start:
    """How the pair began."""
    return Start()


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory,
    require: Callable[[str, bool, str], None],
    start: Start,
) -> Iterator[Pair]:
    """Two servers that started at the same time on an empty database."""
    with new_database(require) as database:
        a, b = (LiveServer(tmp_path_factory.mktemp(name)) for name in "ab")
        for server in (a, b):
            server.home.config.unlink()
            server.environment |= {
                "FLEXAPI_DATABASE_URL": database,
                "FLEXAPI_SECRET_KEY": "one for all",
            }
        try:
            with ThreadPoolExecutor() as pool:
                start.printed = [
                    line for lines in pool.map(LiveServer.start, (a, b)) for line in lines
                ]
            b._tokens["admin"] = a.token()
            start.texts = [text(a), text(b)]
            with a.client() as client:
                start.revisions = client.get("/api/config_revisions").json()["count"]
            yield a, b
        finally:
            a.end()
            b.end()


def wait_for(condition: Callable[[], bool], seconds: float = 3.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "too late"
        time.sleep(0.02)


def text(server: LiveServer) -> str:
    return server.home.config.read_text()


def tasks(server: LiveServer) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text(server))["tasks"]
    return found


def add(client: httpx.Client, name: str) -> int:
    """Add a task; return the status, 0 where the server was lost."""
    try:
        return client.post("/api/tasks", json={"name": name, "config": {"mock": []}}).status_code
    except httpx.TransportError:
        return 0


def write_on(server: LiveServer, writer: str, count: int = WRITES) -> dict[str, int]:
    """Add some tasks, one after the other; return each one's status."""
    with server.client() as client:
        return {f"{writer}-{n}": add(client, f"{writer}-{n}") for n in range(count)}


def test_one_of_two_that_start_at_once_prepares_the_database(pair: Pair, start: Start) -> None:
    assert len([line for line in start.printed if line.startswith("Made the user admin")]) == 1
    assert len([line for line in start.printed if line.startswith("No config found")]) == 1
    assert start.texts[0] == start.texts[1]
    assert start.revisions == 1


def test_a_change_on_one_is_read_on_the_other_at_once_and_reaches_its_file(pair: Pair) -> None:
    a, b = pair
    with a.client() as client, b.client() as other:
        assert add(client, "from a") == 201
        assert other.get("/api/tasks/from a").status_code == 200
    wait_for(lambda: "from a" in tasks(b))
    assert text(a) == text(b)


def test_whoever_runs_a_task_knows_it(pair: Pair) -> None:
    a, b = pair
    with a.client() as client, b.client() as other:
        for number in range(4):
            assert add(client, f"run {number}") == 201
            # Queued by the other one, whose file may not have it yet.
            queued = other.post("/api/execution", json={"tasks": [f"run {number}"]})
            assert queued.status_code == 201, queued.text
            location = queued.headers["Location"]
            other.get(f"{location}/log").raise_for_status()
            execution = other.get(location).json()["object"]
            assert (execution["status"], execution["abort_reason"]) == ("complete", None)


def test_what_postgresql_cannot_store_is_refused_and_never_lost(pair: Pair) -> None:
    a, _ = pair
    good = text(a)
    bad = re.sub(
        r"^tasks:.*\n", r'\g<0>  nul: {set: {x: "a\\0b"}}\n', good, count=1, flags=re.MULTILINE
    )
    with a.client() as client:
        headers = {"Content-Type": "application/yaml"}
        answer = client.put("/api/config", content=bad, headers=headers)
        assert answer.status_code == 400
        line = bad.count("\n", 0, bad.index("nul:")) + 1
        (error,) = answer.json()["errors"]
        assert f"NUL, which \\0 stands for (line {line}, column" in error["detail"]
        a.home.config.write_text(bad)
        wait_for(
            lambda: client.get("/api/server").json()["object"]["config"]["problem"] is not None
        )
        assert client.get("/api/tasks/nul").status_code == 404
        assert text(a) == bad
        a.home.config.write_text(good)
        wait_for(lambda: client.get("/api/server").json()["object"]["config"]["problem"] is None)


def test_a_hand_edit_on_one_reaches_the_other(pair: Pair) -> None:
    a, b = pair
    edited = text(b) + "# by hand\n"
    assert edited != text(b)
    b.home.config.write_text(edited)
    wait_for(lambda: text(a) == edited)
    assert text(b) == edited


def test_a_file_that_the_config_names_reaches_the_other_and_its_runs(pair: Pair) -> None:
    a, b = pair
    with a.client() as client, b.client() as other:
        config = {"mock": [{"title": "One", "url": "http://localhost/1"}], "include": "more.yml"}
        assert client.post("/api/tasks", json={"name": "named", "config": config}).is_success
        [listed] = client.get("/api/config_files").json()["items"]
        assert listed["state"] == "missing"
        path = f"/api/config_files/{listed['id']}"
        assert client.put(path, json={"text": "accept_all: yes\n"}).status_code == 200
        copy = b.home.folder / "more.yml"
        wait_for(lambda: copy.exists() and copy.read_text() == "accept_all: yes\n")
        assert other.get(path).json()["object"]["text"] == "accept_all: yes\n"

        queued = other.post("/api/execution", json={"tasks": ["named"]})
        location = queued.headers["Location"]
        other.get(f"{location}/log").raise_for_status()
        assert other.get(location).json()["object"]["summary"]["accepted"] == 1


def test_of_two_writes_with_one_etag_one_is_made(pair: Pair) -> None:
    a, b = pair
    with a.client() as client, b.client() as other:
        assert add(client, "etag") == 201
        etag = client.get("/api/tasks/etag").headers["ETag"]

        def put(given: httpx.Client, priority: int) -> int:
            body = {"config": {"mock": [], "priority": priority}}
            return given.put("/api/tasks/etag", json=body, headers={"If-Match": etag}).status_code

        with ThreadPoolExecutor() as pool:
            statuses = list(pool.map(put, (client, other), (1, 2)))
    assert sorted(statuses) == [200, 412]


def test_writers_on_both_lose_nothing_and_double_nothing(pair: Pair) -> None:
    a, b = pair
    with a.client() as client:
        before = client.get("/api/config_revisions").json()["count"]
    jobs = [
        (server, f"{name}{n}")
        for n in range(WRITERS)
        for name, server in zip("ab", pair, strict=True)
    ]
    with ThreadPoolExecutor(len(jobs)) as pool:
        written = [pool.submit(write_on, *job) for job in jobs]
        answers = {name: code for done in written for name, code in done.result().items()}

    assert set(answers.values()) == {201}
    wait_for(lambda: text(a) == text(b))
    assert answers.keys() <= tasks(a).keys()
    # As text: YAML would take the last of two.
    assert all(text(a).count(f"  {name}:") == 1 for name in answers)
    with a.client() as client:
        after = client.get("/api/config_revisions").json()["count"]
    assert after == before + len(answers)


def test_killed_in_the_middle_and_edited_by_hand_it_joins_the_others_again(pair: Pair) -> None:
    a, b = pair
    with ThreadPoolExecutor(2) as pool:
        on_a = pool.submit(write_on, a, "while")
        on_b = pool.submit(write_on, b, "killed", 50)
        wait_for(lambda: "killed-1" in text(b), 15)
        b.end()
        answers = {
            name: code for name, code in {**on_a.result(), **on_b.result()}.items() if code == 201
        }
    assert "killed-0" in answers
    # It lags behind, and is edited on top of that.
    b.home.config.write_text(text(b) + "\n# by hand, at the end\n")
    assert write_on(a, "meanwhile", 1) == {"meanwhile-0": 201}
    b.start()

    wait_for(lambda: text(a) == text(b) and "by hand, at the end" in text(a))
    assert {*answers, "meanwhile-0"} <= tasks(b).keys()
    assert all(text(b).count(f"  {name}:") == 1 for name in answers)
    with b.client() as client:

        def state() -> Any:
            answer = client.get("/api/server").json()
            # It may say for a moment that a lock is still its other life's.
            return answer["object"]["config"]["state"] if "object" in answer else answer

        wait_for(lambda: state() == "ok", 15)


# What takes something from a user, and what gives it back; told to the servers by nobody.
VIEWER, ASIDE = (
    f"(SELECT id FROM auth_group WHERE name = '{name}')" for name in ("viewer", "aside")
)
LOSSES = (
    (
        "UPDATE auth_user SET is_active = false WHERE id = %(user)s",
        "UPDATE auth_user SET is_active = true WHERE id = %(user)s",
    ),
    (
        "UPDATE auth_user_groups SET user_id = 1 WHERE user_id = %(user)s",
        "UPDATE auth_user_groups SET user_id = %(user)s WHERE user_id = 1",
    ),
    (
        f"UPDATE auth_group_permissions SET group_id = {ASIDE} WHERE group_id = {VIEWER}",
        f"UPDATE auth_group_permissions SET group_id = {VIEWER} WHERE group_id = {ASIDE}",
    ),
    # As a new password does.
    ("DELETE FROM api_apitoken WHERE user_id = %(user)s", "SELECT 1"),
)


def is_let_in(client: httpx.Client) -> bool:
    """Whether a client may read the tasks."""
    return client.get("/api/tasks").status_code == 200


def test_what_is_changed_elsewhere_counts_within_a_second(pair: Pair) -> None:
    a, b = pair
    a.add_user("loser", "viewer")
    b._tokens["loser"] = a.token("loser")
    with (
        a.client("loser") as on_a,
        b.client("loser") as on_b,
        psycopg.connect(a.environment["FLEXAPI_DATABASE_URL"], autocommit=True) as database,
    ):
        query = "SELECT id FROM auth_user WHERE username = 'loser'"
        user = {"user": (database.execute(query).fetchone() or ())[0]}
        database.execute("INSERT INTO auth_group (name) VALUES ('aside')")
        for take, give_back in LOSSES:
            for client in (on_a, on_b):
                wait_for(partial(is_let_in, client))
            database.execute(take, user)
            asked = changed = time.monotonic()
            for client in (on_a, on_b):
                while is_let_in(client):
                    assert asked - changed <= SECONDS, take
                    asked = time.monotonic()
            database.execute(give_back, user)


def test_a_token_that_is_revoked_is_refused_at_once_where_that_was_done(pair: Pair) -> None:
    a, b = pair
    with a.client() as admin:
        made = admin.post("/api/auth/tokens", json={"name": "short-lived"}).json()["object"]
        headers = {"Authorization": f"Token {made['token']}"}
        for server in pair:
            assert (
                httpx.get(f"{server.url}/api/tasks", headers=headers, timeout=60).status_code == 200
            )
        admin.delete(f"/api/auth/tokens/{made['id']}").raise_for_status()
    revoked = time.monotonic()
    assert httpx.get(f"{a.url}/api/tasks", headers=headers, timeout=60).status_code == 401
    asked = revoked
    while httpx.get(f"{b.url}/api/tasks", headers=headers, timeout=60).status_code == 200:
        assert asked - revoked <= SECONDS
        asked = time.monotonic()
