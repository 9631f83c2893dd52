"""Requests that no browser and no client of ours sends: each gets an answer that says what is wrong."""

import re
from collections.abc import Iterator

import httpx
import pytest

from flexapi.testing.live import LiveServer, shared_server

__all__ = ["shared_server"]

BROKEN_FORM = {"Content-Type": "multipart/form-data; boundary="}


@pytest.fixture
def stranger(shared_server: LiveServer) -> Iterator[httpx.Client]:
    """A client of nobody that has the CSRF cookie of the login page."""
    with httpx.Client(base_url=shared_server.url, timeout=60) as client:
        client.get("/accounts/login/").raise_for_status()
        yield client


def test_a_broken_multipart_body_is_answered_in_words(stranger: httpx.Client) -> None:
    page = stranger.post("/accounts/login/", content=b"x", headers=BROKEN_FORM)
    assert page.status_code == 400
    assert "multipart/form-data" in page.text
    answer = stranger.post("/api/auth/login", content=b"x", headers=BROKEN_FORM)
    assert answer.status_code == 415
    assert "multipart/form-data" in answer.json()["errors"][0]["detail"]


def test_json_for_the_login_page_is_told_where_to_go(stranger: httpx.Client) -> None:
    headers = {"X-CSRFToken": stranger.cookies["csrftoken"]}
    answer = stranger.post("/accounts/login/", json={"username": "admin"}, headers=headers)
    assert answer.status_code == 415
    assert "POST /api/auth/login" in answer.text


def test_forms_still_log_in(shared_server: LiveServer, stranger: httpx.Client) -> None:
    password = shared_server.environment["FLEXAPI_ADMIN_PASSWORD"]
    form = {"username": "admin", "password": password}
    form["csrfmiddlewaretoken"] = stranger.cookies["csrftoken"]
    assert stranger.post("/accounts/login/", data=form).status_code == 302
    assert stranger.get("/api/auth/me").json()["object"]["username"] == "admin"


def test_options_are_answered_everywhere(shared_server: LiveServer) -> None:
    """Every path of the OpenAPI document, whether or not what it names is there."""
    with shared_server.client() as client:
        document = client.get("/api/schema").json()
        for template in document["paths"]:
            path = re.sub(r"\{\w+\}", "1", template)
            answer = client.request("OPTIONS", path)
            assert answer.status_code == 200, (path, answer.text)
            assert "application/json" in answer.json()["renders"]


def test_a_format_that_there_is_not_is_not_acceptable(shared_server: LiveServer) -> None:
    with shared_server.client() as client:
        answer = client.get("/api/tasks?format=pdf")
        assert answer.status_code == 406
        assert answer.json()["errors"][0]["detail"].startswith("There is no format 'pdf' here")
        assert client.get("/api/config?format=yaml").text.startswith("tasks:")
