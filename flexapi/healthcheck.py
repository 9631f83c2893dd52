"""`python -m flexapi.healthcheck`: ends with 0 where this machine's server is healthy, else says why not and ends with 1.

A container's health check. It imports neither Django nor FlexGet: it runs every few seconds on small machines.
"""

import ipaddress
import os
import sys
import urllib.error
import urllib.request

# Seconds.
TIMEOUT = 5


def url() -> str:
    """Return where the server answers by `FLEXAPI_HOST` and `FLEXAPI_PORT`; on all addresses: on this machine's own."""
    host = os.environ.get("FLEXAPI_HOST") or "127.0.0.1"
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass  # A name.
    else:
        if address.is_unspecified:
            address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
        host = f"[{address}]" if address.version == 6 else str(address)
    return f"http://{host}:{os.environ.get('FLEXAPI_PORT') or 8000}/healthz"


def main() -> int:
    """Ask once; return the exit code."""
    # Never by a proxy that the environment names for downloads.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url(), timeout=TIMEOUT):
            return 0
    except (OSError, ValueError) as error:
        print(f"{url()}: {error}", file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
