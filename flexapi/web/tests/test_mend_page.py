"""A config that does not parse, mended in the editor that the banner leads to; and why it was changed, kept with it."""

from typing import Any

from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import broken_config

BROKEN = "tasks:\n  films:\n    mock: [\n  shows: {mock: []}\n"


def test_it_is_mended_where_the_banner_leads(web_server: LiveServer, people: Any) -> None:
    config = web_server.home.config
    person = people(web_server, "editor", viewport=PHONE)
    page = person.page
    with broken_config(web_server, BROKEN):
        page.goto("/tasks/")
        page.get_by_role("link", name="Mend it here").click()
        expect(page).to_have_url(web_server.url + "/config/#L5")
        editor = page.get_by_role("textbox", name="Config")
        expect(page.get_by_text("This is the file as it stands there")).to_be_visible()
        expect(editor).to_contain_text("films")
        page.locator("#editor").evaluate("editor => editor.jump(3)")
        editor.press("End")
        page.keyboard.press("Backspace")
        page.keyboard.type("[]")
        page.keyboard.press("ControlOrMeta+s")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Why?").fill("A bracket was open")
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_text("This is the file as it stands there")).to_have_count(0)
        expect(page.locator(".banner-broken")).to_have_count(0)
        assert config.read_text() == BROKEN.replace("[\n", "[]\n")
        with web_server.client() as client:
            latest, kept = client.get("/api/config_revisions?limit=2").json()["items"]
        assert latest["message"] == "A bracket was open"
        assert kept["problem"]
    assert person.complaints == []


def test_others_are_not_led_there(web_server: LiveServer, people: Any) -> None:
    with broken_config(web_server, BROKEN):
        page = people(web_server, "operator").page
        page.goto("/tasks/")
        expect(page.locator(".banner-broken")).to_contain_text("can't be read as YAML, line 5")
        expect(page.get_by_role("link", name="Mend it here")).to_have_count(0)
