"""A browser becomes a channel on the page of notifications, is told through its service worker, and stops."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.live import LiveServer

# What a push service would give: a browser without one, as here, can't subscribe.
SERVICE = """
const keys = { p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", auth: "BTBZMqHH6r4Tts7J_aSIgg" };
const made = () => ({
  endpoint: "https://push.example/one",
  toJSON: () => ({ endpoint: "https://push.example/one", keys }),
  unsubscribe: async () => localStorage.removeItem("made") ?? true,
});
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  if (applicationServerKey.length !== 65) throw new Error("That is no key.");
  localStorage.setItem("made", "yes");
  return made();
};
PushManager.prototype.getSubscription = async () => (localStorage.getItem("made") ? made() : null);
"""


@pytest.fixture
def their_browser(whole_chromium: Any) -> Any:
    """One that has notifications."""
    return whole_chromium


def test_this_browser_is_a_channel_and_stops(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "editor", permissions=["notifications"])
    person.context.add_init_script(SERVICE)
    page = person.page
    page.goto("/notifications/")
    page.get_by_role("button", name="Push to this browser").click()
    card, channels = page.locator("#browser"), page.locator("#channels")
    expect(card).to_contain_text("also while no page of FlexAPI is open")
    expect(channels).to_contain_text(re.compile("Chrome on .* Push"))

    # It is edited like any other.
    page.get_by_role("button", name=re.compile("Edit Chrome")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Type")).to_have_value("push")
    dialog.get_by_label("Name").fill("My laptop")
    dialog.get_by_role("button", name="Save").click()
    expect(channels).to_contain_text("My laptop")

    page.get_by_role("button", name="Stop pushing").click()
    expect(channels).to_contain_text("Nobody is told of anything.")
    expect(page.get_by_role("button", name="Push to this browser")).to_be_visible()
    assert person.complaints == []


def test_a_message_is_shown_and_leads_to_its_page(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "viewer", permissions=["notifications"])
    page = person.page
    page.goto("/notifications/")
    # A viewer adds no channels.
    expect(page.get_by_role("button", name="Notify me here")).to_be_visible()
    expect(page.get_by_role("button", name="Push to this browser")).to_have_count(0)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    session = person.context.new_cdp_session(page)
    known: list[Any] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda found: known.append(found))
    session.send("ServiceWorker.enable")
    page.wait_for_function("() => navigator.serviceWorker.controller !== undefined")
    registration = known[0]["registrations"][0]["registrationId"]
    message = {"title": "Task tv failed", "body": "no feed", "url": f"{web_server.url}/executions/"}
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": web_server.url, "registrationId": registration, "data": json.dumps(message)},
    )
    # The worker is told in its own time.
    shown = """async () => {
      const registration = await navigator.serviceWorker.ready;
      for (let turn = 0; turn < 300; turn++) {
        const found = await registration.getNotifications();
        if (found.length) return found.map(({ title, body, data }) => [title, body, data.url]);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return [];
    }"""
    assert page.evaluate(shown) == [[message["title"], message["body"], message["url"]]]
