"""What is wrong shows in every tab, the browser says it, and the pages are an app that knows when it is offline."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer


@pytest.fixture
def their_browser(whole_chromium: Any) -> Any:
    """One that has notifications."""
    return whole_chromium


@pytest.fixture
def ailing(web_server: LiveServer) -> Iterator[str]:
    """A task that fails, and that no other test has run: what was wrong before is no news."""
    with web_server.client() as client:
        task = {"name": "ailing", "config": accepting(misbehave="raise")}
        client.post("/api/tasks", json=task).raise_for_status()
        yield "ailing"
        client.delete("/api/tasks/ailing").raise_for_status()


def test_a_failure_shows_in_the_tab_and_is_said(
    web_server: LiveServer, people: Any, ailing: str
) -> None:
    person = people(web_server, "editor", permissions=["notifications"])
    page = person.page
    page.goto("/tasks/")
    expect(page.get_by_role("heading", name="Tasks", exact=True)).to_be_visible()
    page.goto("/notifications/")
    page.get_by_role("button", name="Notify me here").click()
    expect(page.locator("#browser")).to_contain_text("this browser says what goes wrong")
    with page.expect_response("**/api/server"):
        page.goto("/tasks/")
    web_server.run(tasks=[ailing])
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#toasts")).to_contain_text("Task ailing failed")
    expect(page).to_have_title(re.compile(r"\([0-9]+\) Tasks · FlexAPI"))
    assert page.locator('link[rel="icon"]').get_attribute("href").endswith("favicon-alarm.svg")
    said = """async () => {
        const registration = await navigator.serviceWorker.ready;
        return (await registration.getNotifications()).map(({ title, body }) => [title, body]);
    }"""
    ((title, body),) = page.evaluate(said)
    assert title == "Task ailing failed"
    assert "misbehave" in body
    # Another tab shows it too, and does not say it once more.
    with page.expect_response("**/api/server"):
        page.goto("/")
    expect(page).to_have_title(re.compile(r"\([0-9]+\) Dashboard · FlexAPI"))
    expect(page.locator("#toasts")).to_be_empty()


def test_it_is_an_app_that_says_when_it_is_offline(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "viewer")
    page = person.page
    page.goto("/")
    manifest = json.loads(page.request.get("/manifest.webmanifest").text())
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).ok
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    person.context.set_offline(True)
    page.goto("/history/")
    expect(page.get_by_role("alert")).to_contain_text("The server can't be reached")
    expect(page.get_by_role("link", name="History")).to_have_count(0)
    person.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    person.complaints.clear()  # The browser's own, of what it could not load.
