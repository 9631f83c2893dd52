"""The page of a task: what it is, what its runs took and left, and what one does with it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import other_config, start
from flexapi.web.tests.test_accessibility import violations

TEXT = """\
templates:
  good: {quality: 720p+}
tasks:
  films:   # every night
    template: good
    mock:
      - {title: Task page cam, url: "http://task.page/1"}
      - {title: Task page cam extended, url: "http://task.page/2"}
    accept_all: yes
    misbehave: {lines: 40, seconds: 0.05}
  odd / one: {mock: [{title: Task page odd, url: "http://task.page/3"}], accept_all: yes}
  copied:
    # What is worth keeping.
    accept_all: yes
    mock: [{title: Task page copied, url: "http://task.page/4"}]
  bad: {regexp: 7}
  late: {mock: [{title: Task page late, url: "http://task.page/5"}], accept_all: yes, misbehave: raise}
schedules:
  - {tasks: [films, copied], interval: {hours: 2}}
"""


@pytest.fixture(scope="module")
def server(web_server: LiveServer) -> Iterator[LiveServer]:
    """A server with these tasks; the config of other tests comes back afterwards."""
    with other_config(web_server, TEXT):
        yield web_server


def test_what_a_run_left_and_one_that_ends_while_one_looks(server: LiveServer, people: Any) -> None:
    run = server.run(tasks=["films"])["id"]
    person = people(server, "operator")
    page = person.page
    page.goto("/tasks/films/")
    last = page.locator(".strip a").first
    expect(last).to_have_attribute("href", f"/executions/{run}/")
    expect(last).to_have_accessible_name(re.compile(rf"Execution {run}: complete, nothing taken, "))
    expect(page.locator("#why-title")).to_have_text("Why the last run took nothing")
    expect(page.locator(".reason")).to_have_count(1)
    expect(page.locator(".reason")).to_contain_text("2 ×")
    expect(page.locator(".reason")).to_contain_text("quality")
    expect(page.locator("#next")).to_contain_text("every 2 hours")
    expect(page.locator("#written")).to_contain_text("films:   # every night")
    page.get_by_text("As FlexGet runs it").click()
    expect(page.locator("#merged pre")).to_contain_text(
        re.compile(r"quality: .*# template good, config.yml:2")
    )
    assert violations(page) == []

    expect(page.locator("#connection")).to_have_text("Live")
    started = start(server, "films")
    expect(page.locator("#now")).to_contain_text(f"Execution {started}")
    expect(page.locator(".strip a").first).to_have_attribute("href", f"/executions/{started}/")
    expect(page.locator("#now li")).to_have_count(0)
    assert person.complaints == []


def test_an_operator_runs_it_on_a_phone(server: LiveServer, people: Any) -> None:
    person = people(server, "operator", viewport=PHONE, color_scheme="dark")
    page = person.page
    page.goto("/tasks/")
    page.get_by_role("link", name="odd / one", exact=True).click()
    expect(page.locator("h1")).to_have_text("odd / one")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete…")).to_have_count(0)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/executions/*/")
    expect(page.locator("#status")).to_have_text("complete")
    page.locator("#asked").get_by_role("link", name="odd / one").click()
    expect(page.locator(".strip a").first).to_contain_text("+1")
    expect(page.locator("#taken")).to_contain_text("Task page odd")
    expect(page.locator("#reasons")).to_contain_text("It took all that came in.")
    assert person.complaints == []


def test_an_editor_disables_duplicates_tries_and_deletes_it(
    server: LiveServer, people: Any
) -> None:
    person = people(server, "editor")
    page = person.page
    page.goto("/tasks/copied/")
    page.get_by_role("button", name="Disable").click()
    expect(page.locator("#off")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_have_count(0)
    expect(page.locator("#next")).to_contain_text("the task is disabled")
    page.get_by_role("button", name="Enable").click()
    expect(page.locator("#off")).to_be_hidden()

    page.get_by_role("button", name="Duplicate…").click()
    page.get_by_label("Name of the copy").fill("films")
    page.get_by_role("dialog").get_by_role("button", name="Duplicate").click()
    expect(page.get_by_role("dialog").locator(".error")).to_contain_text("already")
    page.get_by_label("Name of the copy").fill("another: one")
    page.get_by_role("dialog").get_by_role("button", name="Duplicate").click()
    page.wait_for_url("**/tasks/another%3A%20one/edit/")
    text = server.home.config.read_text()
    assert '  "_another: one":\n    # What is worth keeping.\n' in text

    page.goto("/tasks/copied/")
    page.get_by_role("button", name="Try it").click()
    page.wait_for_url("**/executions/*/")
    expect(page.locator("#kind")).to_have_text("trial")
    page.goto("/tasks/copied/")
    page.get_by_role("button", name="Delete…").click()
    expect(page.get_by_role("dialog")).to_contain_text("The schedules that name it")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/tasks/")
    expect(page.get_by_role("link", name="films", exact=True)).to_be_visible()
    assert "copied:" not in server.home.config.read_text()
    # The editor, left at once, may be told that FlexGet is busy.
    assert [text for text in person.complaints if "/api/config/check" not in text] == []


def test_one_that_flexget_refuses_says_what_to_do(server: LiveServer, people: Any) -> None:
    page = people(server, "editor").page
    page.goto("/tasks/bad/")
    expect(page.locator("#trouble")).to_contain_text("FlexGet refuses to run this")
    page.get_by_role("link", name="Mend it").click()
    page.wait_for_url("**/tasks/bad/edit/")


def test_what_it_shares_with_others_is_mended_in_the_config(
    web_server: LiveServer, people: Any
) -> None:
    text = "templates:\n  odd: {regexp: 7}\ntasks:\n  both: {template: odd, mock: []}\n"
    with other_config(web_server, text):
        page = people(web_server, "editor").page
        page.goto("/tasks/both/")
        expect(page.locator("#trouble")).to_contain_text("templates.odd")
        page.get_by_role("link", name="Mend it").click()
        page.wait_for_url("**/config/")
        expect(page.get_by_text("Line 2").first).to_be_visible()


def test_there_is_none(server: LiveServer, people: Any) -> None:
    answer = people(server, "viewer").page.goto("/tasks/nothing/")
    assert answer.status == 404


def test_what_a_failed_run_accepted_was_not_taken(server: LiveServer, people: Any) -> None:
    run = server.run(tasks=["late"])
    assert run["summary"]["accepted"] == 1
    page = people(server, "viewer").page
    page.goto("/tasks/late/")
    expect(page.locator(".strip-foot")).to_contain_text("0 runs of 1 took something, 1 failed.")
