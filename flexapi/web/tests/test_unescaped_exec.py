"""Commands that a title can change are warned of where people look: the tasks page and the dashboard."""

from typing import Any

from playwright.sync_api import expect

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer


def test_the_pages_warn_of_a_command_that_a_title_can_change(
    web_server: LiveServer, people: Any
) -> None:
    page = people(web_server, "viewer").page
    page.goto("/tasks/")
    expect(page.locator("tr.task").first).to_be_visible()
    assert page.locator(".warning").count() == 0
    risky = accepting("one", exec="echo {{title}}")
    with web_server.client() as client:
        client.post("/api/tasks", json={"name": "risky", "config": risky}).raise_for_status()
        try:
            page.goto("/tasks/")
            row = page.locator("tr.task", has_text="risky")
            expect(row.locator(".warning")).to_contain_text("puts `title` into a shell")
            assert page.locator(".warning").count() == 1
            page.goto("/")
            expect(page.locator("#state")).to_contain_text("1 command can be changed")
            expect(page.locator("#state")).to_contain_text("tasks.risky.exec")
        finally:
            client.delete("/api/tasks/risky").raise_for_status()
