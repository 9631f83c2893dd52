"""The page of the server itself: what is wrong, what is at work, and what a superuser does about it."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.test_accessibility import violations

BAD_PLUGIN = "raise ImportError('a package is missing')\n"


def card(page: Page, title: str) -> Any:
    return page.get_by_role("region", name=title, exact=True)


def test_a_superuser_sees_all_and_takes_a_backup(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "admin")
    page = person.page
    page.goto("/system/")
    expect(card(page, "Server")).to_contain_text(str(web_server.home.config))
    expect(card(page, "FlexGet")).to_contain_text("ready")
    expect(card(page, "Storage")).to_contain_text(re.compile(r"[kMG]B of .*B free.*SQLite"))
    expect(card(page, "Workers").locator("tbody tr")).not_to_have_count(0)
    expect(card(page, "Background loops")).to_contain_text("visits")
    expect(card(page, "Recent logins")).to_contain_text("admin")
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download a backup").click()
    assert re.fullmatch(r"flexapi-\d+-\d+\.tar\.gz", download.value.suggested_filename)
    assert person.complaints == []


def test_what_changes_is_shown_and_a_reload_takes_it_in(
    web_server: LiveServer, people: Any
) -> None:
    page = people(web_server, "admin").page
    page.goto("/system/")
    expect(card(page, "FlexGet")).to_contain_text("ready")
    bad = web_server.home.folder / "plugins" / "bad.py"
    bad.write_text(BAD_PLUGIN)
    try:
        page.get_by_role("button", name="Reload FlexGet").click()
        expect(card(page, "FlexGet")).to_contain_text("a package is missing")
    finally:
        bad.unlink()
    page.get_by_role("button", name="Reload FlexGet").click()
    expect(card(page, "FlexGet")).not_to_contain_text("a package is missing")


def test_a_viewer_on_a_phone_reads_and_changes_nothing(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "viewer", viewport=PHONE, color_scheme="dark")
    page = person.page
    page.goto("/system/")
    expect(card(page, "What is wrong")).to_be_visible()
    expect(card(page, "Storage")).to_contain_text("free")
    expect(card(page, "Recent logins")).to_have_count(0)
    expect(page.get_by_role("button", name="Reload FlexGet")).to_have_count(0)
    expect(page.get_by_role("link", name="Download a backup")).to_have_count(0)
    assert person.complaints == []
