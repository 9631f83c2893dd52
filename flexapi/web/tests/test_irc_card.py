"""The dashboard's card of IRC connections."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.irc_server import IrcServer
from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import TASKS


@pytest.fixture
def irc(web_server: LiveServer) -> Iterator[IrcServer]:
    """An IRC server to which the web server is connected."""
    irc = IrcServer()
    connection = {"server": "127.0.0.1", "port": irc.port, "nickname": "flex", "channels": "#news"}
    plain = web_server.home.config.read_text()
    web_server.home.write(TASKS, schedules=False, irc={"tracker": {**connection, "task": "hello"}})
    irc.wait_for("flex")
    yield irc
    web_server.write_config(plain)
    irc.wait_for()
    irc.end()


def test_operators_steer_connections(web_server: LiveServer, people: Any, irc: IrcServer) -> None:
    person = people(web_server, "operator")
    page = person.front()
    card = page.get_by_role("region", name="IRC")
    expect(card).to_contain_text("tracker")
    expect(card).to_contain_text("127.0.0.1 #news")
    card.get_by_role("button", name="Stop the connection tracker").click()
    expect(card.locator(".status")).to_have_text("stopped")
    irc.wait_for()
    card.get_by_role("button", name="Restart the connection tracker").click()
    irc.wait_for("flex")
    expect(card.locator(".status")).to_have_text("connected")
    assert person.complaints == []


def test_viewers_see_them(web_server: LiveServer, people: Any, irc: IrcServer) -> None:
    page = people(web_server, "viewer").front()
    card = page.get_by_role("region", name="IRC")
    expect(card).to_contain_text("tracker")
    expect(card.get_by_role("button")).to_have_count(0)
