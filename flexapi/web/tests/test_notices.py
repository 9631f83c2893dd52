"""What is wrong, on top of every page, while it is open."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.browser import DESKTOP, PHONE
from flexapi.testing.live import LiveServer

LOOK = "document.dispatchEvent(new Event('visibilitychange'))"


def test_a_task_that_becomes_invalid_is_said_and_can_be_read(
    web_server: LiveServer, people: Any
) -> None:
    config = web_server.home.config
    before = config.read_text()
    page = people(web_server, "viewer").page
    page.goto("/history/")
    expect(page.locator("#connection")).to_have_text("Live")
    try:
        config.write_text(before.replace("tasks:\n", "tasks:\n  typo: {no_such_plugin: yes}\n", 1))
        with web_server.client() as client:
            client.get("/api/server")
        page.wait_for_function(
            f"() => {{ {LOOK}; return document.querySelector('.banner-invalid') }}", polling=500
        )
        banner = page.locator(".banner-invalid")
        expect(banner).to_contain_text("FlexGet refuses to run typo.")
        banner.get_by_text("What is wrong").click()
        expect(banner).to_contain_text("no_such_plugin")
        what = banner.get_by_role("link", name="What to do")
        with page.context.expect_page() as opened:
            what.click(modifiers=["ControlOrMeta"])
        expect(opened.value.locator("#invalid")).to_be_attached()
        expect(opened.value).to_have_url(re.compile("/docs/troubleshooting/#invalid$"))
        opened.value.close()
    finally:
        web_server.write_config(before)
    page.wait_for_function(
        f"() => {{ {LOOK}; return !document.querySelector('.banner-invalid') }}", polling=500
    )


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_what_is_wrong_stands_in_the_page_and_its_script_moves_nothing(
    web_server: LiveServer, people: Any, viewport: Any
) -> None:
    web_server.run(tasks=["broken"])
    places = []
    for script in (False, True):
        person = people(web_server, "viewer", viewport=viewport, java_script_enabled=script)
        person.page.goto("/lists/")
        banner = person.page.locator(".banner-others")
        expect(banner).to_contain_text("Task broken failed")
        if script:
            # The script's own says more: since when.
            expect(banner.locator("time").first).to_be_attached()
        places.append(person.page.locator("h1").bounding_box())
    assert places[0] == places[1]
