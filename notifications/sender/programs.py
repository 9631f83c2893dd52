"""Messages to programs: signed JSON as Standard Webhooks has it, and pings as healthchecks takes them."""

import base64
import hashlib
import hmac
import time
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests

from notifications.sender import texts

# Seconds to connect, and between two bytes of an answer.
TIMEOUT = (5, 10)
AGENT = "FlexAPI"
# Bytes of an answer that are read.
READ = 500
# Seconds for which a connection is used again. Longer ones, the other side may be about to close.
KEPT = 2.0


class _Connections:
    """Those to receivers: kept as long as one message follows the other, with nothing that a receiver says."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._used = float("-inf")

    def session(self) -> requests.Session:
        """Return what to send with."""
        if time.monotonic() - self._used > KEPT:
            self._session.close()
            self._session = requests.Session()
            self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return self._session

    def used(self) -> None:
        """Note that a message was sent."""
        self._used = time.monotonic()


_connections = _Connections()


def signed(secret: str, delivery: str, body: bytes, now: int) -> dict[str, str]:
    """Return the headers of a webhook: its id, the time, and HMAC-SHA256 of `id.time.body`.

    The key is what follows `whsec_`, decoded as Base64 where it is that, else the secret's own bytes.
    """
    message = b".".join([delivery.encode(), str(now).encode(), body])
    digest = hmac.new(key_of(secret), message, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "Webhook-Id": delivery,
        "Webhook-Timestamp": str(now),
        "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def post(address: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    """Send it; return `{"ok", "status", "answer"}`: whether a 2xx came back, and how the answer begins.

    Raises requests.RequestException where the request was not even sent.
    """
    try:
        return _post(address, body, headers)
    except requests.ConnectionError as error:
        return {"ok": False, "status": None, "answer": _root_of(error)}


def _root_of(error: BaseException) -> str:
    """Return what went wrong at the bottom of it, without the layers above."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return str(getattr(error, "strerror", None) or error)


def _post(address: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    with _connections.session().post(
        address,
        data=body,
        headers={"User-Agent": AGENT, **headers},
        timeout=TIMEOUT,
        allow_redirects=False,
        stream=True,
    ) as answer:
        said = answer.raw.read(READ, decode_content=True).decode(errors="replace")
        _connections.used()
        if answer.is_redirect:
            said = texts.REDIRECT
        ok = 200 <= answer.status_code < 300
        return {"ok": ok, "status": answer.status_code, "answer": said}


def webhook(request: dict[str, Any]) -> dict[str, Any]:
    """Send a webhook; as `post`."""
    body = str(request["body"]).encode()
    headers = signed(request["secret"], request["id"], body, int(time.time()))
    return post(request["address"], body, headers)


def ping(request: dict[str, Any]) -> dict[str, Any]:
    """Tell a monitor that a run started (`start`), went well (""), or failed (`fail`); `rid` says which run. As `post`."""
    base, _, query = str(request["address"]).partition("?")
    path = f"/{request['signal']}" if request["signal"] else ""
    more = f"{query}&" if query else ""
    address = f"{base.rstrip('/')}{path}?{more}rid={request['run']}"
    return post(address, str(request["body"]).encode(), {"Content-Type": "text/plain"})
