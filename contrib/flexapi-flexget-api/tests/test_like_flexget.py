"""FlexGet's real daemon and FlexAPI are asked the same, on the same config and database, and answer the same."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.flexget_daemon import flexget
from flexapi.testing.live import LiveServer

from .calls import CONFIG, DIFFERENT, READS, SCHEDULES, TASKS, WRITES, Call

HEADERS = ("Link", "Total-Count", "Count", "API-Version", "Series-ID", "Season-ID", "Episode-ID")
_TIME = re.compile(
    r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[:.\d]*"
)


@dataclass(frozen=True)
class Both:
    """A client of each; the order of the calls is that of the tests."""

    ours: httpx.Client
    theirs: httpx.Client

    def ask(self, call: Call) -> tuple[httpx.Response, httpx.Response]:
        body = {} if call.body is None else {"json": call.body}
        mine = self.ours.request(call.method, f"/flexget/api/{call.path}", **body)
        return mine, self.theirs.request(call.method, f"/api/{call.path}", **body)


@pytest.fixture(scope="module")
def both(server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Runs on ours make the tables, of which the daemon gets a copy."""
    for task in ("tv", "films", "asks", "fails", "rejects"):
        server.run(tasks=[task])
    folder = tmp_path_factory.mktemp("daemon")
    for file in server.home.folder.glob("db-config.sqlite*"):
        shutil.copy(file, folder)
    with flexget(folder, {"tasks": TASKS, "schedules": SCHEDULES}) as daemon:
        # Its web server starts again after each write of the config: no connection outlives that.
        headers = {"Authorization": daemon.authorization, "Connection": "close"}
        url = f"http://127.0.0.1:{daemon.port}"
        again = httpx.HTTPTransport(retries=8)
        with (
            server.client() as ours,
            httpx.Client(base_url=url, headers=headers, timeout=60, transport=again) as theirs,
        ):
            yield Both(ours, theirs)


def plain(value: Any) -> Any:
    """A value without what differs by nature: times, and where the server is; the daemon's config names its port."""
    if isinstance(value, dict):
        return {key: plain(below) for key, below in value.items() if key != "web_server"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return _TIME.sub("TIME", re.sub(r"http://127.0.0.1:\d+(/flexget)?/api", "API", value))
    return value


def told(response: httpx.Response, of_empty: bool) -> dict[str, Any]:
    """What is compared of an answer."""
    headers = {name: response.headers[name] for name in HEADERS if name in response.headers}
    if of_empty:
        # FlexGet leaves these out of most lists without entries.
        headers.pop("Total-Count", None)
        headers.pop("Count", None)
    json = "json" in response.headers["Content-Type"]
    return {
        "status": response.status_code,
        "headers": plain(headers),
        "tagged": "ETag" in response.headers,
        "body": plain(response.json()) if json else response.headers["Content-Type"],
    }


def compare(both: Both, calls: list[Call]) -> list[str]:
    """The calls whose answers differ where they may not."""
    wrong = []
    for call in calls:
        mine, its = both.ask(call)
        allowed = DIFFERENT.get(str(call), "")
        if isinstance(allowed, int):
            if mine.status_code != allowed:
                wrong.append(f"{call}: {mine.status_code} {mine.text}")
            continue
        of_empty = mine.text == its.text.strip() == "[]"
        ours, theirs = told(mine, of_empty), told(its, of_empty)
        if allowed == "values":
            ours["body"], theirs["body"] = names(ours["body"]), names(theirs["body"])
        if ours != theirs:
            wrong.append(f"{call}:\n    ours   {ours}\n    theirs {theirs}")
    return wrong


def names(body: Any) -> Any:
    """The names of an answer's members, by which clients find them; of a list, those of its first item."""
    return sorted(body[0] if isinstance(body, list) else body)


def test_what_is_read_and_then_written_is_the_same(both: Both) -> None:
    assert compare(both, READS) == []
    assert compare(both, WRITES) == []
    assert compare(both, CONFIG) == []


def test_there_are_many() -> None:
    calls = [*READS, *WRITES, *CONFIG]
    assert len(calls) > 350
    # Nothing is excused that nobody asks for.
    assert set(DIFFERENT) <= set(map(str, calls))


def test_lists_without_entries_have_their_counts(both: Both) -> None:
    answer = both.ours.get("/flexget/api/seen/?value=nothing")
    assert (answer.json(), answer.headers["Total-Count"], answer.headers["Count"]) == ([], "0", "0")


def test_an_unchanged_answer_is_not_sent_again(both: Both) -> None:
    for client, prefix in ((both.ours, "/flexget/api"), (both.theirs, "/api")):
        tag = client.get(f"{prefix}/series/").headers["ETag"]
        again = client.get(f"{prefix}/series/", headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        other = client.get(f"{prefix}/series/", headers={"If-Match": '"other"'})
        assert (other.status_code, other.json()["message"]) == (412, "etag does not match")


def test_the_daemons_answer_to_nobody(both: Both) -> None:
    for client, prefix in ((both.ours, "/flexget/api"), (both.theirs, "/api")):
        for shown in ("", "Token wrong", "Basic d3Jvbmc6d3Jvbmc="):
            answer = client.get(f"{prefix}/tasks/", headers={"Authorization": shown})
            assert answer.status_code == 401, (prefix, shown)


def test_a_comment_stays_where_a_task_is_written(both: Both, server: LiveServer) -> None:
    config = Path(server.home.config)
    before = config.read_text()
    server.write_config("# mine\n" + before)
    try:
        body = {"name": "asks", "config": {"mock": [], "manual": True}}
        assert both.ours.put("/flexget/api/tasks/asks/", json=body).status_code == 200
        assert config.read_text().startswith("# mine\n")
    finally:
        # Both have the same config in other tests.
        server.write_config(before)
