"""Addresses and keys as people give them: checked before they are stored; once more where they lead, when they are used."""

import base64
import binascii
import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

from notifications.models import Channel
from notifications.sender import guard
from notifications.sending import senders


class BadAddress(Exception):
    """It can't be an address of its channel's type; the text says why."""


def check_address(type_: str, address: str) -> None:
    """Raise BadAddress where an address can't be used; to ask Apprise may take a second."""
    if type_ == Channel.Type.APPRISE:
        answer = senders.ask({"do": "check", "address": address})
        if not answer.ok:
            raise BadAddress(answer.text)
        return
    if type_ == Channel.Type.PUSH:
        from notifications import push  # With it comes cryptography, which few servers need.

        try:
            address = push.subscription(address).endpoint
        except push.BadSubscription as error:
            raise BadAddress(str(error)) from error
    try:
        parts = urlsplit(address)
        host = parts.hostname
        parts.port  # noqa: B018  Reading it checks it.
    except ValueError as error:
        raise BadAddress(gettext("This is not a URL: {error}.").format(error=error)) from error
    if parts.scheme not in ("http", "https") or not host:
        raise BadAddress(gettext("Give a URL that begins with https:// or http:// and a host."))
    if not address.isprintable() or " " in address:
        raise BadAddress(gettext("A URL has no spaces or control characters."))
    if not settings.NOTIFY_PRIVATE and (reason := _refusal(host)):
        raise BadAddress(reason)


def _refusal(host: str) -> str:
    """Return why a host is refused already by how it is called; a name says where it leads when it is used."""
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ""
    return guard.refusal(host)


def check_secret(secret: str) -> None:
    """Raise BadAddress where a key can't be used to sign."""
    if secret.startswith("whsec_"):
        try:
            base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as error:
            raise BadAddress(
                gettext("What follows whsec_ is Base64; or choose another beginning.")
            ) from error
    elif secret and len(secret) < 16:
        raise BadAddress(
            gettext("A secret has at least 16 characters; leave it empty to have one made.")
        )
