"""Web Push: browsers that are told also while no page is open.

A browser subscribes at a push service, with this server's public key, and gives the subscription to us: where to send to, and the keys to
encrypt with. Messages are signed (VAPID, RFC 8292), so that nobody else can send to it.
"""

import base64
import functools
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.translation import gettext

from notifications.sender.browsers import decoded

# The number of points of the curve P-256.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# Seconds for which a signature counts; services take a day at most.
VALID = 12 * 3600
# Bytes of a message: encrypted it has to fit into a record of 4096.
LONGEST = 3900
LONGEST_TITLE = 200


class BadSubscription(Exception):
    """It isn't what a browser gives; the text says why."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where to send to, and the browser's keys as Base64."""

    endpoint: str
    p256dh: str
    auth: str


def subscription(text: str) -> Subscription:
    """Return what a browser gave, written as JSON: `{"endpoint", "keys": {"p256dh", "auth"}}`. Raises BadSubscription."""
    try:
        given = json.loads(text)
        keys = given["keys"]
        found = Subscription(given["endpoint"], keys["p256dh"], keys["auth"])
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(found.p256dh))
        is_right = isinstance(found.endpoint, str) and len(decoded(found.auth)) == 16
    except (ValueError, TypeError, KeyError) as error:
        raise BadSubscription(
            gettext("Give what the browser's pushManager.subscribe() answers, as JSON.")
        ) from error
    if not is_right:
        raise BadSubscription(
            gettext("The subscription has no endpoint, or a key of another length.")
        )
    return found


def public_key() -> str:
    """Return the key that browsers subscribe with, as Base64 in URLs."""
    point = _key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def authorization(endpoint: str) -> str:
    """Return the header that shows a push service who sends."""
    parts = urlsplit(endpoint)
    contact = settings.URL if settings.URL.startswith("https://") else "mailto:flexapi@example.org"
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + VALID,
        "sub": contact,
    }
    return f"vapid t={jwt.encode(claims, _key(), algorithm='ES256')}, k={public_key()}"


def request_of(address: str, title: str, body: str, url: str, level: str) -> dict[str, Any]:
    """Return what the sender is asked to do."""
    found = subscription(address)
    return {
        "do": "push",
        "address": found.endpoint,
        "p256dh": found.p256dh,
        "auth": found.auth,
        "authorization": authorization(found.endpoint),
        "urgency": "high" if level == "failure" else "normal",
        "body": _message(title[:LONGEST_TITLE], body, url),
    }


def _message(title: str, body: str, url: str) -> str:
    """Return what the pages' service worker gets; a long text is cut, since each of its characters may take several bytes."""
    text = json.dumps({"title": title, "body": body, "url": url}, ensure_ascii=False)
    while len(text.encode()) > LONGEST and body:
        body = f"{body[: len(body) * 3 // 4]}…" if len(body) > 4 else ""
        text = json.dumps({"title": title, "body": body, "url": url}, ensure_ascii=False)
    return text


@functools.cache
def _key() -> ec.EllipticCurvePrivateKey:
    """Return this server's key, made from its secret one: all servers of an installation have the same."""
    seed = HKDF(SHA256(), 48, None, b"flexapi web push").derive(settings.SECRET_KEY.encode())
    return ec.derive_private_key(int.from_bytes(seed) % (ORDER - 1) + 1, ec.SECP256R1())
