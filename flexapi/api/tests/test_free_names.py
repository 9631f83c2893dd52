"""Names that hold anything, as part of a URL, through a real server."""

import http.client
import json
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
from django.contrib.auth.models import Group
from hypothesis import given
from hypothesis import strategies as st

from flexapi.api.free_names import quote_name, routing_path
from flexapi.api.tests.conftest import Probe

NAMES = [
    "plain",
    "with space",
    "a/b",
    "/",
    "//",
    "a b/",
    "/leading",
    "100%",
    "%2F",
    "a%2Fb",
    "%",
    "%zz",
    "é ü",
    "漢字 🎬",
    ".",
    "..",
    "...",
    "../etc",
    "a.json",
    "a?b",
    "a#b",
    "a;b=c",
    "a&b+c",
    "'\"<>",
    "\\",
    "a\nb",
    "x" * 150,
]


def request(probe: Probe, method: str, path: str, body: Any = None) -> tuple[int, Any, Any]:
    """Sends the path exactly as it is; other clients would tidy it up."""
    connection = http.client.HTTPConnection("127.0.0.1", probe.port, timeout=20)
    headers = {"Content-Type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, json.loads(content) if content else None, response.headers


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_name_goes_there_and_back(probe: Probe, name: str, slash: str) -> None:
    status, made, headers = request(probe, "POST", "/api/named", {"name": name})
    assert status == 201, made
    location = headers["Location"]
    path = location.removeprefix(probe.url)
    status, found, _ = request(probe, "GET", path + slash)
    assert (status, found["object"]["name"]) == (200, name)
    status, _, _ = request(probe, "DELETE", path + slash)
    assert status == 204


def test_a_plain_slash_is_not_part_of_a_name(probe: Probe) -> None:
    request(probe, "POST", "/api/named", {"name": "a/b"})
    assert request(probe, "GET", "/api/named/a/b")[0] == 404
    assert request(probe, "DELETE", "/api/named/a%2fb")[0] == 204


def test_links_repeat_the_path_as_it_was_written(probe: Probe) -> None:
    for number in range(3):
        request(probe, "POST", "/api/named", {"name": f"link {number}"})
    page = httpx.get(f"{probe.url}/api/named?limit=1&search=%C3%A9%20x", timeout=20).json()
    assert "search=%C3%A9%20x" in page["next"] or "search=%C3%A9+x" in page["next"]


def test_the_test_client_speaks_like_the_server(api: Any, probe_urls: None, db: None) -> None:
    for name in NAMES:
        Group.objects.create(name=name)
        response = api().get(f"/api/named/{quote_name(name)}")
        assert response.status_code == 200
        assert response.json()["object"]["name"] == name


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1))
def test_any_name_is_one_segment_that_decodes_to_itself(name: str) -> None:
    path = f"/api/named/{quote_name(name)}/sub"
    *_, segment, sub = routing_path(path).split("/")
    assert sub == "sub"
    assert unquote(segment) == name
    assert routing_path(f"/api/{quote(name, safe='')}").count("/") == 2
