"""/api/pending."""

from typing import Any

import pytest

from .conftest import KEY, State, ids, titles

pytestmark = pytest.mark.django_db


def test_it_lists_what_waits(client: Any) -> None:
    beta = client.get("/api/pending?ordering=title").json()["items"][1]
    assert (beta["task_name"], beta["title"], beta["approved"]) == ("waiting", "Beta", False)
    one = client.get(f"/api/pending/{beta['id']}").json()["object"]
    assert {name: one[name] for name in beta} == beta
    assert one["entry"]["description"] == "The second"


CHOSEN = [
    ("task_name=waiting", ["Alpha", "Beta"]),
    ("task_name=other", []),
    ("approved=false", ["Alpha", "Beta"]),
    ("approved=true", []),
    ("search=localhost", ["Beta"]),
    ("offset=1", ["Beta"]),
]


def test_it_filters_and_pages(client: Any) -> None:
    for query, expected in CHOSEN:
        assert titles(client.get(f"/api/pending?ordering=title&{query}")) == expected, query


def test_the_next_run_takes_what_is_approved(client: Any, state: State) -> None:
    path = f"/api/pending/{ids(client, '/api/pending')['Beta']}"
    assert client.post(f"{path}/approve").json()["object"]["approved"] is True
    # Once more isn't an error: the button was pressed twice.
    assert client.post(f"{path}/approve").status_code == 200
    assert titles(client.get("/api/pending?approved=true")) == ["Beta"]
    after = state.run("waiting")
    assert (after["Alpha"]["state"], after["Beta"]["state"]) == ("undecided", "accepted")
    assert client.get(path).status_code == 404


def test_an_approval_can_be_taken_back(client: Any, state: State) -> None:
    path = f"/api/pending/{ids(client, '/api/pending')['Beta']}"
    client.post(f"{path}/approve")
    assert client.post(f"{path}/reject").json()["object"]["approved"] is False
    assert state.run("waiting")["Beta"]["state"] == "undecided"


def test_all_that_match_are_approved(client: Any) -> None:
    assert client.post("/api/pending/approve?task_name=other").json() == {"object": {"count": 0}}
    assert client.post("/api/pending/approve?search=beta").json() == {"object": {"count": 1}}
    # Those that were not so before.
    assert client.post("/api/pending/approve").json() == {"object": {"count": 1}}
    assert client.post("/api/pending/reject?task_name=waiting").json() == {"object": {"count": 2}}
    assert titles(client.get("/api/pending?approved=true")) == []


def test_a_slip_of_the_finger_approves_nothing(client: Any) -> None:
    assert client.post("/api/pending/approve?task=waiting").status_code == 400
    assert client.post("/api/pending/approve?task_name=").status_code == 400
    assert titles(client.get("/api/pending?approved=true")) == []


def test_they_are_deleted(client: Any) -> None:
    keys = ids(client, "/api/pending")
    assert client.delete(f"/api/pending/{keys['Alpha']}").status_code == 204
    assert titles(client.get("/api/pending")) == ["Beta"]
    # FlexGet's own API deletes everything here.
    assert client.delete("/api/pending?approved=true").json() == {"object": {"count": 0}}
    assert client.delete(f"/api/pending?ids={keys['Beta']},99").json() == {"object": {"count": 1}}


@pytest.mark.parametrize("action", ["", "/approve", "/reject"])
def test_one_that_vanished(client: Any, action: str) -> None:
    method = client.post if action else client.get
    assert method(f"/api/pending/999999{action}").status_code == 404


def test_a_viewer_sees_no_keys(client: Any, reader: Any) -> None:
    path = f"/api/pending/{ids(client, '/api/pending')['Alpha']}"
    assert KEY in client.get(path).content.decode()
    assert KEY not in reader.get(path).content.decode()
    assert titles(client.get(f"/api/pending?search={KEY[:4]}")) == ["Alpha"]
    assert titles(reader.get(f"/api/pending?search={KEY[:4]}")) == []


def test_roles(client: Any, reader: Any, runner: Any) -> None:
    path = f"/api/pending/{ids(client, '/api/pending')['Beta']}"
    assert reader.post(f"{path}/approve").status_code == 403
    assert reader.post("/api/pending/approve").status_code == 403
    assert reader.delete("/api/pending").status_code == 403
    approved = runner.post(f"{path}/approve")
    assert approved.status_code == 200
    assert runner.delete(path).status_code == 204
