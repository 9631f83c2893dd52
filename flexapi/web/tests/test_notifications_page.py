"""Channels are added, tried, edited and deleted on their page, which shows what the other side answered."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.live import LiveServer
from flexapi.testing.receivers import Receiver, http_receiver
from flexapi.web.tests.conftest import remove_all


@pytest.fixture(scope="module")
def server(web_server: LiveServer) -> LiveServer:
    """The pages' server, which may send to this machine."""
    web_server.stop()
    web_server.environment["FLEXAPI_NOTIFY_PRIVATE"] = "1"
    web_server.start()
    return web_server


@pytest.fixture(autouse=True)
def _no_channels(server: LiveServer) -> Iterator[None]:
    yield
    remove_all(server, "/api/notifications")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as receiver:
        yield receiver


def test_a_channel_s_life(server: LiveServer, people: Any, receiver: Receiver) -> None:
    page = people(server, "editor").page
    page.goto("/")
    page.get_by_text("More", exact=True).click()
    menu = page.get_by_role("group", name="Setup")
    menu.get_by_role("link", name="Notifications").click()
    expect(page.locator("#channels")).to_contain_text("Nobody is told of anything.")

    page.get_by_role("button", name="Add a channel").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("My program")
    dialog.get_by_label("Type").select_option("webhook")
    dialog.get_by_label("Address").fill("nowhere")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("Give a URL that begins with https://")
    dialog.get_by_label("Address").fill(receiver.url())
    dialog.get_by_role("group", name="Tell of").get_by_label("Something was taken").check()
    dialog.get_by_role("button", name="Save").click()
    channels = page.locator("#channels")
    expect(channels).to_contain_text("My program")
    expect(channels).to_contain_text("Everything; at once")

    receiver.answer = lambda heard: (503, b"not today")
    page.get_by_role("button", name="Send a test to My program").click()
    expect(page.locator("#toasts")).to_contain_text("not today")
    expect(channels).to_contain_text("given up")
    expect(page.locator("#deliveries")).to_contain_text("503 not today")
    receiver.answer = lambda heard: (200, b"thanks")
    page.get_by_role("button", name="Send a test to My program").click()
    expect(page.locator("#deliveries")).to_contain_text("200 thanks")

    server.run(tasks=["broken"])
    tests = 2
    heard = receiver.wait(tests + 1)[-1]
    event = json.loads(heard.body)["events"][0]
    assert event["title"] == "Task broken failed"
    page.reload()
    expect(page.locator("#deliveries")).to_contain_text("Task broken failed")
    expect(page.locator("#problems")).to_contain_text("Task broken failed")

    page.get_by_role("button", name="Edit My program").click()
    dialog.get_by_label("Name").fill("Renamed")
    dialog.get_by_label("Quiet from").fill("23:00")
    dialog.get_by_label("Quiet until").fill("07:00")
    dialog.get_by_role("group", name="Told in quiet hours").get_by_label("A disk").check()
    dialog.get_by_role("button", name="Save").click()
    expect(channels).to_contain_text("quiet from 23:00 to 07:00")
    page.get_by_role("button", name="Delete Renamed").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(channels).to_contain_text("Nobody is told of anything.")


def test_a_viewer_only_looks(server: LiveServer, people: Any) -> None:
    with server.client() as client:
        body = {"name": "Seen", "type": "webhook", "address": "https://hooks.example/secretpath"}
        client.post("/api/notifications", json=body).raise_for_status()
    page = people(server, "viewer").page
    page.goto("/notifications/")
    expect(page.locator("#channels")).to_contain_text("Seen")
    assert "secretpath" not in page.content()
    expect(page.get_by_role("button", name="Add a channel")).to_have_count(0)
    expect(page.get_by_role("button", name="Send a test")).to_have_count(0)
