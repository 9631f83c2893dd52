"""What a page costs before it is there: requests, bytes, and what is pressed meanwhile. Counted, as times depend on the machine."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Route, expect

from flexapi.testing.live import LiveServer
from flexapi.web import assets

PAGES = (
    *("/", "/tasks/", "/tasks/hello/", "/tasks/new/", "/executions/", "/executions/{run}/"),
    *("/schedules/", "/statistics/", "/log/", "/system/", "/movie_queue/", "/history/"),
    *("/series/", "/pending/", "/seen/", "/lists/", "/variables/", "/notifications/"),
    *("/hooks/", "/account/", "/tasks/hello/edit/", "/config/"),
)
# The first paint waits for the page itself, its sheets, and scripts that aren't modules.
BLOCKING = 4
REQUESTS = 44
OF_THE_API = 5
KILOBYTES = 160
# The editor is a program of its own.
KILOBYTES_WITH_EDITOR = 780

BYTES = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""
BLOCKED_BY = """() => performance.getEntriesByType("resource")
  .filter((entry) => entry.renderBlockingStatus === "blocking").map((entry) => new URL(entry.name).pathname)"""


@pytest.fixture(scope="module")
def run(web_server: LiveServer) -> int:
    """An execution of `hello`."""
    return int(web_server.run(tasks=["hello"])["id"])


@pytest.mark.parametrize("address", PAGES)
def test_a_page_keeps_to_its_budget(
    web_server: LiveServer, people: Any, run: int, address: str
) -> None:
    known = people(web_server, "editor")
    # Another browser, whose cache is empty.
    person = people(web_server)
    person.context.add_cookies(known.sessions[web_server.url, "editor"])
    page = person.page
    asked: list[tuple[str, str]] = []
    page.on("request", lambda one: asked.append((one.url, one.headers.get("accept", ""))))
    html = page.goto(address.format(run=run), wait_until="networkidle").text()
    blocking = set(page.evaluate(BLOCKED_BY))
    assert len(blocking) <= BLOCKING, blocking
    of_the_api = [one for one in asked if "/api/" in one[0]]
    assert len(of_the_api) <= OF_THE_API, of_the_api
    # The page of a run reads it again once it hears the run's changes.
    assert len(of_the_api) == len(set(of_the_api)) or "{run}" in address, of_the_api
    paths = [urlsplit(url).path for url, _ in asked]
    assert len(paths) <= REQUESTS, paths
    most = KILOBYTES_WITH_EDITOR if any("codemirror" in path for path in paths) else KILOBYTES
    assert page.evaluate(BYTES) / 1000 <= most
    # All modules are named in the page, and each once: none waits until another was read.
    named = re.findall(r'<(?:script|link rel="modulepreload")[^>]* (?:src|href)="([^"]+)"', html)
    assert len(named) == len(set(named))
    late = {path for path in paths if path.startswith("/static/web/js/")} - set(named)
    assert {path for path in late if "/first_steps.js" not in path} == set()


def test_the_sheet_of_all_pages_is_kept_until_it_changes(client: Client) -> None:
    answer = client.get(assets.sheet_url())
    assert "immutable" in answer["Cache-Control"]
    for part in (b"--space-1", b".button", b".card"):
        assert part in answer.content
    assert "no-cache" in client.get("/styles.css")["Cache-Control"]
    assert client.get("/styles.css", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_modules_are_found_with_all_that_they_import() -> None:
    found = assets.modules(("web/js/server_news.js",))
    assert set(found) == {
        f"web/js/{name}.js" for name in ("server_news", "api", "gettext", "preferences", "root")
    }
    # What is imported when it is wanted isn't wanted yet.
    assert "web/js/search_dialog.js" not in assets.modules(("web/js/keys.js",))
    assert assets.modules(("web/js/nothing.js",)) == ("web/js/nothing.js",)


class Gate:
    """Holds back a module that all others import, until it is opened."""

    MODULE = "**/static/web/js/api.js"

    def __init__(self, page: Any) -> None:
        self.page = page
        self.waiting: list[Route] = []
        page.route(self.MODULE, self.hold)

    def hold(self, route: Route) -> None:
        """Have a request wait."""
        self.waiting.append(route)

    def open(self) -> None:
        """Let it through."""
        for route in self.waiting:
            route.continue_()


@pytest.fixture
def held(web_server: LiveServer, people: Any) -> tuple[Any, Gate]:
    """A page whose modules are on their way."""
    page = people(web_server, "editor").page
    return page, Gate(page)


@pytest.mark.parametrize(
    ("address", "button", "shows"),
    [
        ("/movie_queue/", "Add a movie", "dialog"),
        ("/schedules/", "Add a schedule", "dialog"),
        ("/hooks/", "Add a hook", "dialog"),
        ("/notifications/", "Add a channel", "dialog"),
        ("/account/", "Make a token", "dialog"),
        ("/tasks/", "Search", "dialog"),
    ],
)
def test_what_is_pressed_before_its_script_is_there_is_done_then(
    held: Any, address: str, button: str, shows: str
) -> None:
    page, gate = held
    page.goto(address, wait_until="commit")
    control = page.get_by_role("button", name=button, exact=True)
    control.click()
    control.click()
    expect(control).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role(shows)).to_have_count(0)
    gate.open()
    expect(page.get_by_role(shows)).to_have_count(1)
    expect(page.locator("[aria-busy]")).to_have_count(0)


def test_a_form_that_a_script_reads_waits_for_it(held: Any) -> None:
    page, gate = held
    page.goto("/history/", wait_until="commit")
    field = page.get_by_role("searchbox")
    field.fill("no such title")
    field.press("Enter")
    expect(page).to_have_url(re.compile("/history/$"))
    gate.open()
    expect(page).to_have_url(re.compile(r"/history/\?search=no\+such\+title$"))
    expect(field).to_have_value("no such title")


def test_what_a_browser_does_by_itself_needs_no_script(held: Any) -> None:
    page, _ = held
    page.goto("/tasks/", wait_until="commit")
    page.get_by_text("More").click()
    page.get_by_role("link", name="Schedules").click()
    expect(page).to_have_url(re.compile("/schedules/$"))
