"""Schedules made, changed, paused and run in the browser, without a word of YAML."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import other_config
from flexapi.web.tests.test_accessibility import violations

TEXT = """\
tasks:
  films: {mock: [{title: one, url: "http://localhost/1"}]}
  shows: {mock: [{title: two, url: "http://localhost/2"}]}
schedules:
  # Before breakfast.
  - {tasks: films, schedule: {hour: 4, minute: 0}}
"""


@pytest.fixture
def scheduled(web_server: LiveServer) -> Iterator[LiveServer]:
    """A server with one schedule; the config of other tests comes back afterwards."""
    with other_config(web_server, TEXT):
        yield web_server


def row(page: Page, name: str) -> Any:
    return page.locator("#schedules tbody tr").filter(has_text=name)


def test_an_editor_makes_changes_pauses_and_deletes_one(scheduled: LiveServer, people: Any) -> None:
    person = people(scheduled, "editor")
    page = person.page
    page.goto("/schedules/")
    expect(row(page, "films")).to_contain_text("every day at 04:00")
    expect(page.locator("#coming .named")).to_have_count(1)
    page.get_by_role("button", name="Add a schedule").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert").filter(has_text="Choose")).to_be_visible()
    dialog.get_by_label("shows").check()
    dialog.get_by_label("How many").fill("2")
    assert violations(page) == []
    dialog.get_by_role("button", name="Add").click()
    expect(row(page, "shows")).to_contain_text("every 2 hours")
    expect(page.locator("#coming li").filter(has_text="shows").locator(".mark")).to_have_count(24)

    page.get_by_role("button", name="Change the schedule of shows").click()
    page.get_by_label("When it runs").select_option("week")
    dialog.get_by_label("Sunday").check()
    dialog.get_by_label("Time of day").fill("20:30")
    dialog.get_by_role("button", name="Save").click()
    expect(row(page, "shows")).to_contain_text("on Sunday at 20:30")
    text = scheduled.home.config.read_text()
    assert "# Before breakfast." in text
    assert re.search(r"day_of_week: sun", text)

    page.get_by_role("button", name="Pause films").click()
    expect(row(page, "films")).to_contain_text("paused")
    expect(page.get_by_role("button", name="Go on with films")).to_be_focused()
    page.get_by_role("button", name="Go on with films").click()
    expect(row(page, "films")).not_to_contain_text("paused")

    page.get_by_role("button", name="Delete the schedule of shows").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row(page, "shows")).to_have_count(0)
    assert "shows" not in scheduled.home.config.read_text().split("schedules:")[1]
    assert person.complaints == []


def test_an_operator_runs_one_and_sees_its_end_on_a_phone(
    scheduled: LiveServer, people: Any
) -> None:
    person = people(scheduled, "operator", viewport=PHONE, color_scheme="dark")
    page = person.page
    page.goto("/schedules/")
    expect(row(page, "films")).to_contain_text("not yet")
    expect(page.get_by_role("button", name="Pause films")).to_have_count(0)
    page.get_by_role("button", name="Run films now").click()
    expect(row(page, "films").locator(".status.complete")).to_be_visible()
    row(page, "films").locator(".status.complete").click()
    page.wait_for_url("**/executions/*/")
    page.get_by_role("link", name="a schedule").click()
    page.wait_for_url("**/schedules/#schedule-*")
    expect(row(page, "films")).to_have_class("marked")
    assert person.complaints == []


def test_the_days_stay_on_their_line_in_the_small_hours(scheduled: LiveServer, people: Any) -> None:
    # Where it is three o'clock now, the second midnight is nearly at the end of the 48 hours.
    ahead = (3 - datetime.now(UTC).hour + 12) % 24 - 12
    page = people(scheduled, "viewer", viewport=PHONE, timezone_id=f"Etc/GMT{-ahead:+d}").page
    page.goto("/schedules/")
    line = page.locator("#coming .hours")
    expect(line.locator("span").first).to_be_visible()
    end = "element => element.getBoundingClientRect().right"
    ends = line.locator("span").evaluate_all(f"days => days.map({end})")
    assert max(ends) <= line.evaluate(end)


def test_what_others_change_is_told(scheduled: LiveServer, people: Any) -> None:
    page = people(scheduled, "viewer").page
    page.goto("/schedules/")
    expect(page.get_by_role("button", name="Add a schedule")).to_have_count(0)
    with scheduled.client() as client:
        body = {"tasks": ["no such task"], "interval": {"hours": 1}}
        client.post("/api/schedules", json=body).raise_for_status()
    page.reload()
    expect(row(page, "no such task")).to_contain_text("isn't a task")
