"""Which Host and Origin headers are answered.

A page of some other site must not reach the server through a name that its owner points at this machine (DNS rebinding).
Such an attack needs a name, so any plain IP address is fine: a phone on the LAN just uses it.
"""

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

_DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_MACHINE = socket.gethostname().lower()
_OWN_NAMES = ("localhost", ".localhost", _MACHINE, f"{_MACHINE}.local")


def is_allowed(host: str) -> bool:
    """Whether a Host header (with or without port) names this server.

    True for IP addresses, localhost, the machine's own name, and `ALLOWED_HOST_NAMES`.
    """
    domain, _ = split_domain_port(host)
    if not domain:
        return False
    if validate_host(domain, (*_OWN_NAMES, *settings.ALLOWED_HOST_NAMES)):
        return True
    try:
        ipaddress.ip_address(domain.strip("[]"))
    except ValueError:
        return False
    return True


def is_same_origin(origin: str, host: str) -> bool:
    """Whether a page of `origin` may open a websocket on `host`: its own server, or a trusted origin."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    default = _DEFAULT_PORTS[parts.scheme]
    domain, host_port = split_domain_port(host)
    # A proxy that ends TLS leaves both sides without a port.
    return (parts.hostname, str(port or default)) == (domain.strip("[]"), host_port or default)


def header(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> str | None:
    """The value of an ASGI header, None when it is missing."""
    for key, value in headers:
        if key == name:
            return value.decode("latin1")
    return None
