"""ETags: unchanged copies, guarded writes."""

from typing import Any

import pytest
from django.contrib.auth.models import Group

pytestmark = [pytest.mark.usefixtures("probe_urls"), pytest.mark.django_db]


@pytest.fixture
def url() -> str:
    return f"/api/groups/{Group.objects.create(name='one').pk}"


@pytest.fixture
def client(api: Any, admin: Any) -> Any:
    return api(admin)


def test_reading_gives_one_that_changes_with_the_object(client: Any, url: str) -> None:
    first = client.get(url)["ETag"]
    assert client.get(url)["ETag"] == first
    Group.objects.filter(name="one").update(name="other")
    assert client.get(url)["ETag"] != first


def test_an_unchanged_copy_is_304(client: Any, url: str) -> None:
    etag = client.get(url)["ETag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        response = client.get(url, HTTP_IF_NONE_MATCH=known)
        assert response.status_code == 304
        assert response.content == b""
        assert response["ETag"] == etag
        assert "Authorization" in response["Vary"]
    assert client.get(url, HTTP_IF_NONE_MATCH='"x"').status_code == 200


def test_another_media_type_has_another_etag_that_guards_alike(client: Any, url: str) -> None:
    json, html = client.get(url)["ETag"], client.get(url, HTTP_ACCEPT="text/html")["ETag"]
    assert json != html
    assert client.get(url, HTTP_IF_NONE_MATCH=html).status_code == 200
    assert client.put(url, {"name": "two"}, HTTP_IF_MATCH=html).status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
class TestWrites:
    def test_a_matching_etag_lets_it_through(self, client: Any, url: str, method: str) -> None:
        etag = client.get(url)["ETag"]
        response = getattr(client, method)(url, {"name": "two"}, HTTP_IF_MATCH=etag)
        assert response.status_code in (200, 204)
        if method != "delete":
            assert response["ETag"] == client.get(url)["ETag"] != etag

    def test_an_old_etag_is_refused(self, client: Any, url: str, method: str) -> None:
        etag = client.get(url)["ETag"]
        Group.objects.filter(name="one").update(name="changed")
        for given in (etag, f"W/{etag}", '"x"', "nonsense", ""):
            response = getattr(client, method)(url, {"name": "two"}, HTTP_IF_MATCH=given)
            assert response.status_code == 412
            assert response.json()["errors"][0]["code"] == "precondition_failed"
        assert Group.objects.filter(name="changed").exists()

    def test_a_weak_etag_does_not_guard(self, client: Any, url: str, method: str) -> None:
        weak = "W/" + client.get(url)["ETag"]
        response = getattr(client, method)(url, {"name": "two"}, HTTP_IF_MATCH=weak)
        assert response.status_code == 412

    def test_a_star_matches_what_is_there(self, client: Any, url: str, method: str) -> None:
        response = getattr(client, method)(url, {"name": "two"}, HTTP_IF_MATCH="*")
        assert response.status_code in (200, 204)

    def test_none_match_star_refuses_what_is_there(
        self, client: Any, url: str, method: str
    ) -> None:
        response = getattr(client, method)(url, {"name": "two"}, HTTP_IF_NONE_MATCH="*")
        assert response.status_code == 412

    def test_without_a_precondition_it_writes(self, client: Any, url: str, method: str) -> None:
        assert getattr(client, method)(url, {"name": "two"}).status_code in (200, 204)
