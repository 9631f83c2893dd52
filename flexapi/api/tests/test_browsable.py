"""The browsable API, for people with a session."""

import re
from typing import Any

import pytest
from django.test import Client

from executions.models import Execution
from flexapi.testing.config_file import config

__all__ = ["config"]


@pytest.fixture
def browser(viewer: Any) -> Client:
    client = Client(headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    client.force_login(viewer)
    return client


@pytest.mark.parametrize("path", ["/api", "/api/auth/tokens", "/api/auth/me", "/api/server"])
def test_pages(browser: Client, path: str) -> None:
    response = browser.get(path)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert b"viewer" in response.content


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/auth/tokens/999", "/api/auth/tokens?limit=x"]
)
def test_errors_are_pages_for_browsers(browser: Client, path: str) -> None:
    response = browser.get(path)
    assert response.status_code in (400, 404)
    assert response["Content-Type"].startswith("text/html")
    assert b"errors" in response.content


@pytest.mark.django_db
def test_signing_in(make_user: Any) -> None:
    make_user("somebody")
    client = Client()
    page = client.get("/api/auth/me", headers={"Accept": "text/html"})
    assert page.status_code == 401
    assert b"/accounts/login/" in page.content
    assert client.get("/accounts/login/").status_code == 200
    answer = client.post("/accounts/login/", {"username": "somebody", "password": "somebody"})
    assert answer.status_code == 302
    assert client.get("/api/auth/me").json()["object"]["username"] == "somebody"


def test_a_page_is_called_as_what_it_shows(browser: Client) -> None:
    pk = Execution.objects.create(status="complete", tasks=["x"]).pk
    pages = {
        path: browser.get(path).content.decode()
        for path in ("/api/execution", f"/api/execution/{pk}")
    }
    assert "<h1>Execution List</h1>" in pages["/api/execution"]
    one = pages[f"/api/execution/{pk}"]
    assert f"<h1>Execution {pk}</h1>" in one
    crumbs = re.sub("<[^>]*>", "", re.findall('<nav class="crumbs".*', one)[0]).strip()
    assert crumbs == f"API › execution › {pk}"


def test_a_page_is_not_taken_for_the_json_that_a_browser_has(browser: Client, config: Any) -> None:
    json = browser.get("/api/tasks/tv", headers={"Accept": "application/json"})
    page = browser.get("/api/tasks/tv", headers={"If-None-Match": json["ETag"]})
    assert page.status_code == 200
    assert page["Content-Type"].startswith("text/html")
    assert browser.get("/api/tasks/tv", headers={"If-None-Match": page["ETag"]}).status_code == 304
