"""ETags of one show, season, episode or release: 304 where nothing changed, 412 instead of a lost update."""

from typing import Any

import pytest

from flexapi.api.docs import document
from flexapi.engine import instance

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["show", "season", "release"])
def path(request: pytest.FixtureRequest, client: Any, shows: dict[str, int]) -> str:
    alpha = f"/api/series/{shows['Alpha']}"
    if request.param == "show":
        return alpha
    kind = "seasons" if request.param == "season" else "episodes"
    entity = f"{alpha}/{kind}/{client.get(f'{alpha}/{kind}').json()['items'][0]['id']}"
    if request.param != "release":
        return entity
    return f"{entity}/releases/{client.get(entity).json()['object']['releases'][0]['id']}"


def change(client: Any, path: str) -> None:
    """Change the object of the path, be it a show or what is below one."""
    if path.count("/") == 3:
        assert client.patch(path, {"alternate_names": ["Alf"]}).status_code == 200
        return
    entity = path.partition("/releases")[0]
    assert client.post(f"{entity}/releases/reset").status_code == 200


def test_what_is_unchanged_is_not_sent_again(client: Any, path: str) -> None:
    first = client.get(path)
    again = client.get(path, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    change(client, path)
    fresh = client.get(path, HTTP_IF_NONE_MATCH=first["ETag"])
    assert fresh.status_code == 200
    assert fresh["ETag"] != first["ETag"]


def test_what_has_changed_is_not_removed(client: Any, path: str) -> None:
    tag = client.get(path)["ETag"]
    change(client, path)
    response = client.delete(path, HTTP_IF_MATCH=tag)
    assert response.status_code == 412
    assert response.json()["errors"][0]["code"] == "precondition_failed"
    tag = client.get(path)["ETag"]
    assert client.delete(path, HTTP_IF_MATCH=tag).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path, HTTP_IF_MATCH=tag).status_code == 404


def test_a_change_of_a_show_is_guarded(client: Any, shows: dict[str, int]) -> None:
    path = f"/api/series/{shows['Alpha']}"
    old = client.get(path)["ETag"]
    changed = client.patch(path, {"begin": "S01E01"}, HTTP_IF_MATCH=old)
    assert changed.status_code == 200
    assert changed["ETag"] == client.get(path)["ETag"] != old
    assert client.patch(path, {"begin": "S01E02"}, HTTP_IF_MATCH=old).status_code == 412
    assert client.get(path).json()["object"]["begin"] == "S01E01"


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_change_between_the_look_and_the_write_is_seen(
    client: Any, shows: dict[str, int], monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    path = f"/api/series/{shows['Alpha']}"
    tag = client.get(path)["ETag"]
    engine: Any = instance.engine()
    plain = engine.call

    def call(name: str, params: dict[str, Any]) -> Any:
        if name != "series.show":
            return plain(name, params)
        found = plain(name, params)
        # Somebody else is faster.
        plain("series.change", {"id": shows["Alpha"], "alternate_names": ["Alf"]})
        return found

    with monkeypatch.context() as patched:
        patched.setattr(engine, "call", call)
        response = getattr(client, method)(path, {"begin": "S01E02"}, HTTP_IF_MATCH=tag)
    assert response.status_code == 412
    assert client.get(path).json()["object"]["begin"] is None
    assert client.get(path).json()["object"]["alternate_names"] == ["Alf"]


def test_the_document_tells_of_them() -> None:
    paths = document()["paths"]
    show = paths["/api/series/{id}"]
    assert {"503", "404"} <= show["get"]["responses"].keys()
    assert {"409", "412", "503"} <= show["patch"]["responses"].keys()
    assert {"409", "503"} <= paths["/api/series"]["post"]["responses"].keys()
    release = paths["/api/series/{show}/episodes/{entity}/releases/{id}"]
    for path in (show, release):
        assert "If-None-Match" in names(path["get"])
        assert "If-Match" in names(path["delete"])


def names(operation: dict[str, Any]) -> list[str]:
    return [parameter["name"] for parameter in operation["parameters"]]
