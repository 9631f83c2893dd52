"""Seasons, episodes and releases of a show."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def alpha(shows: dict[str, int]) -> str:
    return f"/api/series/{shows['Alpha']}"


def listed(client: Any, path: str) -> dict[str, int]:
    response = client.get(path)
    assert response.status_code == 200, response.content
    return {item["identifier"]: item["id"] for item in response.json()["items"]}


def test_they_are_listed_in_order(client: Any, alpha: str) -> None:
    assert list(listed(client, f"{alpha}/episodes")) == ["S01E01", "S01E02"]
    assert list(listed(client, f"{alpha}/episodes?ordering=-identifier")) == ["S01E02", "S01E01"]
    assert list(listed(client, f"{alpha}/episodes?limit=1&offset=1")) == ["S01E02"]
    assert list(listed(client, f"{alpha}/seasons")) == ["S02"]
    (item,) = client.get(f"{alpha}/seasons").json()["items"]
    assert (item["season"], item["number"], item["releases"]) == (2, None, 1)


@pytest.mark.parametrize(("kind", "identifier"), [("episodes", "S01E01"), ("seasons", "S02")])
def test_one_comes_with_its_releases(client: Any, alpha: str, kind: str, identifier: str) -> None:
    path = f"{alpha}/{kind}/{listed(client, f'{alpha}/{kind}')[identifier]}"
    found = client.get(path).json()["object"]
    assert found["identifier"] == identifier
    (release,) = found["releases"]
    assert release["title"].startswith(f"Alpha {identifier}")
    assert release["quality"] in ("720p", "1080p")


@pytest.mark.parametrize("kind", ["episodes", "seasons"])
def test_one_can_be_forgotten(client: Any, alpha: str, kind: str) -> None:
    (_, key), *rest = listed(client, f"{alpha}/{kind}").items()
    path = f"{alpha}/{kind}/{key}"
    assert client.delete(f"{path}?forget=true").status_code == 204
    assert listed(client, f"{alpha}/{kind}") == dict(rest)
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404


@pytest.mark.parametrize("kind", ["episodes", "seasons"])
def test_a_release_can_be_reset_and_forgotten(client: Any, alpha: str, kind: str) -> None:
    key = next(iter(listed(client, f"{alpha}/{kind}").values()))
    path = f"{alpha}/{kind}/{key}"
    (release,) = client.get(path).json()["object"]["releases"]
    assert release["downloaded"] is True
    release_path = f"{path}/releases/{release['id']}"
    assert client.post(f"{release_path}/reset").json()["object"]["downloaded"] is False
    assert client.get(path).json()["object"]["releases"][0]["downloaded"] is False
    assert client.delete(release_path).status_code == 204
    assert client.delete(release_path).status_code == 404
    assert client.post(f"{release_path}/reset").status_code == 404
    assert client.get(path).json()["object"]["releases"] == []


def test_what_belongs_to_another_show_is_not_found(
    client: Any, alpha: str, shows: dict[str, int]
) -> None:
    key = next(iter(listed(client, f"{alpha}/episodes").values()))
    beta = f"/api/series/{shows['Beta']}"
    assert client.get(f"{beta}/episodes/{key}").status_code == 404
    assert client.delete(f"{beta}/episodes/{key}").status_code == 404
    assert client.get("/api/series/999999/episodes").status_code == 404


def test_forget_is_true_or_false(client: Any, alpha: str) -> None:
    response = client.delete(f"{alpha}?forget=maybe")
    assert response.status_code == 400
    assert client.get(alpha).status_code == 200
