"""`GET /api/irc` as far as the database tells: queries, order, what is hidden, what is off."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexapi.testing.flexget_home import FlexGetHome
from flexapi.testing.waiting import until
from irc_connections.models import IrcCompanion, IrcConnection

pytestmark = pytest.mark.django_db
LIVE = {
    "state": "connected",
    "nickname": "flex",
    "server": "irc.example.com",
    "channels": [{"name": "#news", "joined": True}],
    "last_line": {"time": "2026-01-31T03:00:00Z", "channel": "#news", "text": "key f00dbabe!"},
}


@pytest.fixture
def home(tmp_path: Any, settings: Any) -> FlexGetHome:
    home = FlexGetHome(tmp_path / "flexget")
    settings.FLEXGET_CONFIG = home.config
    return home


def write(home: FlexGetHome, *names: Any) -> None:
    one = {"server": "irc.example.com", "port": 6667, "channels": "#news", "task": "t"}
    home.write({"t": {}}, irc={name: {**one, "rsskey": "f00dbabe!"} for name in names})


def test_more_connections_are_no_more_queries(home: FlexGetHome, api: Any, viewer: Any) -> None:
    client = api(viewer)

    def queries(*names: str) -> int:
        write(home, *names)
        for name in names:
            IrcConnection.objects.update_or_create(name=name, defaults={"live": LIVE})
        until(lambda: len(client.get("/api/irc").json()["items"]) == len(names))
        client.get("/api/irc")
        with CaptureQueriesContext(connection) as made:
            assert len(client.get("/api/irc").json()["items"]) == len(names)
        return len(made)

    assert queries("a") == queries("b", "a", "c", "d")


def test_they_are_in_the_order_of_the_config_and_off_without_a_process(
    home: FlexGetHome, api: Any, editor: Any, viewer: Any
) -> None:
    write(home, "b", 1, "a")
    IrcConnection.objects.create(name="b", live=LIVE)
    IrcConnection.objects.create(name="1", live=LIVE, stopped=True)

    def states() -> list[tuple[str, str]]:
        items = api(editor).get("/api/irc").json()["items"]
        return [(item["name"], item["state"]) for item in items]

    assert states() == [("b", "off"), ("1", "stopped"), ("a", "off")]
    assert IrcCompanion.objects.hold("here", among_others=False)
    IrcCompanion.objects.note("here", pid=4)
    assert states() == [("b", "connected"), ("1", "stopped"), ("a", "off")]
    shown = api(viewer).get("/api/irc").json()["items"][0]
    assert (shown["nickname"], shown["last_line"]["text"]) == ("********", "key ********")
    assert api(editor).get("/api/irc").json()["items"][0]["nickname"] == "flex"


def test_one_server_holds_them_until_it_is_overdue_or_lets_go() -> None:
    companion = IrcCompanion.objects
    assert companion.hold("first", among_others=True)
    assert companion.hold("first", among_others=True)
    assert not companion.hold("second", among_others=True)
    IrcCompanion.objects.update(seen="2026-01-01T00:00:00Z")
    assert not companion.alive().exists()
    assert companion.hold("second", among_others=True)
    companion.release("first")
    assert not companion.hold("first", among_others=True)
    companion.release("second")
    assert companion.hold("first", among_others=True)
    # Where there can be one server only, an earlier one is gone.
    assert companion.hold("second", among_others=False)
