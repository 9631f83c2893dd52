"""One's own account: tokens made, used and revoked; colours and dates chosen for this browser."""

import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.test_accessibility import violations

BACKGROUND = "getComputedStyle(document.body).backgroundColor"
DARK, LIGHT = "rgb(20, 25, 27)", "rgb(243, 245, 246)"


def row(page: Page, name: str) -> Any:
    return page.locator("#tokens tbody tr").filter(has_text=name)


def test_a_token_is_made_shown_once_used_and_revoked(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "operator")
    page = person.page
    page.goto("/")
    page.get_by_label("Account of operator").click()
    page.get_by_role("link", name="Account", exact=True).click()
    expect(page.locator("#tokens > *").first).to_be_visible()
    page.get_by_role("button", name="Make a token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("door bell")
    dialog.get_by_label("It may do").select_option("run")
    dialog.get_by_label("Only from").fill("no address")
    assert violations(page) == []
    person.complaints.clear()
    dialog.get_by_role("button", name="Make").click()
    expect(dialog.get_by_role("alert").filter(has_text="address")).to_be_visible()
    dialog.get_by_label("Only from").fill("127.0.0.1")
    dialog.get_by_label("Tasks that it may run").fill("hel*")
    dialog.get_by_role("button", name="Make").click()
    secret = page.get_by_label("Token", exact=True).input_value()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(row(page, "door bell")).to_contain_text("run hel*")
    expect(row(page, "door bell")).to_contain_text("from 127.0.0.1")
    page.reload()
    expect(row(page, "door bell")).to_contain_text("never")
    assert secret not in page.content()

    headers = {"Authorization": f"Token {secret}"}
    with httpx.Client(base_url=web_server.url, headers=headers, timeout=60) as program:
        assert program.post("/api/execution", json={"tasks": ["lines"]}).status_code == 403
        assert program.post("/api/execution", json={"tasks": ["hello"]}).status_code == 201
        page.get_by_role("button", name="Revoke door bell").click()
        page.get_by_role("button", name="Revoke", exact=True).click()
        expect(row(page, "door bell")).to_have_count(0)
        assert program.post("/api/execution", json={"tasks": ["hello"]}).status_code == 401


def test_colours_are_those_chosen_from_the_first_paint_on_a_phone(
    web_server: LiveServer, people: Any
) -> None:
    person = people(web_server, "viewer", viewport=PHONE, color_scheme="light")
    page = person.page
    page.goto("/account/")
    page.get_by_label("Colours").select_option("dark")
    assert page.evaluate(BACKGROUND) == DARK
    for path in ("/tasks/", "/api/tasks", "/accounts/password/"):
        # What the server writes needs no script, so nothing is drawn in other colours first.
        meta = '<meta name="color-scheme" content="dark">'
        assert meta in page.request.get(path, headers={"Accept": "text/html"}).text()
        page.goto(path)
        assert page.evaluate(BACKGROUND) == DARK
    page.goto("/account/")
    page.get_by_label("Colours").select_option("")
    page.reload()
    assert page.evaluate(BACKGROUND) == LIGHT
    assert person.complaints == []


def test_dates_are_in_the_chosen_language(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "admin")
    page = person.page
    page.goto("/account/")
    page.get_by_label("Dates and numbers").select_option("ja-JP")
    with web_server.client() as client:
        client.post("/api/tokens", json={"name": "long ago", "expires_in": 9_999_999})
    page.reload()
    expect(row(page, "long ago")).to_contain_text(re.compile("月"))
    assert person.complaints == []
