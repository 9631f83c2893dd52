"""What FlexGet knows of entries, in the browser: pending, seen, failed and rejected ones."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from flexapi.testing.browser import PHONE
from flexapi.testing.flexget_home import mock
from flexapi.testing.live import LiveServer

FAILING = {"fail_entries": True, "on_output": {"for_accepted": "false"}}
TASKS: dict[str, Any] = {
    "waits": {**mock("Alpha", "Beta", "Gamma", "Delta"), "pending_approval": True},
    "fails": {**mock("Epsilon"), "accept_all": True, "exec": FAILING, "disable": ["seen"]},
    "rejects": {
        "mock": [{"title": "Zeta", "url": "magnet:?xt=urn:btih:1"}],
        "accept_all": True,
        "magnets": False,
    },
}


@pytest.fixture(scope="module")
def server(web_server: LiveServer) -> Iterator[LiveServer]:
    """The pages' server, after a run that filled each of the tables."""
    with web_server.client() as client:
        for name, config in TASKS.items():
            answer = client.post("/api/tasks", json={"name": name, "config": config})
            answer.raise_for_status()
        web_server.run(tasks=list(TASKS))
        for title in ("Kappa", "Lambda"):
            fields = [{"field": "url", "value": f"http://localhost/{title}"}]
            body = {"title": title, "task": "waits", "fields": fields}
            client.post("/api/seen", json=body).raise_for_status()
        yield web_server
        for name in TASKS:
            client.delete(f"/api/tasks/{name}").raise_for_status()


def rows(page: Page) -> Any:
    return page.locator("#rows tbody tr")


@pytest.mark.parametrize("size", [{}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_many_are_approved_at_once(server: LiveServer, people: Any, size: Any) -> None:
    person = people(server, "operator", **size)
    page = person.page
    page.goto("/pending/")
    expect(rows(page)).to_have_count(4)
    page.get_by_label("Select Alpha").check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("#rows .status.accepted")).to_have_count(4)
    page.get_by_role("button", name="Reject Beta").click()
    expect(rows(page).filter(has_text="Beta")).to_contain_text("waiting")
    page.get_by_label("State").select_option("false")
    expect(rows(page)).to_have_count(1)
    page.get_by_label("State").select_option("")
    expect(rows(page)).to_have_count(4)
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.locator("#rows .status.pending")).to_have_count(4)
    assert person.complaints == []


def test_an_entry_that_waits_has_details_and_is_removed(server: LiveServer, people: Any) -> None:
    page = people(server, "operator").page
    page.goto("/pending/")
    page.get_by_role("button", name="Details of Delta").click()
    expect(page.get_by_role("dialog")).to_contain_text("http://localhost/Delta")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Remove Delta").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(rows(page)).to_have_count(3)
    expect(rows(page).filter(has_text="Delta")).to_have_count(0)
    server.run(tasks=["waits"])
    # The run brought it back; the page noticed by itself.
    expect(rows(page).filter(has_text="Delta")).to_have_count(1)


@pytest.mark.parametrize("title", ["Kappa", "Lambda"])
def test_what_was_taken_is_found_and_forgotten(server: LiveServer, people: Any, title: str) -> None:
    size = {"viewport": PHONE} if title == "Kappa" else {}
    person = people(server, "operator", **size)
    page = person.page
    page.goto("/seen/")
    page.get_by_label("Find an entry").fill(title.lower())
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name=f"Details of {title}").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"http://localhost/{title}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=f"Forget {title}").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    expect(page.get_by_text("No entries match these filters.")).to_be_visible()
    with server.client() as client:
        assert client.get(f"/api/seen?search={title}&task=waits").json()["count"] == 0
    assert person.complaints == []


def test_tabs_lead_to_what_failed_and_what_was_rejected(server: LiveServer, people: Any) -> None:
    page = people(server, "operator").page
    page.goto("/seen/")
    page.get_by_role("link", name="Failed").click()
    expect(rows(page)).to_contain_text(["Epsilon"])
    page.get_by_role("button", name="Forget Epsilon").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    expect(page.get_by_text("Nothing failed.")).to_be_visible()
    page.get_by_role("link", name="Rejected").click()
    expect(rows(page)).to_contain_text(["Zeta"])
    page.get_by_label("Select Zeta").check()
    page.get_by_role("button", name="Forget", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    expect(page.get_by_text("FlexGet remembers no rejection.")).to_be_visible()


def test_who_may_only_look_is_offered_nothing_else(server: LiveServer, people: Any) -> None:
    page = people(server, "viewer").page
    page.goto("/pending/")
    expect(rows(page)).to_have_count(4)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)


def test_it_says_why_flexget_can_not_be_asked(server: LiveServer, people: Any) -> None:
    page = people(server, "viewer").page
    database = server.home.folder / "db-config.sqlite"
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        page.goto("/pending/")
        expect(page.get_by_role("alert")).to_contain_text("locked")
        other.execute("ROLLBACK")
    page.get_by_role("button", name="Try again").click()
    expect(rows(page)).to_have_count(4)


def test_it_reads_again_when_one_comes_back(server: LiveServer, people: Any) -> None:
    page = people(server, "viewer").page
    page.goto("/seen/?search=iota")
    expect(page.get_by_text("No entries match these filters.")).to_be_visible()
    expect(page.locator("#connection")).to_have_text("Live")
    with server.client() as client:
        client.post("/api/seen", json={"title": "Iota"}).raise_for_status()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(rows(page)).to_have_count(1)
