"""Accounts of Trakt: a code is shown, and the page notices when it was entered."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.live import LiveServer
from flexapi.testing.trakt import Trakt, serving


@pytest.fixture
def trakt(web_server: LiveServer) -> Iterator[type[Trakt]]:
    """FlexGet's Trakt, which waits for the code."""
    # FlexGet's tables are there after a run.
    web_server.run(tasks=["hello"])
    with serving() as url:
        (web_server.home.folder / "plugins" / "trakt.url").write_text(url)
        yield Trakt


def test_an_account_is_authorized_and_forgotten(
    web_server: LiveServer, people: Any, trakt: type[Trakt]
) -> None:
    page = people(web_server, "editor").page
    page.goto("/trakt/")
    accounts = page.locator("#accounts")
    expect(accounts).to_contain_text("FlexGet has access to no account.")
    page.get_by_label("Name in the config").fill("me & mine")
    page.get_by_role("button", name="Authorize").click()
    going_on = page.locator("#going-on")
    expect(going_on).to_contain_text("Enter the code 5055CC52 at https://trakt.example/activate")

    # In another window somebody enters the code.
    trakt.status = 200
    expect(going_on).to_have_text("FlexGet has access to me & mine.")
    expect(accounts.get_by_role("listitem")).to_contain_text("me & mine")

    page.get_by_role("button", name="Forget").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    expect(accounts).to_contain_text("FlexGet has access to no account.")


def test_who_may_not_change_it_only_looks(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "viewer").page
    page.goto("/")
    page.get_by_text("More").click()
    page.get_by_role("link", name="Trakt accounts").click()
    expect(page.get_by_role("heading", name="Trakt accounts")).to_be_visible()
    expect(page.locator("#count")).to_have_text("0 accounts")
    expect(page.get_by_role("button", name="Authorize")).to_have_count(0)
