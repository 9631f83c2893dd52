"""The ways in which a request shows a token: `X-Api-Key`, `Authorization` with `Token`, `Bearer` or `Basic`, and `?apikey=`.

Senders that know only a user name and a password put the token in the password's place (`Basic`); the name is anything.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from flexapi.api.http import hosts

PARAMETER = "apikey"
# Under which `request.META` has what stood there.
URL_KEY = "flexapi.apikey"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows as a token.

    `is_ours`: nobody else is spoken to in this way, so a wrong one is a mistake or a guess. `Bearer` and `Basic` may be meant for a proxy
    in front, which passes them on. `in_url`: it stood in the URL, where it is easily logged.
    """

    secret: bytes
    is_ours: bool
    in_url: bool = False


def tokens(meta: Mapping[str, Any]) -> Iterator[Shown]:
    """What is shown in the headers (as in `request.META`), in the order in which it counts."""
    key = meta.get("HTTP_X_API_KEY")
    if key is not None:
        yield Shown(_bytes(key).strip(), is_ours=True)
    scheme, _, rest = _bytes(meta.get("HTTP_AUTHORIZATION", "")).strip().partition(b" ")
    secret = rest.strip()
    match scheme.lower():
        case b"token":
            yield Shown(secret, is_ours=True)
        case b"bearer":
            yield Shown(secret, is_ours=False)
        case b"basic" if _from_own_page(meta):
            password = _password(secret)
            if password:
                yield Shown(password, is_ours=False)
    if URL_KEY in meta:
        yield Shown(_bytes(meta[URL_KEY]), is_ours=True, in_url=True)


def taken_from_query(query: str) -> tuple[str, str | None]:
    """Return a query string without its `apikey`, and the key, None where there is none.

    It is taken out before anything else sees the URL, so that no link, error or log repeats it.
    """
    if PARAMETER not in query.lower():
        return query, None
    key = None
    left = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if unquote_plus(name).lower() == PARAMETER:
            key = unquote_plus(value)
        else:
            left.append(part)
    return "&".join(left), key


def _bytes(text: str) -> bytes:
    # As Django and ASGI hand headers on; a test client may hand on any text.
    return text.encode("latin1", errors="replace")


def _password(encoded: bytes) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2]
    except binascii.Error:
        return b""


def _from_own_page(meta: Mapping[str, Any]) -> bool:
    """Whether no page of another site sends this: browsers add the Basic password that they remember by themselves."""
    origin = meta.get("HTTP_ORIGIN")
    return origin is None or hosts.is_same_origin(origin, meta.get("HTTP_HOST", ""))
