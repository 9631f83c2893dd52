"""What the tests of searches in logs ask with, and words that are hard to find."""

from typing import Any

from rest_framework.test import APIClient

from executions.models import Execution, LogLine
from executions.searching.index import index_some

from .factories import add_lines

WORDS = [
    ("s01e02", ["ACCEPTED: `Some.Show.S01E02.720p` by series"]),
    ("S01E0", ["ACCEPTED: `Some.Show.S01E02.720p` by series"]),
    ("Some.Show.S01E02", ["ACCEPTED: `Some.Show.S01E02.720p` by series"]),
    ("show accepted", ["ACCEPTED: `Some.Show.S01E02.720p` by series"]),
    ("ome", []),
    ("so", []),
    ("movie_queue", ["movie_queue: Amélie is queued"]),
    ("amelie", ["movie_queue: Amélie is queued"]),
    ("AMÉLIE", ["movie_queue: Amélie is queued"]),
    ("神隠", ["千と千尋の神隠し"]),
    ("...", []),
    ('"', []),
    ("NEAR(a b)", []),
    ("show OR queued", []),
    ("~show", ["ACCEPTED: `Some.Show.S01E02.720p` by series"]),
    ("=t", []),
    ("x" * 100, ["x" * 100 + "y"]),
    ("x" * 99 + "z", []),
]


def index_all() -> None:
    while not index_some().is_all:
        pass


def answer(client: APIClient, query: str = "") -> dict[str, Any]:
    response = client.get(f"/api/log?{query}")
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def places(client: APIClient, query: str = "") -> list[str]:
    return [f"{line['execution']}-{line['seq']}" for line in answer(client, query)["items"]]


def messages(client: APIClient, query: str = "") -> list[str]:
    return [line["message"] for line in answer(client, query)["items"]]


def add(execution: Execution, message: str, **fields: Any) -> None:
    """Store one line, in an execution that has others or none."""
    add_lines(execution, message)
    line = LogLine.objects.filter(execution=execution, seq=execution.log_lines)
    line.update(**fields)
