"""Held against FlexGet's own functions, on shows made by chance."""

from typing import Any

import pytest

from flexapi.engine.client import Engine

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(client: Any, engine: Engine) -> Any:
    """A client where FlexGet knows a hundred and fifty shows more."""
    engine.call("flexget_own.fill", {"seed": 5, "shows": 150})
    return client


def names(client: Any, query: str) -> list[str]:
    response = client.get(f"/api/series?limit=500&{query}")
    assert response.status_code == 200, response.content
    return [show["name"] for show in response.json()["items"]]


def test_filters_order_and_latest_are_flexgets(many: Any, engine: Engine) -> None:
    own = engine.call("flexget_own.answers", {})
    assert names(many, "") == names(many, "in_config=all") == own["all"]
    for which in ("configured", "unconfigured"):
        assert own[which]
        assert names(many, f"in_config={which}") == own[which]
    assert 3 < len(own["premieres"]) < 100
    assert names(many, "premieres=true") == own["premieres"]
    # Those without a download come first.
    assert (
        names(many, "ordering=last_download_date")[-len(own["by_download"]) :] == own["by_download"]
    )
    items = many.get("/api/series?limit=500").json()["items"]
    latest = {show["name"]: title_of(show["latest_entity"]) for show in items}
    assert latest == own["latest"]
    one = many.get(f"/api/series/{items[7]['id']}").json()["object"]
    assert one == items[7]


def title_of(latest: dict[str, Any] | None) -> list[str] | None:
    return [latest["identifier"], latest["latest_release"]["title"]] if latest else None


@pytest.mark.parametrize("query", ["in_config=maybe", "premieres=maybe", "ordering=age"])
def test_what_it_does_not_know_it_refuses(client: Any, query: str) -> None:
    response = client.get(f"/api/series?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == query.partition("=")[0]


def test_episodes_without_a_name_that_parses_can_be_forgotten(many: Any) -> None:
    shows = many.get("/api/series?limit=500").json()["items"]
    odd = [show for show in shows if show["identified_by"] == "id" and show["episodes"] > 1]
    path = f"/api/series/{odd[0]['id']}/episodes"
    first, *rest = many.get(path).json()["items"]
    assert first["identifier"].startswith("part:")
    assert many.delete(f"{path}/{first['id']}").status_code == 204
    assert many.get(path).json()["items"] == rest
