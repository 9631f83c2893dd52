"""The page of hooks: one is made from a ready mapping, tried, called, looked at and repeated."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import remove_all


@pytest.fixture(autouse=True)
def _no_hooks(web_server: LiveServer) -> Iterator[None]:
    yield
    remove_all(web_server, "/api/hooks")


def test_a_hook_s_life(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "editor")
    page = person.page
    page.goto("/")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Webhooks in").click()
    expect(page.locator("#hooks")).to_contain_text("No program has a door here yet.")

    page.get_by_role("button", name="Add a hook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("For", exact=True).select_option("sonarr_grab")
    expect(dialog.get_by_label("Title")).to_have_value("$.release.releaseTitle")
    dialog.get_by_text("Try it on a body").click()
    dialog.get_by_role("button", name="Try, without").click()
    expect(dialog).to_contain_text("1 entry would come of it.")
    dialog.get_by_label("Body", exact=True).select_option("Test")
    dialog.get_by_role("button", name="Try, without").click()
    expect(dialog).to_contain_text('Nothing would come of it. `$.eventType` is "Test".')
    dialog.get_by_label("JSON").fill("{")
    dialog.get_by_role("button", name="Try, without").click()
    expect(dialog).to_contain_text("The body isn't JSON")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("Which task gets the entries?")
    dialog.get_by_label("More fields").fill("no colon")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text('Write "no colon" as a name, a colon and a path')
    dialog.get_by_label("More fields").fill("tvdb_id: $.series.tvdbId")
    dialog.get_by_label("Task", exact=True).fill("hello")
    dialog.get_by_label("Name", exact=True).fill("sonarr")
    dialog.get_by_role("button", name="Save").click()

    expect(dialog).to_contain_text("Set this in the sender")
    address, secret = dialog.locator("code").all_text_contents()
    assert address == f"{web_server.url}/api/hooks/sonarr"
    expect(dialog).to_contain_text(f"The URL is {address}, the method POST")
    dialog.get_by_role("button", name="Done").click()
    expect(page.locator("#hooks")).to_contain_text("Entries of hello")
    expect(dialog).to_be_hidden()
    assert secret not in page.content()

    # Sonarr knows a user name and a password.
    body = {"eventType": "Grab", "release": {"releaseTitle": "Sintel 2010 720p hooked"}}
    answer = httpx.post(address, json=body, auth=("anybody", secret), timeout=60)
    assert answer.status_code == 201, answer.text
    page.reload()
    expect(page.locator("#calls")).to_contain_text("1 entry")
    page.get_by_role("button", name="Look at call").click()
    expect(dialog).to_contain_text("Sintel 2010 720p hooked")
    dialog.get_by_text("Headers").click()
    expect(dialog).to_contain_text("Authorization: ********")
    dialog.get_by_role("button", name="Try with the mapping").click()
    dialog.get_by_role("button", name="Try, without").click()
    expect(dialog).to_contain_text("1 entry would come of it.")
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Look at call").click()
    dialog.get_by_role("button", name="Repeat").click()
    page.wait_for_url("**/executions/*/")
    expect(page.locator("h1")).to_contain_text("Execution")

    page.goto("/hooks/?hook=sonarr")
    expect(page.locator("#calls")).to_contain_text("repeats call")
    page.get_by_role("button", name="Another secret for sonarr").click()
    dialog.get_by_role("button", name="Give it another").click()
    expect(dialog.locator("code").nth(1)).not_to_have_text(secret)
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Delete sonarr").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator("#hooks")).to_contain_text("No program has a door here yet.")
    assert [text for text in person.complaints if "400" not in text] == []


def test_a_viewer_only_looks(web_server: LiveServer, people: Any) -> None:
    with web_server.client() as client:
        hook = {"name": "seen", "task": "hello", "title": "$.title"}
        secret = client.post("/api/hooks", json=hook).json()["object"]["secret"]
        body = {"title": "x", "api_key": "hunter2-hunter2"}
        headers = {"X-Api-Key": secret}
        httpx.post(f"{web_server.url}/api/hooks/seen", json=body, headers=headers, timeout=60)
    page = people(web_server, "viewer").page
    page.goto("/hooks/")
    expect(page.locator("#hooks")).to_contain_text("seen")
    page.get_by_role("button", name="Look at call").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("********")
    assert "hunter2" not in page.content()
    assert secret not in page.content()
    expect(dialog.get_by_role("button", name="Repeat")).to_have_count(0)
    dialog.get_by_role("button", name="Done").click()
    for name in ("Add a hook", "Edit seen", "Another secret for seen", "Delete seen"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
