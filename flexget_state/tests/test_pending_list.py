"""/api/pending_list; what it has in common with other lists is tested with them."""

from typing import Any

import pytest

from .conftest import State, ids, titles

pytestmark = pytest.mark.django_db

NEW = {"title": "New", "original_url": "http://localhost/new"}


@pytest.fixture
def entries(client: Any) -> str:
    """The path of the entries of the list proposed."""
    return f"/api/pending_list/{ids(client, '/api/pending_list')['proposed']}/entries"


def test_tasks_get_what_is_approved(client: Any, entries: str, state: State) -> None:
    path = f"{entries}/{ids(client, entries)['Beta']}"
    assert client.get(path).json()["object"]["approved"] is False
    assert client.post(f"{path}/approve").json()["object"]["approved"] is True
    assert client.post(f"{path}/approve").status_code == 200
    state.home.write({"use": {"pending_list": "proposed", "accept_all": True}})
    assert list(state.run("use")) == ["Beta"]
    assert client.post(f"{path}/reject").json()["object"]["approved"] is False


def test_many_are_approved(client: Any, entries: str) -> None:
    keys = ids(client, entries)
    chosen = f"ids={keys['Beta']},{keys['Alpha']}"
    assert client.post(f"{entries}/approve?{chosen}").json() == {"object": {"count": 2}}
    assert titles(client.get(f"{entries}?approved=true")) == ["Alpha", "Beta"]
    assert titles(client.get(f"{entries}?approved=false")) == ["Gamma 2001"]
    assert client.post(f"{entries}/reject?search=alpha").json() == {"object": {"count": 1}}
    assert client.delete(f"{entries}?approved=true").json() == {"object": {"count": 1}}
    assert titles(client.get(entries)) == ["Alpha", "Gamma 2001"]


def test_only_this_list_is_changed(client: Any, entries: str) -> None:
    other = client.post("/api/pending_list", {"name": "other"})["Location"]
    assert client.post(f"{other}/entries/approve").json() == {"object": {"count": 0}}
    assert client.post("/api/pending_list/999999/entries/approve").status_code == 404
    key = ids(client, entries)["Beta"]
    assert client.post(f"{other}/entries/{key}/approve").status_code == 404
    assert titles(client.get(f"{entries}?approved=true")) == []


def test_one_is_added_and_replaced(client: Any, entries: str) -> None:
    made = client.post(entries, NEW | {"approved": True})
    assert made.json()["object"]["approved"] is True
    path = made["Location"]
    # It stays as it is where nothing is said.
    changed = client.put(path, NEW | {"title": "Newer"}).json()["object"]
    assert (changed["title"], changed["approved"]) == ("Newer", True)
    assert client.put(path, NEW | {"approved": False}).json()["object"]["approved"] is False


def test_an_operator_approves(runner: Any, reader: Any, entries: str) -> None:
    path = f"{entries}/{ids(reader, entries)['Beta']}"
    assert reader.post(f"{path}/approve").status_code == 403
    assert reader.post(f"{entries}/approve").status_code == 403
    assert runner.post(f"{path}/approve").status_code == 200
    assert runner.post(f"{entries}/reject").json() == {"object": {"count": 1}}
    assert runner.put(path, NEW).status_code == 403
