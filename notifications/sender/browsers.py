"""Messages to browsers (Web Push): encrypted for the browser alone (RFC 8291), so that the service between sees nothing of them."""

import base64
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.sender import programs

# Seconds for which the service keeps a message for a browser that isn't there.
KEPT = 86400
# Bytes of a record, which a message has one of.
RECORD = 4096


def decoded(text: str) -> bytes:
    """Return the bytes of Base64 as URLs have it. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def encrypted(
    text: bytes,
    p256dh: bytes,
    auth: bytes,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return a message as a push service takes it: `aes128gcm`, readable with the browser's key alone.

    `p256dh` and `auth` are the browser's; `own` and `salt` are new ones for each message. Raises ValueError for a key that isn't one.
    """
    own, salt = own or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    public = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), theirs)
    key = _derived(shared, auth, b"WebPush: info\0" + p256dh + public, 32)
    content_key = _derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(key, salt, b"Content-Encoding: nonce\0", 12)
    # The byte behind the text says that this record is the last.
    sealed = AESGCM(content_key).encrypt(nonce, text + b"\x02", None)
    return salt + RECORD.to_bytes(4) + len(public).to_bytes(1) + public + sealed


def _derived(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(key)


def push(request: dict[str, Any]) -> dict[str, Any]:
    """Send a message; as `programs.post`."""
    p256dh, auth = decoded(request["p256dh"]), decoded(request["auth"])
    body = encrypted(str(request["body"]).encode(), p256dh, auth)
    headers = {
        "Authorization": request["authorization"],
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT),
        "Urgency": request["urgency"],
    }
    return programs.post(request["address"], body, headers)
