"""What is wrong, on top of every page, while it is open."""

import re
from typing import Any

from playwright.sync_api import expect

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
