"""Who sees which buttons, logging in and out, and the refusals."""

from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.live import PASSWORD, LiveServer
from flexapi.web.tests.conftest import ROLES, TASKS, start

# The buttons of each role.
OPERATOR = {"Run", "Run again", "Abort", "Add a movie", "Edit a film", "Remove a film"}
BUTTONS: dict[str, set[str]] = {
    "viewer": set(),
    "operator": OPERATOR,
    "editor": OPERATOR | {"Disable"},
}


@pytest.mark.parametrize("role", ROLES)
def test_no_button_that_would_answer_403(web_server: LiveServer, people: Any, role: str) -> None:
    done = web_server.run(tasks=["hello"])["id"]
    running = start(web_server, "endless")
    with web_server.client() as client:
        film = client.post("/api/movie_queue", json={"title": "a film"}).headers["Location"]
    person = people(web_server, role)
    page = person.page
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)
    seen: set[str] = set()

    def look(name: str) -> None:
        if page.get_by_role("button", name=name).locator("visible=true").count():
            seen.add(name)

    page.goto("/")
    expect(page.locator("#now li")).to_have_count(1)
    for name in ("Run", "Abort"):
        look(name)
    page.goto("/tasks/")
    expect(page.locator("tr.task")).to_have_count(len(TASKS))
    look("Disable")
    page.goto("/movie_queue/")
    expect(page.locator("li.movie")).to_have_count(1)
    for name in ("Add a movie", "Edit a film", "Remove a film"):
        look(name)
    page.goto("/history/")
    expect(page.locator("#entries tbody tr").first).to_be_visible()
    person.watch(done)
    look("Run again")
    page.goto("/")
    assert seen == BUTTONS[role]
    assert page.get_by_role("link", name="Admin").count() == 0
    assert not refused
    with web_server.client() as client:
        client.post(f"/api/execution/{running}/abort")
        client.delete(film)


def test_logging_in_and_out(web_server: LiveServer, people: Any) -> None:
    web_server.add_user("dora", "viewer")
    person = people(web_server)
    page = person.page
    page.goto("/tasks/")
    assert page.url == f"{web_server.url}/accounts/login/?next=/tasks/"
    page.get_by_label("User name").fill("dora")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("h1")).to_have_text("Tasks")
    page.locator(".account summary").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/accounts/login/")
    page.goto("/")
    assert "/accounts/login/" in page.url


def test_the_admin_is_not_for_everybody(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "viewer")
    person.page.goto("/admin/")
    expect(person.page.locator("h1")).to_have_text("Not for this account")
    stranger = people(web_server)
    stranger.page.goto("/admin/")
    assert "/accounts/login/?next=" in stranger.page.url


def test_changing_the_password(web_server: LiveServer, people: Any) -> None:
    web_server.add_user("carol", "viewer")
    person = people(web_server, "carol")
    page = person.page
    page.goto("/accounts/password/")
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("another good one")
    page.get_by_label("New password confirmation").fill("something else")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".error")).to_be_visible()
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("another good one")
    page.get_by_label("New password confirmation").fill("another good one")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".callout")).to_contain_text("The password is changed.")
    page.goto("/")
    expect(page.locator("#connection")).to_have_text("Live")


def test_somebody_without_a_role(web_server: LiveServer, people: Any) -> None:
    web_server.add_user("nobody")
    page = people(web_server, "nobody").front()
    expect(page.locator("h1")).to_have_text("Not allowed")
    expect(page.locator("main")).to_contain_text("has no role yet")
