"""What `manage.py check --deploy` looks at beyond Django's own checks."""

import ipaddress
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def proxy_in_front(**options: Any) -> list[CheckMessage]:
    """Warn where others can reach the server and nothing in front of it speaks TLS."""
    if settings.TRUSTED_PROXIES or _is_loopback(settings.HOST):
        return []
    return [
        Warning(
            f"FLEXAPI_HOST is {settings.HOST}, and no proxy is trusted: passwords and tokens cross the network unencrypted.",
            hint="Put a proxy with TLS in front and set FLEXAPI_TRUSTED_PROXIES, or listen on 127.0.0.1.",
            id="flexapi.W001",
        )
    ]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
