"""A task edited in the admin, by somebody with a browser: the file on disk, and what is refused."""

from typing import Any

from playwright.sync_api import expect

from flexapi.testing.live import LiveServer

EDITED = """\
# Edited in the browser.
_resting:
  mock:   # made up
    - {title: another, url: "http://localhost/another"}
  accept_all: yes
"""


def editor_of(person: Any, task: str) -> Any:
    """Open a task's page in the admin, and return the page once its YAML editor is there."""
    person.page.goto("/admin/tasks/task/")
    person.page.get_by_role("link", name=task, exact=True).click()
    expect(person.page.locator(".cm-content")).to_be_visible()
    return person.page


def type_yaml(page: Any, text: str) -> None:
    """Replace what stands in the editor, as with a paste."""
    # Not the plain field of the same name, which is there until the editor takes its place.
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def test_a_task_is_edited_and_refused_in_its_editor(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "admin")
    page = editor_of(person, "resting")
    expect(page.locator(".cm-line span").first).to_be_visible()  # It is highlighted.
    type_yaml(page, EDITED)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("resting")
    written = web_server.home.config.read_text()
    assert "  # Edited in the browser.\n  _resting:\n    mock:   # made up\n" in written

    page = editor_of(person, "resting")
    type_yaml(page, "_resting:\n  no_such_plugin: 1\n")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errorlist")).to_contain_text("no_such_plugin")
    # What was typed is still there to be mended, and the file is as it was.
    expect(page.get_by_role("textbox", name="YAML")).to_contain_text("no_such_plugin")
    assert web_server.home.config.read_text() == written

    type_yaml(page, "_resting: [\n")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errorlist")).to_contain_text("line")
    assert web_server.home.config.read_text() == written
    assert person.complaints == []
    assert person.foreign == []
