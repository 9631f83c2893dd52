"""The log of all runs in the browser: searched, filtered, followed, and left for the run."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import start


def rows(page: Page) -> Any:
    return page.locator("#lines tbody tr")


def test_words_are_found_marked_and_lead_to_their_run(web_server: LiveServer, people: Any) -> None:
    run = web_server.run(tasks=["hello"])["id"]
    person = people(web_server, "viewer")
    page = person.page
    page.goto("/log/")
    expect(rows(page).first).to_be_visible()
    page.get_by_label("Words to find").fill("sintel cam")
    page.wait_for_url("**/log/?search=sintel+cam")
    line = rows(page).filter(has_text="REJECTED").first
    expect(line.locator("mark")).to_have_text(["Sintel", "cam", "cam"])
    page.get_by_label("Level").select_option("error")
    expect(page.get_by_text("No lines match these filters.")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    page.get_by_role("combobox", name="Task").select_option("hello")
    expect(page).to_have_url(re.compile(r"\?task=hello$"))
    page.reload()
    expect(page.get_by_role("combobox", name="Task")).to_have_value("hello")
    rows(page).first.get_by_role("link", name=f"#{run}").click()
    page.wait_for_url(re.compile(rf"/executions/{run}/#L\d+$"))
    expect(page.locator("#log .marked")).to_have_count(1)
    assert person.complaints == []


def test_new_lines_come_by_themselves_unless_told_otherwise_on_a_phone(
    web_server: LiveServer, people: Any
) -> None:
    person = people(web_server, "viewer", viewport=PHONE)
    page = person.page
    page.goto("/log/")
    expect(page.locator("#connection")).to_have_text("Live")
    run = start(web_server, "hello")
    expect(rows(page).first).to_contain_text(f"#{run}")
    numbers = rows(page).evaluate_all("(rows) => rows.map((row) => row.dataset.line)")
    assert len(numbers) == len(set(numbers))
    assert numbers == sorted(numbers, key=lambda line: [*map(int, line.split("-"))], reverse=True)

    page.get_by_role("button", name="Follow").click()
    kept = start(web_server, "hello")
    with web_server.client() as client:
        client.get(f"/api/execution/{kept}/log").raise_for_status()  # To its end.
    page.get_by_role("button", name="Follow").click()
    expect(rows(page).first).to_contain_text(f"#{kept}")
    assert person.complaints == []


def test_older_lines_come_on_demand(web_server: LiveServer, people: Any) -> None:
    web_server.run(tasks=["lines"])
    page = people(web_server, "viewer").page
    page.goto("/log/")
    expect(rows(page)).to_have_count(100)
    page.get_by_role("button", name="Show older lines").click()
    expect(rows(page)).to_have_count(200)
    expect(rows(page).nth(100).get_by_role("link")).to_be_focused()
