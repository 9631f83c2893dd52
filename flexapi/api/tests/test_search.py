"""GET /api/search: a few of each kind, as far as the user may see them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from executions.tests.factories import add_result, make_execution
from flexapi.api import search
from flexapi.api.errors import ServiceUnavailable
from flexapi.mirror import credentials
from history.models import HistoryEntry
from movie_queue.models import QueuedMovie
from tasks.models import Task

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def things() -> None:
    tasks: QuerySet[Task] = QuerySet(Task)
    tasks.bulk_create([Task(key="sintel", name="sintel", position=1)])
    add_result(make_execution(pk=4711, tasks=["sintel"]), "sintel")
    QueuedMovie.objects.create(title="Sintel", year=2010)
    eyes = credentials.Eyes(reveal=False)
    for number in range(20):
        title = f"Sintel part {number}"
        HistoryEntry.of(eyes, title=title, task="sintel", time=timezone.now()).save()


def found(client: APIClient, text: str) -> list[tuple[str, str]]:
    answer = client.get("/api/search", {"q": text})
    assert answer.status_code == 200, answer.content
    items = answer.json()["object"]["items"]
    # The documentation's words are not this file's.
    return [(item["kind"], item["title"]) for item in items if item["kind"] != "documentation"]


def test_it_finds_things_of_all_kinds(
    api: Api, viewer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = api(viewer)
    found(client, "x")
    # Two for who asks, one for what is hidden; of kinds, the history takes three, all others one.
    with django_assert_num_queries(9):
        items = found(client, "sintel")
    assert [item for item in items if item[0] != "history"] == [
        ("execution", "#4711 sintel"),
        ("task", "sintel"),
        ("movie", "Sintel (2010)"),
    ]
    assert len([item for item in items if item[0] == "history"]) == 8
    assert found(client, "#4711") == [("execution", "#4711 sintel")]
    assert found(client, "part 19") == [("history", "Sintel part 19")]


def test_it_finds_places_of_the_documentation_for_everybody(
    api: Api, make_user: Callable[..., User]
) -> None:
    client = api(make_user("nobody"))
    items = client.get("/api/search", {"q": "flexget's LOCK"}).json()["object"]["items"]
    assert (
        "documentation",
        "troubleshooting/#runs-wait-for-flexgets-lock",
        "Runs wait for FlexGet's lock",
    ) in [(item["kind"], item["key"], item["title"]) for item in items]
    # Nothing that only stands somewhere in a text, not with a word in a heading either.
    for text in ("traceback", "where is my traceback"):
        assert client.get("/api/search", {"q": text}).json()["object"]["items"] == []


def test_what_cannot_be_searched_is_named(api: Api, viewer: User) -> None:
    def unreachable(text: str, limit: int) -> list[search.Hit]:
        raise ServiceUnavailable("It can't be asked.")

    search.register("elsewhere", unreachable, "executions.view_execution")
    try:
        left_out = api(viewer).get("/api/search?q=x").json()["object"]["left_out"]
    finally:
        search.kinds.remove("elsewhere")
    assert "elsewhere" in left_out


def test_a_user_finds_what_they_may_see(api: Api, make_user: Callable[..., User]) -> None:
    user = make_user("one who may little")
    assert found(api(user), "sintel") == []
    user.user_permissions.add(Permission.objects.get(codename="view_queuedmovie"))
    assert found(api(User.objects.get(pk=user.pk)), "sintel") == [("movie", "Sintel (2010)")]
    assert api().get("/api/search?q=x").status_code == 401


def test_what_is_hidden_is_not_found(api: Api, viewer: User, editor: User) -> None:
    credentials.note({"hunter2secret"})
    QueuedMovie.objects.create(title="A film hunter2secret")
    assert found(api(viewer), "hunter2") == []
    assert found(api(viewer), "a film") == [("movie", "A film ********")]
    assert found(api(editor), "hunter2") == [("movie", "A film hunter2secret")]


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "x" * 201}, {"q": "\x00"}])
def test_a_query_that_is_none(api: Api, viewer: User, query: dict[str, Any]) -> None:
    assert api(viewer).get("/api/search", query).status_code == 400
