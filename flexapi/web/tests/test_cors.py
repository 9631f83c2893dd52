"""A page of another origin uses the API in a real browser: if it is named, with a token, and never by a cookie."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from flexapi.testing.live import LiveServer
from flexapi.testing.receivers import Receiver, http_receiver

# What the page does: it asks as it is told, and answers what it may read; "" where the browser keeps it from the page.
ASK = """async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
  } catch {
    return "";
  }
}"""


@pytest.fixture(scope="module")
def other() -> Iterator[Receiver]:
    """Whoever serves the other page."""
    with http_receiver() as receiver:
        receiver.answer = lambda heard: (200, b"")
        yield receiver


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, other: Receiver) -> Iterator[LiveServer]:
    """A server that lets that page in."""
    server = LiveServer(tmp_path_factory.mktemp("cors"))
    server.environment["FLEXAPI_CORS_ORIGINS"] = other.url().rstrip("/")
    server.start()
    yield server
    server.end()


@pytest.fixture
def page(chromium: Any, server: LiveServer, other: Receiver) -> Iterator[Any]:
    """The page, in a browser that is logged in at the server as well."""
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(f"{server.url}/accounts/login/")
    tab.get_by_label("User name").fill("admin")
    tab.get_by_label("Password").fill("correct horse battery")
    tab.get_by_role("button", name="Log in").click()
    tab.wait_for_url(f"{server.url}/")
    tab.goto(other.url())
    yield tab
    context.close()


def test_a_named_origin_asks_with_a_token(page: Any, server: LiveServer) -> None:
    def ask(path: str, method: str = "GET", body: str | None = None, **headers: str) -> Any:
        sent = {**server.headers(), **headers}
        options = {"method": method, "headers": sent, "body": body}
        return page.evaluate(ASK, [f"{server.url}{path}", options])

    json = {"Content-Type": "application/json"}
    made = ask("/api/movie_queue", "POST", '{"title": "Sintel"}', **json)
    assert made["status"] == 201
    path = made["headers"]["location"].removeprefix(server.url)
    read = ask(path)
    assert ask(path, **{"If-None-Match": read["headers"]["etag"]})["status"] == 304
    changed = ask(path, "PATCH", '{"year": 2010}', **json, **{"If-Match": '"x"'})
    assert changed["status"] == 412
    assert ask(path, "DELETE")["status"] == 204
    # What goes wrong can be read as well.
    assert ask("/api/nothing")["status"] == 404
    assert ask("/api/tasks", Authorization="Token wrong")["status"] == 401
    assert "total-count" in ask("/flexget/api/history/")["headers"]


def test_a_cookie_counts_for_nothing(page: Any, server: LiveServer) -> None:
    url = f"{server.url}/api/auth/me"
    assert page.evaluate(ASK, [url, {"credentials": "include"}]) == ""
    assert page.evaluate(ASK, [url, {"credentials": "omit"}])["status"] == 401


def test_another_origin_reads_nothing(page: Any, server: LiveServer, other: Receiver) -> None:
    page.goto(other.url().replace("127.0.0.1", "localhost"))
    options = {"headers": server.headers()}
    assert page.evaluate(ASK, [f"{server.url}/api/tasks", options]) == ""
    # Pages aren't for others, whoever they are.
    page.goto(other.url())
    assert page.evaluate(ASK, [f"{server.url}/healthz", {}]) == ""


def test_without_the_setting_there_are_no_such_headers(
    web_server: LiveServer, other: Receiver
) -> None:
    headers = {"Origin": other.url().rstrip("/"), "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS"):
        answer = httpx.request(method, f"{web_server.url}/api/tasks", headers=headers, timeout=60)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
