"""FlexGet's variables in the browser: read by all, changed and seen by editors."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer


@pytest.fixture(scope="module")
def server(web_server: LiveServer) -> Iterator[LiveServer]:
    """The pages' server, whose config takes its variables from FlexGet's database."""
    with web_server.client() as client:
        body = {"name": "variables", "config": True}
        client.post("/api/config", json=body).raise_for_status()
        yield web_server
        client.delete("/api/config/variables").raise_for_status()


@pytest.mark.parametrize("size", [{}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_one_is_added_changed_and_deleted(server: LiveServer, people: Any, size: Any) -> None:
    person = people(server, "editor", **size)
    page = person.page
    page.goto("/variables/")
    expect(page.get_by_text("FlexGet's database holds no variable.")).to_be_visible()
    page.get_by_role("button", name="Add a variable").click()
    page.get_by_label("Name").fill("tracker_key")
    page.get_by_label("Value").fill("secret stuff")
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    row = page.locator("#rows tbody tr")
    expect(row).to_contain_text(["secret stuff"])

    reader = people(server, "viewer").page
    reader.goto("/variables/")
    expect(reader.locator("#rows tbody tr")).to_contain_text(["********"])
    expect(reader.get_by_role("button", name="Edit")).to_have_count(0)
    assert "secret stuff" not in reader.content()

    page.get_by_role("button", name="Edit tracker_key").click()
    page.get_by_label("Kind").select_option("json")
    page.get_by_label("Value").fill("[1,")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#variable-value-fault")).to_contain_text("This is not JSON")
    page.get_by_label("Value").fill("[1, 2]")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text(["[1,2]"])
    page.get_by_role("button", name="Delete tracker_key").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("FlexGet's database holds no variable.")).to_be_visible()
    assert person.complaints == []
