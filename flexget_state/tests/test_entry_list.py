"""/api/entry_list, and what is the same with every list."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from .conftest import KEY, State, ids, titles

pytestmark = pytest.mark.django_db

KINDS = {"entry_list": "wanted", "movie_list": "films", "pending_list": "proposed"}
NEW: dict[str, Any] = {
    "title": "New",
    "original_url": "http://localhost/new",
    "entry": {"tags": ["a", 1, None]},
}


@pytest.fixture
def entries(client: Any) -> str:
    """The path of the entries of the list wanted."""
    return f"/api/entry_list/{ids(client, '/api/entry_list')['wanted']}/entries"


@pytest.mark.parametrize(("kind", "name"), KINDS.items())
class TestLists:
    def test_they_are_listed(self, client: Any, kind: str, name: str) -> None:
        (item,) = client.get(f"/api/{kind}").json()["items"]
        assert (item["name"], item["count"]) == (name, 1 if kind == "movie_list" else 3)
        assert client.get(f"/api/{kind}/{item['id']}").json()["object"] == item

    def test_one_is_made_once(self, client: Any, kind: str, name: str) -> None:
        response = client.post(f"/api/{kind}", {"name": "new"})
        assert response.status_code == 201
        made = client.get(response["Location"]).json()["object"]
        assert (made["name"], made["count"]) == ("new", 0)
        again = client.post(f"/api/{kind}", {"name": "NEW"})
        assert (again.status_code, again["Location"]) == (409, response["Location"])
        assert response["Location"] in again.json()["errors"][0]["detail"]

    def test_they_are_filtered(self, client: Any, kind: str, name: str) -> None:
        client.post(f"/api/{kind}", {"name": "new"})
        assert list(ids(client, f"/api/{kind}?ordering=-added&limit=1")) == ["new"]
        assert list(ids(client, f"/api/{kind}?search={name[:3].upper()}")) == [name]
        assert list(ids(client, f"/api/{kind}?name={name.upper()}")) == [name]
        assert list(ids(client, f"/api/{kind}?name={name[:3]}")) == []

    def test_one_is_deleted_with_what_is_in_it(
        self, client: Any, state: State, kind: str, name: str
    ) -> None:
        path = f"/api/{kind}/{ids(client, f'/api/{kind}')[name]}"
        assert client.delete(path).status_code == 204
        for response in (client.get(path), client.delete(path)):
            assert response.status_code == 404
        tables = {
            "entry_list": ["entry_list_entries"],
            "movie_list": ["movie_list_movies", "movie_list_ids"],
            "pending_list": ["wait_list_entries"],
        }
        for table in tables[kind]:
            assert state.sql(f"SELECT * FROM {table}") == []

    def test_all_of_them_are_not_deleted_at_once(self, client: Any, kind: str, name: str) -> None:
        assert client.delete(f"/api/{kind}").status_code == 405

    def test_a_list_that_vanished(self, client: Any, kind: str, name: str) -> None:
        items = "movies" if kind == "movie_list" else "entries"
        assert client.get(f"/api/{kind}/999999").status_code == 404
        assert client.get(f"/api/{kind}/999999/{items}").status_code == 404
        assert client.delete(f"/api/{kind}/999999/{items}").status_code == 404
        assert client.post(f"/api/{kind}/999999/{items}", NEW | {"entry": {}}).status_code == 404

    def test_roles(self, client: Any, reader: Any, runner: Any, kind: str, name: str) -> None:
        path = f"/api/{kind}/{ids(client, f'/api/{kind}')[name]}"
        items = f"{path}/movies" if kind == "movie_list" else f"{path}/entries"
        assert reader.get(items).status_code == 200
        # What is in a list gets into tasks and their commands.
        for refused in (
            runner.post(f"/api/{kind}", {"name": "new"}),
            runner.delete(path),
            runner.post(items, NEW),
            runner.delete(items),
            runner.put(f"{items}/1", NEW),
        ):
            assert refused.status_code == 403


def test_entries_are_listed(client: Any, entries: str) -> None:
    assert titles(client.get(entries)) == ["Alpha", "Beta", "Gamma 2001"]
    (beta,) = client.get(f"{entries}?title=Beta").json()["items"]
    assert beta["original_url"] == beta["entry"]["url"] == "http://localhost/beta"
    assert beta["entry"]["description"] == "The second"
    assert client.get(f"{entries}/{beta['id']}").json()["object"] == beta


CHOSEN = [
    ("ordering=-title&limit=1", ["Gamma 2001"]),
    ("search=BET", ["Beta"]),
    ("search=localhost/g", ["Gamma 2001"]),
    ("title=Bet", []),
]


def test_entries_are_filtered(client: Any, entries: str) -> None:
    for query, expected in CHOSEN:
        assert titles(client.get(f"{entries}?{query}")) == expected, query


def test_what_is_added_gets_into_tasks(client: Any, entries: str, state: State) -> None:
    response = client.post(entries, NEW)
    assert response.status_code == 201
    made = client.get(response["Location"]).json()["object"]
    assert made["entry"]["tags"] == NEW["entry"]["tags"]
    state.home.write({"use": {"entry_list": "wanted", "accept_all": True}})
    assert state.run("use")["New"]["url"] == "http://localhost/new"


def test_a_duplicate_is_pointed_at(client: Any, entries: str) -> None:
    made = client.post(entries, NEW)
    for same in ({"title": "Other"}, {"original_url": "http://localhost/other"}):
        response = client.post(entries, NEW | same)
        assert (response.status_code, response["Location"]) == (409, made["Location"])
    beta = f"{entries}/{ids(client, entries)['Beta']}"
    assert client.put(beta, NEW).status_code == 409
    assert client.get(beta).json()["object"]["title"] == "Beta"


def test_an_entry_is_replaced(client: Any, entries: str) -> None:
    path = f"{entries}/{ids(client, entries)['Beta']}"
    read = client.get(path)
    # What was read can be sent back.
    body = read.json()["object"]
    assert client.put(path, body).json()["object"] == body
    changed = client.put(path, NEW, HTTP_IF_MATCH=read["ETag"]).json()["object"]
    assert (changed["title"], changed["entry"]["tags"]) == ("New", ["a", 1, None])
    assert "description" not in changed["entry"]
    assert client.put(path, NEW, HTTP_IF_MATCH=read["ETag"]).status_code == 412


def test_entries_are_deleted(client: Any, entries: str) -> None:
    keys = ids(client, entries)
    assert client.delete(f"{entries}/{keys['Alpha']}").status_code == 204
    assert client.delete(f"{entries}?ids={keys['Beta']},99").json() == {"object": {"count": 1}}
    assert titles(client.get(entries)) == ["Gamma 2001"]
    assert client.delete(entries).json() == {"object": {"count": 1}}


def test_an_entry_of_another_list(client: Any, entries: str) -> None:
    key = ids(client, entries)["Beta"]
    other = client.post("/api/entry_list", {"name": "other"})["Location"]
    assert client.get(f"{other}/entries/{key}").status_code == 404
    assert client.delete(f"{other}/entries/{key}").status_code == 404
    assert client.delete(f"{other}/entries?ids={key}").json() == {"object": {"count": 0}}
    assert client.get(f"{entries}/{key}").status_code == 200


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"title": ""}, "title"),
        ({"original_url": None}, "original_url"),
        ({"entry": []}, "entry"),
        ({"entry": {"url": 5}}, "entry.url"),
        ({"entry": {"_secret": 5}}, "entry"),
        # FlexGet would take it for what it stored itself, and no task could read the list any more.
        ({"entry": {"a": [{"serializer": "No", "version": 1, "value": ""}]}}, "entry"),
        ({"entry": {"serializer": "Entry", "version": 1, "value": {}}}, "entry"),
    ],
)
def test_what_cannot_be_added(client: Any, entries: str, body: Any, attr: str) -> None:
    response = client.post(entries, NEW | body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr
    assert len(ids(client, entries)) == 3


LAZY = ["lookup", ["rating"], None, None]
STORED = {"serializer": "Entry", "version": 1}


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (None, {}),
        ("no JSON", {}),
        ("[" * 100_000, {}),
        ('{"a": NaN, "b": 1e999, "c": "\\ud800"}', {"a": "NaN", "b": "inf", "c": "?"}),
        (
            json.dumps(
                STORED
                | {
                    "value": {
                        "fields": {
                            "day": {
                                "serializer": "DateSerializer",
                                "version": 1,
                                "value": "2026-01-31",
                            },
                            "kinds": {"serializer": "SetSerializer", "version": 1, "value": ["a"]},
                            "odd": {"serializer": "OfAPluginThatIsGone", "version": 9, "value": 3},
                        },
                        "lazy_lookups": [LAZY],
                    }
                }
            ),
            {"day": "2026-01-31", "kinds": ["a"], "odd": 3},
        ),
    ],
)
def test_whatever_flexget_stored_can_be_read(
    client: Any, entries: str, state: State, stored: str | None, expected: dict[str, Any]
) -> None:
    state.sql("UPDATE entry_list_entries SET json = ? WHERE title = 'Beta'", stored)
    (beta,) = client.get(f"{entries}?title=Beta").json()["items"]
    assert beta["entry"] == expected


def test_a_viewer_sees_no_keys(client: Any, reader: Any, entries: str) -> None:
    client.post(entries, NEW | {"entry": {"cookies": KEY, "nested": {"password": KEY}}})
    assert client.get(entries).content.decode().count(KEY) > 2
    assert KEY not in reader.get(entries).content.decode()
    assert titles(reader.get(f"{entries}?search={KEY[:4]}")) == []


def test_a_mask_is_not_stored_for_the_credential_behind_it(
    client: Any, api: Any, make_user: Any, entries: str
) -> None:
    user = make_user("keeper")
    names = ("view_entrylist", "change_entrylist")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    keeper = api(User.objects.get(pk=user.pk))
    path = f"{entries}/{ids(client, entries)['Alpha']}"
    seen = keeper.get(path).json()["object"]
    assert KEY not in json.dumps(seen)
    body = {name: seen[name] for name in ("title", "original_url", "entry")}
    answer = keeper.put(path, body)
    assert answer.status_code == 400
    assert "write the real value" in answer.json()["errors"][0]["detail"]
    assert KEY in json.dumps(client.get(path).json())
    known = {**body, "original_url": "http://localhost/a", "entry": {}}
    assert keeper.put(path, known).status_code == 200
