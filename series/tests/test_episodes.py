"""Seasons, episodes and releases of a show."""

from typing import Any

import pytest

from flexapi.engine.client import Engine

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


def see(engine: Engine, *titles: str) -> None:
    engine.call("flexget_own.see", {"titles": titles})


def seen(engine: Engine) -> list[str]:
    titles: list[str] = engine.call("flexget_own.seen", {})
    return titles


@pytest.mark.parametrize(("kind", "other"), [("episodes", "seasons"), ("seasons", "episodes")])
def test_all_can_be_forgotten_at_once(client: Any, alpha: str, kind: str, other: str) -> None:
    client.patch(alpha, {"begin": "S01E02"})
    kept = listed(client, f"{alpha}/{other}")
    count = len(listed(client, f"{alpha}/{kind}"))
    assert client.delete(f"{alpha}/{kind}?forgt=true").status_code == 400
    assert client.delete(f"{alpha}/{kind}").json() == {"object": {"count": count}}
    assert listed(client, f"{alpha}/{kind}") == {}
    assert listed(client, f"{alpha}/{other}") == kept
    show = client.get(alpha).json()["object"]
    assert show["begin"] == (None if kind == "episodes" else "S01E02")
    assert client.get(alpha.replace("series/", "series/99999")).status_code == 404
    assert client.delete(f"/api/series/99999/{kind}").status_code == 404


def test_forgotten_with_forget_they_are_not_seen(client: Any, alpha: str, engine: Engine) -> None:
    episodes = ["Alpha S01E01 720p", "Alpha S01E02 1080p"]
    see(engine, *episodes, "Alpha S02 1080p")
    first = listed(client, f"{alpha}/episodes")["S01E01"]
    (release,) = client.get(f"{alpha}/episodes/{first}/releases").json()["items"]
    client.post(f"{alpha}/episodes/{first}/releases/{release['id']}/reset")
    assert client.delete(f"{alpha}/episodes?forget=false").status_code == 200
    assert len(seen(engine)) == 3
    assert client.delete(f"{alpha}/seasons?forget=true").status_code == 200
    assert seen(engine) == episodes


def test_what_was_not_downloaded_stays_seen(client: Any, alpha: str, engine: Engine) -> None:
    see(engine, "Alpha S01E01 720p", "Alpha S01E02 1080p")
    first = listed(client, f"{alpha}/episodes")["S01E01"]
    client.post(f"{alpha}/episodes/{first}/releases/reset")
    assert client.delete(f"{alpha}/episodes?forget=true").status_code == 200
    assert seen(engine) == ["Alpha S01E01 720p"]


def test_a_begin_that_is_forgotten(client: Any, alpha: str) -> None:
    client.patch(alpha, {"begin": "S01E02"})
    key = listed(client, f"{alpha}/episodes")["S01E02"]
    assert client.delete(f"{alpha}/episodes/{key}").status_code == 204
    show = client.get(alpha).json()["object"]
    assert (show["begin"], show["identified_by"]) == (None, "ep")
    # Without a begin FlexGet finds out again how its episodes are told apart.
    (key,) = listed(client, f"{alpha}/episodes").values()
    client.delete(f"{alpha}/episodes/{key}")
    assert client.get(alpha).json()["object"]["identified_by"] == "auto"


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
