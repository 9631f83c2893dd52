"""/api/variables."""

from typing import Any

import pytest

from .conftest import State

pytestmark = pytest.mark.django_db

PATH = "/api/variables"
VARIABLES = {"name": "Sigma", "day": "2026-01-31", "nested": {"list": [1, "two", None, True]}}
TASK = {"mock": [{"title": "{? name ?}", "url": "http://localhost/v"}], "accept_all": True}


def test_there_are_none_at_first(client: Any) -> None:
    assert client.get(PATH).json() == {"object": {}}


def test_they_are_replaced_and_updated(client: Any) -> None:
    assert client.put(PATH, VARIABLES).json() == {"object": VARIABLES}
    # What looks like a date stays what it was.
    assert client.get(PATH).json() == {"object": VARIABLES}
    more = {"name": "Tau", "more": 1}
    assert client.patch(PATH, more).json() == {"object": VARIABLES | more}
    assert client.put(PATH, {"only": "this"}).json() == {"object": {"only": "this"}}
    assert client.get(PATH).json() == {"object": {"only": "this"}}


def test_the_next_run_has_them(client: Any, state: State) -> None:
    client.put(PATH, {"name": "Sigma"})
    state.home.write({"use": TASK | {"disable": ["seen"]}}, variables=True)
    assert list(state.run("use")) == ["Sigma"]
    # The config has not changed, and FlexGet's process has it loaded.
    client.patch(PATH, {"name": "Tau"})
    assert list(state.run("use")) == ["Tau"]


@pytest.mark.parametrize("source", ["secrets.yml", {"name": "Rho"}])
def test_nothing_is_written_that_flexget_would_not_read(
    client: Any, state: State, source: Any
) -> None:
    (state.home.folder / "secrets.yml").write_text("name: Rho")
    state.home.write({"use": TASK}, variables=source)
    response = client.put(PATH, VARIABLES)
    assert response.status_code == 409
    assert "edit them there" in response.json()["errors"][0]["detail"]
    assert client.get(PATH).json() == {"object": {}}


@pytest.mark.parametrize("body", ["[]", '["name"]', '"name"', "5", "null", "", "{"])
def test_they_are_an_object(client: Any, body: str) -> None:
    client.put(PATH, VARIABLES)
    # Not sending any is a mistake, and no wish to have none.
    for method in (client.put, client.patch):
        assert method(PATH, body, content_type="application/json").status_code == 400
    assert client.get(PATH).json() == {"object": VARIABLES}


def test_a_page_to_edit_them_does_not_begin_with_none(client: Any) -> None:
    page = client.get(PATH, HTTP_ACCEPT="text/html").content.decode()
    assert '<textarea name="_content"' in page
    assert "{}</textarea>" not in page


def test_a_mask_is_not_stored(client: Any) -> None:
    response = client.patch(PATH, {"password": "********"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "password"


def test_what_somebody_else_stored_can_be_read(client: Any, state: State) -> None:
    client.put(PATH, VARIABLES)
    state.sql("UPDATE variables SET variables = '[1, 2]'")
    assert client.get(PATH).json() == {"object": {}}
    assert client.patch(PATH, {"name": "x"}).json() == {"object": {"name": "x"}}


def test_an_etag_guards(client: Any) -> None:
    tag = client.get(PATH)["ETag"]
    assert client.get(PATH, HTTP_IF_NONE_MATCH=tag).status_code == 304
    changed = client.put(PATH, VARIABLES, HTTP_IF_MATCH=tag)
    assert changed.status_code == 200
    assert client.put(PATH, {}, HTTP_IF_MATCH=tag).status_code == 412
    assert client.patch(PATH, {}, HTTP_IF_MATCH=changed["ETag"]).status_code == 200


def test_only_editors_see_and_set_values(client: Any, reader: Any, runner: Any) -> None:
    client.put(PATH, VARIABLES)
    masked = {
        "name": "********",
        "day": "********",
        "nested": {"list": ["********", "********", None, True]},
    }
    for other in (reader, runner):
        assert other.get(PATH).json() == {"object": masked}
        assert other.put(PATH, {}).status_code == 403
        assert other.patch(PATH, {}).status_code == 403
