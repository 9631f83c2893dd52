"""The process that talks to addresses: what it may reach, and services of Apprise against stand-ins."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from flexapi.testing.receivers import Receiver, http_receiver, mail_receiver
from notifications.sender import guard
from notifications.sending import Answer, Senders

pytestmark = pytest.mark.usefixtures("private")


@pytest.fixture
def public(settings: Any) -> Iterator[Senders]:
    """Processes that may reach public addresses only."""
    settings.NOTIFY_PRIVATE = False
    senders = Senders()
    yield senders
    senders.stop()


@pytest.fixture(scope="module")
def senders() -> Iterator[Senders]:
    """Processes that may reach this machine, shared."""
    senders = Senders()
    yield senders
    senders.stop()


def message(address: str) -> dict[str, Any]:
    return {
        "do": "apprise",
        "address": address,
        "title": "Task tv failed",
        "body": "no feed",
        "level": "failure",
    }


@pytest.mark.parametrize(
    ("scheme", "path", "field"),
    [
        ("json://127.0.0.1:{port}/x", "/x", "message"),
        ("ntfy://127.0.0.1:{port}/topic", "/", "message"),
        ("gotify://127.0.0.1:{port}/tokentokentoken", "/message", "message"),
        ("mmost://127.0.0.1:{port}/tokentokentokentokentok", "/hooks/", "text"),
        ("xml://127.0.0.1:{port}/x", "/x", None),
        ("form://127.0.0.1:{port}/x", "/x", None),
    ],
)
def test_services_send_it(
    senders: Senders, receiver: Receiver, scheme: str, path: str, field: str | None
) -> None:
    answer = senders.ask(message(scheme.format(port=receiver.port)))
    assert answer == Answer(True, 200, "ok")
    (heard,) = receiver.heard
    assert heard.path.startswith(path)
    assert b"no feed" in heard.body.replace(b"+", b" ")
    if field:
        assert "no feed" in json.loads(heard.body)[field]


def test_discord_takes_it(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its host is Discord's own; a proxy leads to the stand-in, which speaks TLS as that host."""
    monkeypatch.setenv("https_proxy", receiver.url(""))
    senders = Senders()
    answer = senders.ask(message("discord://123456789012345678/tokentokentoken?verify=no"))
    senders.stop()
    assert answer == Answer(True, 200, "ok")
    (heard,) = receiver.heard
    assert heard.headers["Host"] == "discord.com"
    assert heard.path.startswith("/api/webhooks/123456789012345678/tokentokentoken")
    assert "no feed" in heard.body.decode()


def test_no_proxy_is_used_that_would_connect_for_us(
    public: Senders, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_receiver() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url(""))
        answer = public.ask(message("json://127.0.0.1:9/x"))
        assert proxy.heard == []
    assert "FLEXAPI_NOTIFY_PRIVATE=1" in answer.text


def test_mail_is_sent(senders: Senders) -> None:
    with mail_receiver() as mail:
        address = f"mailto://127.0.0.1:{mail.port}/?to=me@example.org&from=flexapi@example.org&mode=insecure"
        answer = senders.ask(message(address))
        assert answer.ok, answer
        (heard,) = mail.heard
    assert "me@example.org" in heard.path
    assert b"Subject: Task tv failed" in heard.body


def test_what_the_other_side_said_is_told(senders: Senders, receiver: Receiver) -> None:
    receiver.answer = lambda heard: (403, b"who are you?")
    answer = senders.ask(message(receiver.url("/x", "json")))
    assert (answer.ok, answer.status) == (False, 403)
    assert "who are you?" in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1:{port}/x",
        "json://localhost:{port}/x",
        "mailto://127.0.0.1:{port}/?to=me@example.org&from=flexapi@example.org&mode=insecure",
        "ntfy://2130706433:{port}/topic",
        "rsyslog://127.0.0.1:{port}/",
        "irc://127.0.0.1:{port}/channel",
    ],
)
def test_no_service_reaches_this_machine(public: Senders, address: str) -> None:
    with http_receiver() as receiver:
        answer = public.ask(message(address.format(port=receiver.port)))
        assert not answer.ok
        assert receiver.heard == []
    assert "FLEXAPI_NOTIFY_PRIVATE=1" in answer.text


def test_no_webhook_does(public: Senders) -> None:
    with http_receiver() as receiver:
        request = {"do": "webhook", "address": receiver.url(), "id": "1", "secret": "s", "body": ""}
        answer = public.ask(request)
        assert receiver.heard == []
    assert "this machine" in answer.text


def test_a_process_that_dies_is_started_again(receiver: Receiver) -> None:
    senders = Senders()
    assert senders.ask(message(receiver.url("/1", "json"))).ok
    process = senders._idle[0][1]._process
    assert process is not None
    process.kill()
    process.wait()
    assert senders.ask(message(receiver.url("/2", "json"))).ok
    senders.retire(0)
    assert senders._idle == []


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("127.0.0.1", True),
        ("0.0.0.0", True),
        ("10.1.2.3", True),
        ("100.64.0.1", True),
        ("172.16.0.1", True),
        ("169.254.169.254", True),
        ("224.0.0.1", True),
        ("::1", True),
        ("fe80::1%eth0", True),
        ("fd00::1", True),
        ("::ffff:127.0.0.1", True),
        ("64:ff9b::7f00:1", True),
        ("2002:7f00:1::", True),
        ("1.1.1.1", False),
        ("2606:4700::1111", False),
        ("64:ff9b::101:101", False),
    ],
)
def test_only_public_addresses_are_allowed(address: str, refused: bool) -> None:
    assert bool(guard.refusal(address)) == refused
