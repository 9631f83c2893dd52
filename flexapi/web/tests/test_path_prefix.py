"""A server under a path of another one: https://nas.example/flexapi/."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured

from flexapi import web
from flexapi.api.http.prefix import Prefixed
from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import PASSWORD, LiveServer, received

# What a proxy that ends TLS says of the client.
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that is shown under /flexapi/ by one proxy."""
    server = LiveServer(tmp_path_factory.mktemp("prefix"))
    server.environment |= {"FLEXAPI_PATH_PREFIX": "/flexapi/", "FLEXAPI_TRUSTED_PROXIES": "1"}
    server.home.write({"hello": accepting("one"), "a/b 100%": accepting("two")}, schedules=False)
    server.start()
    # FlexGet takes its time to load; no page may have to wait for that.
    server.run(tasks=["hello"])
    yield server
    server.end()


@pytest.mark.parametrize("kept", ["/flexapi", ""], ids=["kept", "taken away"])
class TestWhetherTheProxyKeepsThePrefixOrNot:
    def test_links_have_it(self, server: LiveServer, kept: str) -> None:
        with server.client() as client:
            created = client.post(f"{kept}/api/execution", json={"tasks": ["hello"]})
            location = f"{server.url}/flexapi/api/execution/{created.json()['object']['id']}"
            assert created.headers["Location"] == location
            page = client.get(f"{kept}/api/tasks?limit=1").json()
            assert page["next"] == f"{server.url}/flexapi/api/tasks?limit=1&offset=1"
            root = client.get(f"{kept}/api", headers=FORWARDED).json()["object"]
        assert root["tasks"] == f"https://127.0.0.1:{server.port}/flexapi/api/tasks"

    def test_names_and_errors_are_the_same(self, server: LiveServer, kept: str) -> None:
        with server.client() as client:
            task = client.get(f"{kept}/api/tasks/a%2Fb%20100%25").json()["object"]
            assert task["name"] == "a/b 100%"
            unknown = client.get(f"{kept}/api/nothing")
            assert unknown.json()["errors"][0]["code"] == "not_found"
            bad_query = client.get(f"{kept}/api/tasks?search=%ff".replace("%ff", "\xff"))
            assert bad_query.headers["Content-Type"] == "application/json"
            foreign = client.get(f"{kept}/api/tasks", headers={"Host": "evil.example"})
            assert "FLEXAPI_ALLOWED_HOSTS" in foreign.json()["errors"][0]["detail"]

    def test_files_and_logins_are_found(self, server: LiveServer, kept: str) -> None:
        login = httpx.get(f"{server.url}{kept}/admin/", follow_redirects=True, timeout=60)
        assert login.url.path == "/flexapi/accounts/login/"
        assert [str(hop.url.path) for hop in login.history[1:]] == ["/flexapi/admin/login/"]
        icon = re.findall(r'rel="icon" href="(.+?)"', login.text)[0]
        assert icon == "/flexapi/static/web/favicon.svg"
        for path in (icon, f"{kept}/static/web/favicon.svg"):
            assert (
                httpx.get(server.url + path, timeout=60).headers["Content-Type"] == "image/svg+xml"
            )

    def test_cookies_belong_to_it(self, server: LiveServer, kept: str) -> None:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            body = {"username": "admin", "password": PASSWORD}
            answer = client.post(f"{kept}/api/auth/login", json=body, headers=FORWARDED)
            assert answer.status_code == 200
            cookies = answer.headers.get_list("Set-Cookie")
        assert len(cookies) == 2
        assert all("Path=/flexapi;" in cookie and "Secure" in cookie for cookie in cookies)

    def test_websockets_are_found(self, server: LiveServer, kept: str) -> None:
        run = server.run(tasks=["hello"])
        with server.websocket(f"{kept}/ws/execution/{run['id']}/log/?after=0") as websocket:
            messages = list(received(websocket))
        assert messages[-1] == {"type": "end", "seq": run["log_lines"], "status": "complete"}


def test_the_documentation_links_below_it(server: LiveServer) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        client.post("/flexapi/api/auth/login", json={"username": "admin", "password": PASSWORD})
        page = client.get("/flexapi/docs/")
        assert 'href="/flexapi/docs/settings/"' in page.text
        picture = re.findall(r'src="(\S+\.png)"', page.text)[0]
        assert picture == "/flexapi/static/docs/dashboard.png"
        assert client.get(picture).headers["Content-Type"] == "image/png"


def test_the_document_names_it(server: LiveServer) -> None:
    document = httpx.get(f"{server.url}/flexapi/api/schema", timeout=60).json()
    assert document["servers"] == [{"url": "/flexapi"}]
    assert "/api/execution" in document["paths"]


def test_nobody_else_chooses_a_prefix(server: LiveServer) -> None:
    with server.client() as client:
        root = client.get("/api", headers={"Daphne-Root-Path": "/evil"}).json()["object"]
    assert root["tasks"] == f"{server.url}/flexapi/api/tasks"


@pytest.mark.parametrize("prefix", ["/api", "/admin", "/ws", "/static/x", "/tasks"])
def test_a_path_of_flexapis_own_is_refused(prefix: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"FLEXAPI_PATH_PREFIX can't be {prefix},"):
        Prefixed(AsyncMock(), prefix)


def test_no_page_names_a_path_without_it() -> None:
    absolute = {
        # What scripts ask for goes through at().
        "js/**/*.js": r"""(?<!at\()(?<!includes\()["'`]/[a-z_]+["'`/?]""",
        "../../templates/**/*.html": r"""(href|src|action)=["']/""",
    }
    static = Path(web.__file__).parent / "static" / "web"
    found = []
    for pattern, expression in absolute.items():
        files = list(static.glob(pattern))
        assert len(files) > 5
        for file in files:
            lines = file.read_text().split("\n")
            code = [line for line in lines if not line.lstrip().startswith(("/*", "*", "//"))]
            found += [(file.name, line) for line in code if re.search(expression, line)]
    assert found == []


def test_pages_stay_under_it(server: LiveServer, people: Callable[..., Any]) -> None:
    person = people(server)
    page = person.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url.replace("ws://", "http://")))
    page.goto("/flexapi/")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{server.url}/flexapi/")
    page.goto("/flexapi/tasks/")
    page.get_by_role("button", name="Run hello", exact=True).click()
    page.wait_for_url(f"{server.url}/flexapi/executions/*/")
    page.get_by_text("complete").first.wait_for()
    page.get_by_role("tab", name="Entries").click()
    page.locator("li.entry").first.wait_for()
    for path in ("admin/", "admin/tasks/task/", "executions/", "movie_queue/", "history/"):
        page.goto(f"/flexapi/{path}")
    page.goto("/flexapi/api/docs")
    page.locator(".opblock-tag").first.wait_for()
    assert {
        url for url in asked if not url.startswith((f"{server.url}/flexapi/", "data:"))
    } == set()
    assert any("/flexapi/ws/execution/" in url for url in asked)
    assert person.complaints == []
