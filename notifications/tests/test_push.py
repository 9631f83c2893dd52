"""Web Push: what a browser's service gets is signed by this server, readable by the browser alone, and over when it says so."""

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from flexapi import events
from flexapi.events import Event
from flexapi.testing.receivers import Heard, Receiver
from notifications import push
from notifications.models import Channel, Delivery
from notifications.sender.browsers import decoded, encrypted

pytestmark = pytest.mark.django_db

URL = "/api/notifications"
Api = Callable[..., APIClient]


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Browser:
    """What a browser does when it subscribes, and when a message comes."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"sixteen-bytes-ok"
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.point = point

    def subscription(self) -> str:
        keys = {"p256dh": encoded(self.point), "auth": encoded(self.auth)}
        return json.dumps({"endpoint": self.endpoint, "expirationTime": None, "keys": keys})

    def read(self, heard: Heard) -> Any:
        """Decrypt a message, as RFC 8291 has it."""
        body = heard.body
        salt, length = body[:16], body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self.key.exchange(ec.ECDH(), sender)

        def derived(key: bytes, salt: bytes, info: bytes, size: int) -> bytes:
            return HKDF(SHA256(), size, salt, info).derive(key)

        key = derived(shared, self.auth, b"WebPush: info\0" + self.point + theirs, 32)
        content_key = derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(key, salt, b"Content-Encoding: nonce\0", 12)
        text = AESGCM(content_key).decrypt(nonce, sealed, None)
        assert text.endswith(b"\x02")
        return json.loads(text[:-1])


@pytest.fixture
def browser(receiver: Receiver) -> Browser:
    return Browser(receiver.url())


@pytest.fixture
def channel(api: Api, editor: User, browser: Browser) -> Channel:
    given = {"name": "Laptop", "type": "push", "address": browser.subscription()}
    made = api(editor).post(URL, given)
    assert made.status_code == 201, made.content
    return Channel.objects.get(pk=made.json()["object"]["id"])


def signed(heard: Heard) -> dict[str, Any]:
    """What the signature says, checked with the key that the header has."""
    scheme, _, rest = heard.headers["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert (scheme, parts["k"]) == ("vapid", push.public_key())
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(parts["k"]))
    claims: dict[str, Any] = jwt.decode(
        parts["t"], key, algorithms=["ES256"], options={"verify_aud": False}
    )
    return claims


def test_a_test_arrives_encrypted_and_signed(
    api: Api, editor: User, channel: Channel, browser: Browser, receiver: Receiver, settings: Any
) -> None:
    settings.URL = "https://flexget.example/"
    answer = api(editor).post(f"{URL}/{channel.pk}/test").json()["object"]
    assert answer["state"] == "delivered", answer
    (heard,) = receiver.heard
    assert (heard.headers["Content-Encoding"], heard.headers["TTL"]) == ("aes128gcm", "86400")
    assert b"FlexAPI" not in heard.body
    message = browser.read(heard)
    assert message["title"] == "A test of FlexAPI"
    assert message["url"].startswith("https://flexget.example/")
    claims = signed(heard)
    assert claims["aud"] == receiver.url().rstrip("/")
    assert claims["sub"] == "https://flexget.example/"


def test_an_event_is_told_and_a_long_one_cut(
    channel: Channel, browser: Browser, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    events.happened(Event(kind="failed", title="Task tv failed", detail="\N{SNOWMAN}" * 3000))
    assert deliver() == 1
    (heard,) = receiver.heard
    assert len(heard.body) <= 4096
    assert heard.headers["Urgency"] == "high"
    message = browser.read(heard)
    assert message["title"] == "Task tv failed"
    assert message["body"].startswith("\N{SNOWMAN}" * 100)


@pytest.mark.parametrize("status", [404, 410])
def test_who_has_unsubscribed_is_told_no_more(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int], status: int
) -> None:
    receiver.answer = lambda heard: (status, b"gone")
    events.happened(Event(kind="failed", title="Task tv failed"))
    assert deliver() == 0
    channel.refresh_from_db()
    delivery = Delivery.objects.get()
    assert (channel.enabled, delivery.state, delivery.status) == (False, "given_up", status)
    assert "unsubscribed" in delivery.answer


def test_other_failures_are_tried_again(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    receiver.answer = lambda heard: (429, b"slow down")
    events.happened(Event(kind="failed", title="Task tv failed"))
    deliver()
    channel.refresh_from_db()
    assert (channel.enabled, Delivery.objects.get().state) == (True, "pending")


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": None},
        {"endpoint": "ftp://x/"},
        {"keys": {}},
        {"keys": {"p256dh": encoded(b"x" * 65), "auth": encoded(b"x" * 16)}},
        {"keys": {"p256dh": encoded(Browser("").point), "auth": encoded(b"short")}},
    ],
)
def test_what_no_browser_gives_is_refused(
    api: Api, editor: User, browser: Browser, change: dict[str, Any]
) -> None:
    address = json.dumps({**json.loads(browser.subscription()), **change})
    given = {"name": "Laptop", "type": "push", "address": address}
    answer = api(editor).post(URL, given)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "address"


def test_a_service_of_this_machine_is_refused_where_only_public_ones_may_be(
    api: Api, editor: User, settings: Any
) -> None:
    settings.NOTIFY_PRIVATE = False
    given = {"name": "x", "type": "push", "address": Browser("http://127.0.0.1:1/").subscription()}
    answer = api(editor).post(URL, given)
    assert "FLEXAPI_NOTIFY_PRIVATE" in answer.json()["errors"][0]["detail"]


def test_the_subscription_is_a_credential(api: Api, viewer: User, channel: Channel) -> None:
    assert api(viewer).get(f"{URL}/{channel.pk}").json()["object"]["address"] == "********"
    key = api(viewer).get(f"{URL}/push_key").json()["object"]["key"]
    assert len(decoded(key)) == 65


def test_the_example_of_the_standard() -> None:
    """RFC 8291, section 5."""
    own = ec.derive_private_key(
        int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    message = encrypted(
        b"When I grow up, I want to be a watermelon",
        decoded(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        decoded("BTBZMqHH6r4Tts7J_aSIgg"),
        own,
        decoded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert encoded(message) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBr"
        "u3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
