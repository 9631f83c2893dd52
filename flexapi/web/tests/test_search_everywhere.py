"""Searching from every page, and keys that lead elsewhere."""

import re
from typing import Any

from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import start
from flexapi.web.tests.test_accessibility import violations


def test_a_task_is_found_and_opened_with_keys_alone(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "editor")
    page = person.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/schedules/")
    expect(page.locator("#connection")).to_have_text("Live")
    assert not [url for url in asked if re.search(r"search_dialog|palette|/api/search", url)]
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search everywhere")
    expect(box).to_be_focused()
    expect(page.get_by_role("option", name="Dashboard")).to_have_attribute("aria-selected", "true")
    box.press_sequentially("hello")
    tasks = page.get_by_role("group", name="Tasks")
    expect(tasks.get_by_role("option", name="hello")).to_be_visible()
    # One question for five letters.
    assert len([url for url in asked if "/api/search" in url]) == 1
    assert violations(page) == []
    while box.get_attribute("aria-activedescendant") != tasks.get_by_role(
        "option", name="hello"
    ).get_attribute("id"):
        box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/tasks/hello/")
    assert person.complaints == []


def test_the_button_of_a_phone_finds_runs_and_says_where_nothing_is(
    web_server: LiveServer, people: Any
) -> None:
    number = start(web_server, "hello")
    person = people(web_server, "viewer", viewport=PHONE, color_scheme="dark")
    page = person.front()
    page.get_by_role("button", name="Search", exact=True).click()
    box = page.get_by_role("combobox", name="Search everywhere")
    box.fill("there is no such thing")
    expect(page.get_by_role("status").filter(has_text="0 found")).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill(str(number))
    page.get_by_role("group", name="Runs").get_by_role("option", name=f"#{number}").click()
    page.wait_for_url(f"**/executions/{number}/")
    assert person.complaints == []


def test_keys_lead_to_pages_but_not_while_one_writes_or_wants_none(
    web_server: LiveServer, people: Any
) -> None:
    person = people(web_server, "admin")
    page = person.front()
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/tasks/")
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/movie_queue/")
    page.get_by_label("Find a movie").press_sequentially("gt/?")
    expect(page.get_by_label("Find a movie")).to_have_value("gt/?")
    expect(page.get_by_role("dialog")).to_have_count(0)

    # The editor's own text stands in a shadow root.
    page.goto("/tasks/hello/edit/")
    editor = page.get_by_role("textbox", name="hello")
    editor.click()
    page.keyboard.type("# a/b?")
    expect(editor).to_contain_text("# a/b?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.on("dialog", lambda dialog: dialog.accept())

    page.goto("/admin/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Executions")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.goto("/account/")
    page.get_by_label("Keys of one letter").select_option("off")
    page.locator("h1").click()
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search everywhere")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(1)
    assert person.complaints == []
