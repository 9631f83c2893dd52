"""Every page in light and dark, on a phone and a desktop: axe, the browser's complaints, foreign requests."""

from typing import Any

import pytest

from flexapi.testing import axe
from flexapi.testing.browser import DESKTOP, PHONE
from flexapi.testing.live import LiveServer

LOOKS = (
    {"viewport": DESKTOP, "color_scheme": "light"},
    {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
)
PATHS = (
    *(
        "/",
        "/executions/",
        "/tasks/",
        "/tasks/hello/edit/",
        "/config/",
        "/movie_queue/",
        "/history/",
        "/trakt/",
    ),
    "/accounts/password/",
)
# What axe calls by these names keeps people from using a page.
GRAVE = ("serious", "critical")


def settled(page: Any, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle" if path.startswith(("/api", "/admin")) else "load")
    if not path.startswith(("/api", "/admin", "/accounts")):
        page.wait_for_timeout(300)


def violations(page: Any) -> list[str]:
    """What axe finds, in words."""
    return [
        f"{page.url}: {violation['id']}: {violation['help']}: {node['html'][:200]}"
        for violation in axe.violations(page)
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def faults_of(page: Any, part: str) -> list[str]:
    """All that axe finds in a part of the page, of whatever impact; test_every_page.py has it look at the whole."""
    return [
        f"{violation['id']}: {node['html'][:200]}: {node['failureSummary'][:300]}"
        for violation in axe.violations(page, part)
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS, ids=("light desktop", "dark phone"))
def test_pages(web_server: LiveServer, people: Any, look: dict[str, Any]) -> None:
    execution = web_server.run(tasks=["hello", "broken"])["id"]
    person = people(web_server, "admin", **look)
    page = person.page
    problems: list[str] = []
    with web_server.client() as client:
        film = client.post("/api/movie_queue", json={"title": "a film", "tmdb_id": 1})
    for path in PATHS:
        settled(page, path)
        # On a desktop in the light test_every_page.py has axe look at them.
        if "has_touch" in look:
            problems += violations(page)
    page.goto("/movie_queue/")
    page.get_by_role("button", name="Add a movie").click()
    # What says that it is there already is looked at as well.
    page.get_by_label("Title").fill("A film")
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    page.get_by_role("dialog").get_by_role("link", name="a film").wait_for()
    problems += violations(page)
    with web_server.client() as client:
        client.delete(film.headers["Location"])
    person.watch(execution)
    problems += violations(page)
    page.get_by_role("tab", name="Entries").click()
    page.locator("li.entry").first.wait_for()
    page.locator("li.entry summary").first.click()
    problems += violations(page)
    page.goto("/")
    page.get_by_label("Run with options").click()
    page.get_by_text("More options").click()
    problems += violations(page)
    person.context.clear_cookies()
    page.goto("/accounts/login/")
    problems += violations(page)
    assert not problems, "\n".join(problems)
    assert [text for text in person.complaints if "status of 409" not in text] == []
    assert not person.foreign


def test_the_admin_and_the_api_obey_the_policy(web_server: LiveServer, people: Any) -> None:
    execution = web_server.run(tasks=["hello"])["id"]
    person = people(web_server, "admin")
    for path in (
        "/admin/",
        "/admin/executions/execution/",
        f"/admin/executions/execution/{execution}/change/",
        "/admin/tasks/task/",
        "/admin/api/apitoken/add/",
        "/admin/auth/user/",
        "/api/",
        "/api/tasks",
        "/api/execution?status=all",
    ):
        answer = person.page.goto(path)
        assert answer.status == 200, path
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
        assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert not person.complaints
    assert not person.foreign


@pytest.mark.parametrize("look", LOOKS, ids=("light desktop", "dark phone"))
def test_the_documentation_works(web_server: LiveServer, people: Any, look: dict[str, Any]) -> None:
    person = people(web_server, "admin", **look)
    page = person.page
    page.goto("/api/docs")
    page.get_by_role("heading", name="auth").get_by_role("button").click()
    page.locator(".opblock-summary-path", has_text="/api/auth/me").click()
    # What is opened stands in the address, though the link within the button is gone.
    page.wait_for_url("**/api/docs#/auth/auth_me_retrieve")
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(
        ".responses-table.live-responses-table .response-col_status", has_text="200"
    ).wait_for()
    assert faults_of(page, ".opblock.is-open") == []
    page.locator("button.authorize").first.click()
    page.get_by_role("dialog", name="Authorization").wait_for()
    assert faults_of(page, "[role=dialog]") == []
    assert not person.complaints
    assert not person.foreign


def test_an_operation_of_the_documentation_has_an_address(
    web_server: LiveServer, people: Any
) -> None:
    page = people(web_server, "viewer").page
    page.goto("/api/docs#/tasks/tasks_update")
    page.get_by_role("button", name="Try it out").click()
    page.locator("textarea").first.wait_for()
    assert faults_of(page, ".opblock.is-open") == []


def test_it_is_used_by_keyboard_alone(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "operator").front()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.get_by_label("Run with options").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("Test").wait_for()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/executions/*/")
    page.locator("#kind", has_text="test").wait_for()
