"""The config's page as that of whole files: tabs for the files that the config names, and revisions."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import other_config
from flexapi.web.tests.test_accessibility import violations

TEXT = """\
variables: words.yml
tasks:
  films:
    mock: [{title: one, url: "http://localhost/1"}]
    include: common.yml
schedules: no
"""


@pytest.fixture
def files(web_server: LiveServer) -> Any:
    """The folder of a config that names two files; the tasks of other tests come back afterwards."""
    folder = web_server.home.config.parent
    (folder / "common.yml").write_text("# For all.\naccept_all: yes\n")
    (folder / "words.yml").write_text("wanted: 720p\n")
    with other_config(web_server, TEXT):
        yield folder


def checked(page: Any) -> Any:
    expect(page.locator("#problems .state")).to_have_text(
        re.compile("nothing against it|to look at")
    )


def save(page: Any, message: str = "") -> None:
    page.keyboard.press("ControlOrMeta+s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why?").fill(message)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()


def type_at_end(page: Any, line: int, text: str) -> None:
    page.locator("#editor").evaluate("(editor, line) => editor.jump(line)", line)
    page.keyboard.press("End")
    page.keyboard.type(text)


def test_a_file_beside_the_config_has_its_own_save_and_revisions(
    web_server: LiveServer, people: Any, files: Path
) -> None:
    person = people(web_server, "editor", viewport=PHONE, color_scheme="dark")
    page = person.page
    page.goto("/config/")
    page.get_by_role("navigation", name="Files").get_by_role("link", name="common.yml").click()
    page.wait_for_url("**/config/files/*/")
    checked(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    type_at_end(page, 2, "\nacept: 1")
    expect(page.locator("#problems").get_by_role("button")).to_contain_text("Line 3")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Backspace")
    page.keyboard.type("quality: 720p+")
    page.keyboard.press("Escape")
    save(page, "no more cams")
    expect(page.get_by_role("button", name="Save…")).to_be_disabled()
    mended = "# For all.\naccept_all: yes\nquality: 720p+\n"
    assert (files / "common.yml").read_text().rstrip() == mended.rstrip()
    assert (files / "config.yml").read_text() == TEXT

    page.get_by_role("button", name="Revisions…").click()
    dialog = page.get_by_role("dialog")
    newest = dialog.get_by_role("listitem").first
    expect(newest).to_contain_text("editor, over the API")
    expect(newest).to_contain_text("no more cams")
    newest.get_by_role("button", name="Changes").click()
    expect(dialog.locator(".added", has_text="+quality: 720p+")).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name="Restore…").first.click()
    page.keyboard.press("Escape")
    assert "quality" in (files / "common.yml").read_text()
    dialog.get_by_role("button", name="Restore…").first.click()
    with page.expect_navigation():
        page.get_by_role("button", name="Restore", exact=True).click()
    expect(page.get_by_role("textbox", name="common.yml")).not_to_contain_text("quality")
    assert (files / "common.yml").read_text() == "# For all.\naccept_all: yes\n"
    assert person.complaints == []


def test_viewers_are_led_nowhere_they_may_not_go(
    web_server: LiveServer, people: Any, files: Path
) -> None:
    page = people(web_server, "viewer").page
    page.goto("/config/")
    tabs = page.get_by_role("navigation", name="Files")
    expect(tabs.get_by_role("link")).to_have_text(["Config", "common.yml"])
    page.get_by_role("button", name="Revisions…").click()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()
    expect(page.get_by_role("button", name="Restore…")).to_be_hidden()
    with web_server.client() as client:
        items = client.get("/api/config_files").json()["items"]
    secret = next(item["id"] for item in items if item["path"] == "words.yml")
    assert page.goto(f"/config/files/{secret}/").status == 403
    assert page.goto("/config/files/99999/").status == 404
