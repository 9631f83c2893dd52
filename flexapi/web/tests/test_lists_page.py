"""FlexGet's lists in the browser: made, filled, approved, deleted."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer


def make(page: Page, name: str, kind: str) -> None:
    page.goto("/lists/")
    page.get_by_role("button", name="Add a list").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Kind").select_option(kind)
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


@pytest.mark.parametrize("size", [{}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_a_movie_is_added_and_removed(web_server: LiveServer, people: Any, size: Any) -> None:
    person = people(web_server, "editor", **size)
    page = person.page
    make(page, "films", "movie_list")
    expect(page.get_by_text("The list is empty.")).to_be_visible()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Title").fill("Fight Club")
    page.get_by_label("Year").fill("1999")
    page.get_by_label("IMDb id").fill("tt0137523")
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    expect(page.locator("#rows tbody tr")).to_contain_text(["imdb_id tt0137523"])
    # Somebody else changes it while it is being edited: nothing of theirs is lost.
    page.get_by_role("button", name="Edit Fight Club").click()
    identifiers = page.get_by_label("Identifiers")
    expect(identifiers).to_have_value("imdb_id tt0137523")
    with web_server.client() as client:
        (films,) = client.get("/api/movie_list?name=films").json()["items"]
        movies = f"/api/movie_list/{films['id']}/movies"
        (movie,) = client.get(movies).json()["items"]
        client.patch(f"{movies}/{movie['id']}", json={"year": 1998}).raise_for_status()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("It was changed meanwhile.")
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Edit Fight Club").click()
    expect(dialog.get_by_label("Year")).to_have_value("1998")
    dialog.get_by_label("Year").fill("1999")
    identifiers.fill("imdb_id")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("“imdb_id” has no value.")
    identifiers.fill("imdb_id tt0137523\ntmdb_id 550")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#rows tbody tr")).to_contain_text(["imdb_id tt0137523, tmdb_id 550"])
    expect(page.locator("#rows tbody tr")).to_contain_text(["1999"])
    page.get_by_role("button", name="Remove Fight Club").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The list is empty.")).to_be_visible()
    page.get_by_role("link", name="Lists", exact=True).first.click()
    page.get_by_role("button", name="Delete films").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("FlexGet keeps no list.")).to_be_visible()
    assert [text for text in person.complaints if "status of 412" not in text] == []


def test_an_operator_approves_what_an_editor_added(web_server: LiveServer, people: Any) -> None:
    page = people(web_server, "editor").page
    make(page, "proposed", "pending_list")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Title").fill("Sintel")
    page.get_by_label("URL").fill("http://localhost/sintel")
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    expect(page.locator("#rows .status")).to_have_text("waiting")
    page.get_by_role("button", name="Edit Sintel").click()
    others = page.get_by_label("Other fields")
    others.fill("{quality: 1080p}")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("This is no JSON")
    others.fill('{"quality": "1080p"}')
    dialog.get_by_label("Title").fill("Sintel 2010")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#rows tbody tr")).to_contain_text(["Sintel 2010"])
    page.get_by_role("button", name="Details of Sintel 2010").click()
    expect(page.get_by_role("dialog")).to_contain_text("1080p")
    page.get_by_role("button", name="Done").click()

    operator = people(web_server, "operator").page
    operator.goto(page.url)
    expect(operator.get_by_role("button", name="Remove")).to_have_count(0)
    expect(operator.get_by_role("button", name="Edit")).to_have_count(0)
    operator.get_by_label("Select all on this page").check()
    operator.get_by_role("button", name="Approve", exact=True).click()
    expect(operator.locator("#rows .status")).to_have_text("approved")
    page.reload()
    expect(page.locator("#rows .status")).to_have_text("approved")
    page.goto("/lists/")
    expect(page.locator("#rows tbody tr")).to_contain_text(["entries to approve"])
    page.get_by_role("button", name="Delete proposed").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("FlexGet keeps no list.")).to_be_visible()
    page.goto("/lists/entry_list/999/")
    expect(page.get_by_role("alert").first).to_be_visible()
