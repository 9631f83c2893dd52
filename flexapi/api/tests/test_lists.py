"""Pages, ordering, search and filters of a list."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from rest_framework import renderers

from flexapi.api.http.renderers import JSONRenderer, KeptItem

pytestmark = [pytest.mark.usefixtures("probe_urls"), pytest.mark.django_db]


@pytest.fixture
def groups() -> None:
    Group.objects.all().delete()
    Group.objects.bulk_create(Group(name=f"group {number:03}") for number in range(120))


@pytest.fixture
def client(api: Any, admin: Any) -> Any:
    return api(admin)


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.json()
    return [item["name"] for item in response.json()["items"]]


@pytest.mark.usefixtures("groups")
class TestPages:
    def test_it_has_the_envelope(self, client: Any) -> None:
        page = client.get("/api/groups").json()
        assert list(page) == ["items", "count", "next", "previous"]
        assert (len(page["items"]), page["count"], page["previous"]) == (50, 120, None)

    @pytest.mark.parametrize("slash", ["", "/"])
    def test_following_next_reaches_every_item_once(self, client: Any, slash: str) -> None:
        seen, url = [], f"/api/groups{slash}?ordering=-name&limit=50"
        while url:
            page = client.get(url).json()
            seen += [item["name"] for item in page["items"]]
            url = page["next"]
        assert seen == [f"group {number:03}" for number in reversed(range(120))]

    def test_previous_leads_back(self, client: Any) -> None:
        page = client.get("/api/groups?limit=50&offset=70").json()
        assert "offset=20" in page["previous"]
        assert page["next"] is None

    @pytest.mark.parametrize("offset", [120, 121, 10**12, 2**63, 10**29])
    def test_an_offset_beyond_the_end_is_an_empty_page(self, client: Any, offset: int) -> None:
        page = client.get("/api/groups", {"offset": offset}).json()
        assert (page["items"], page["count"], page["next"]) == ([], 120, None)

    @pytest.mark.parametrize("count", [0, 49, 50, 51])
    def test_the_count_is_right_around_the_page_size(self, client: Any, count: int) -> None:
        Group.objects.all().delete()
        Group.objects.bulk_create(Group(name=str(number)) for number in range(count))
        page = client.get("/api/groups").json()
        assert page["count"] == count
        assert len(page["items"]) == min(count, 50)
        assert (page["next"] is None) == (count <= 50)

    @pytest.mark.parametrize("name", ["limit", "offset"])
    @pytest.mark.parametrize("value", ["-1", "x", "1.5", "", "9" * 31, "9" * 5000, "\u0663", "1 "])
    def test_a_bad_number_is_named(self, client: Any, name: str, value: str) -> None:
        response = client.get("/api/groups", {name: value})
        assert response.status_code == 400
        (error,) = response.json()["errors"]
        assert error["attr"] == name

    @pytest.mark.parametrize("limit", [0, 501])
    def test_a_limit_out_of_bounds_is_refused(self, client: Any, limit: int) -> None:
        response = client.get("/api/groups", {"limit": limit})
        assert response.status_code == 400
        assert "from 1 to 500" in response.json()["errors"][0]["detail"]


class TestOrdering:
    @pytest.fixture(autouse=True)
    def _groups(self) -> None:
        Group.objects.all().delete()
        for name in ("b", "a", "c"):
            Group.objects.create(name=name)

    def test_it_orders(self, client: Any) -> None:
        assert names(client.get("/api/groups?ordering=name")) == ["a", "b", "c"]
        assert names(client.get("/api/groups?ordering=-name")) == ["c", "b", "a"]
        assert names(client.get("/api/groups")) == ["b", "a", "c"]

    @pytest.mark.parametrize("field", ["nothing", "permissions__id", "-", "--name", "name;drop"])
    def test_an_unknown_field_is_named(self, client: Any, field: str) -> None:
        response = client.get("/api/groups", {"ordering": f"name,{field}"})
        assert response.status_code == 400
        (error,) = response.json()["errors"]
        assert error["attr"] == "ordering"
        assert field in error["detail"]
        assert "known are: id, name" in error["detail"]

    def test_what_declares_no_order_has_none(self, client: Any) -> None:
        assert client.get("/api/named?ordering=name").status_code == 400

    def test_search(self, client: Any) -> None:
        assert names(client.get("/api/groups?search=A")) == ["a"]

    def test_filters(self, client: Any) -> None:
        assert names(client.get("/api/groups?name=c")) == ["c"]

    def test_a_filter_value_that_cannot_be_is_named(self, client: Any) -> None:
        response = client.get("/api/groups?id=x")
        assert response.status_code == 400
        assert response.json()["errors"][0]["attr"] == "id"


def test_kept_items_are_rendered_byte_for_byte_as_others_are() -> None:
    items: list[dict[str, Any]] = [
        {"name": "a\u2028ü", "config": {"b": [1, None, 1.5]}},
        {"name": "c"},
    ]
    page: dict[str, Any] = {"items": items, "count": 2, "next": None}
    kept = {**page, "items": [KeptItem(item) for item in items]}
    for media_type in ("application/json", "application/json; indent=2", None):
        wanted = renderers.JSONRenderer().render(page, media_type)
        for _ in range(2):
            assert JSONRenderer().render(kept, media_type) == wanted
    mixed = {**page, "items": [KeptItem(items[0]), items[1]]}
    assert JSONRenderer().render(mixed) == renderers.JSONRenderer().render(page)
