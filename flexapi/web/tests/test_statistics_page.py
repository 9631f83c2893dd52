"""Statistics in the browser: the days as bars and as a table, the choice of what is counted, and new runs."""

import re
from typing import Any

from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import start
from flexapi.web.tests.test_accessibility import violations


def test_the_days_are_read_by_pointer_keys_and_table(web_server: LiveServer, people: Any) -> None:
    web_server.run(tasks=["hello"])
    web_server.run(tasks=["broken"])
    person = people(web_server, "viewer")
    page = person.page
    page.goto("/statistics/")
    chart = page.get_by_role("img", name="Runs a day")
    expect(chart).to_be_visible()
    said = page.locator(".chart .said").first
    expect(said).to_contain_text("complete")
    expect(said).to_contain_text("failed")
    chart.focus()
    page.keyboard.press("Home")
    expect(said).to_contain_text("nothing")
    page.keyboard.press("End")
    expect(said).to_contain_text("complete")
    page.get_by_text("As a table").first.click()
    rows = page.get_by_role("region", name="Runs a day").locator("tbody tr")
    expect(rows).to_have_count(30)
    expect(rows.first.get_by_role("cell").nth(2)).not_to_have_text("0")
    expect(rows.first.get_by_role("cell").last).to_have_text(re.compile(r"^\d+\.\d s$"))
    by_task = page.locator("tr", has=page.get_by_role("link", name="hello"))
    for column in (3, 4):
        expect(by_task.get_by_role("cell").nth(column)).to_have_text(re.compile(r"\d+\.\d s"))
    assert violations(page) == []

    page.get_by_role("combobox", name="Of").select_option("7")
    expect(page).to_have_url(f"{web_server.url}/statistics/?days=7")
    expect(page.get_by_role("img", name="in 7 days")).to_have_count(2)
    page.get_by_role("combobox", name="Task").select_option("broken")
    expect(page.get_by_role("heading", name="By task: 1 task")).to_be_visible()
    page.get_by_role("link", name="broken").click()
    page.wait_for_url("**/executions/?task=broken")
    assert person.complaints == []


def test_a_run_that_ends_is_counted_on_a_phone(web_server: LiveServer, people: Any) -> None:
    web_server.run(tasks=["_resting"])
    person = people(web_server, "viewer", viewport=PHONE, color_scheme="dark")
    page = person.page
    page.goto("/statistics/?task=_resting")
    runs = page.get_by_role("cell").filter(has=page.get_by_text("_resting"))
    expect(runs).to_be_visible()
    counted = page.locator("tbody tr").filter(has_text="_resting").get_by_role("cell").nth(1)
    before = int(counted.inner_text())
    start(web_server, "_resting")
    expect(counted).to_have_text(str(before + 1))
    assert person.complaints == []
