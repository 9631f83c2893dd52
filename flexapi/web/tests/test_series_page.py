"""The shows that FlexGet knows, in the browser: what was taken, where one begins, and what it is to take once more."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.testing.shows import only_episodes

SHOWS = ("Sintel", "Cosmos", "Tears", "Spring")


def entries() -> list[dict[str, str]]:
    return [
        {"title": f"{show}.S01E0{number}.720p.HDTV-GRP", "url": f"http://localhost/{show}{number}"}
        for show in SHOWS
        for number in (1, 2)
    ]


@pytest.fixture(scope="module")
def server(web_server: LiveServer) -> Iterator[LiveServer]:
    """The pages' server, after a run that took two episodes of each show."""
    with web_server.client() as client:
        body = {"name": "shows", "config": {"mock": entries(), "series": list(SHOWS)}}
        client.post("/api/tasks", json=body).raise_for_status()
        web_server.run(tasks=["shows"])
        yield web_server
        client.delete("/api/tasks/shows").raise_for_status()


def test_a_release_is_taken_again(server: LiveServer, people: Any) -> None:
    person = people(server, "editor")
    page = person.page
    page.goto("/series/?search=sintel")
    row = page.locator("#rows tbody tr")
    expect(row).to_contain_text("S01E02")
    expect(row).to_contain_text("720p")
    row.get_by_role("link", name="Sintel").click()
    expect(page.get_by_role("heading", name="Sintel")).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("unknown")
    page.get_by_role("button", name="Releases of S01E02").click()
    page.get_by_role("button", name="Download Sintel.S01E02.720p.HDTV-GRP again").click()
    expect(page.get_by_role("dialog")).to_contain_text("its feed still has it")
    page.get_by_role("dialog").get_by_role("button", name="Download again").click()
    expect(page.locator("#facts")).to_contain_text("S01E01")
    taken = server.run(tasks=["shows"])
    assert taken["summary"]["accepted"] == 1
    # The page noticed the run by itself.
    expect(page.locator("#facts")).to_contain_text("S01E02")
    assert person.complaints == []


def test_when_the_next_episode_is_expected(server: LiveServer, people: Any) -> None:
    with server.client() as client:
        (spring,) = client.get("/api/series?search=spring").json()["items"]
    only_episodes(server.home, spring["id"], 16, 9, 2)
    person = people(server, "viewer")
    page = person.page
    page.goto("/series/?search=spring")
    day = page.locator("#rows tbody time").last
    expect(day).to_have_attribute("datetime", (date.today() + timedelta(days=5)).isoformat())
    page.get_by_role("link", name="Spring").click()
    expect(page.locator("#facts")).to_contain_text("around ")
    expect(page.locator("#facts")).to_contain_text("7 days usually lie between two")
    only_episodes(server.home, spring["id"], 26, 19, 12)
    page.reload()
    expect(page.locator("#facts")).to_contain_text("late: around ")
    assert person.complaints == []


def test_a_show_begins_later_and_has_another_name_on_a_phone(
    server: LiveServer, people: Any
) -> None:
    person = people(server, "editor", viewport=PHONE)
    page = person.page
    page.goto("/series/")
    page.get_by_role("button", name="Edit Cosmos").click()
    page.get_by_label("Begin at").fill("nonsense")
    page.get_by_label("Other names").fill("Kosmos\nThe Cosmos")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#show-begin-fault, dialog [role=alert]:visible").first).to_be_visible()
    page.get_by_label("Begin at").fill("S01E02")
    page.get_by_role("button", name="Save").click()
    row = page.locator("#rows tr").filter(has_text="Cosmos")
    expect(row.locator("[data-label='begins at']")).to_have_text("S01E02")
    page.get_by_role("link", name="Cosmos").click()
    expect(page.locator("#facts")).to_contain_text("Kosmos, The Cosmos")
    page.get_by_role("button", name="Begin at S01E01").click()
    expect(page.locator("#facts")).to_contain_text("Begins atS01E01")


def test_an_episode_and_a_show_are_forgotten(server: LiveServer, people: Any) -> None:
    page = people(server, "editor").page
    page.goto("/series/?search=tears")
    page.get_by_role("link", name="Tears").click()
    page.get_by_role("button", name="Forget S01E02").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Forget", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    page.wait_for_url("**/series/")
    expect(page.get_by_role("link", name="Cosmos")).to_be_visible()
    expect(page.get_by_role("link", name="Tears")).to_have_count(0)


def test_a_viewer_looks_and_a_show_that_is_gone_says_so(server: LiveServer, people: Any) -> None:
    page = people(server, "viewer").page
    page.goto("/series/")
    expect(page.get_by_role("link", name="Cosmos")).to_be_visible()
    for name in ("Edit", "Forget", "Add a show"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.goto("/series/9999/")
    expect(page.locator("#facts")).to_contain_text("FlexGet knows no show 9999.")
