"""Which Host headers are answered."""

import socket
from typing import Any

import pytest

from flexapi.api.http.hosts import is_allowed


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "LOCALHOST",
        "flexget.localhost:8000",
        "127.0.0.1:8000",
        "192.168.1.5:8000",
        "[::1]:8000",
        "[fe80::1]",
        f"{socket.gethostname()}:8000",
        f"{socket.gethostname()}.local",
    ],
)
def test_addresses_and_own_names_are(host: str) -> None:
    assert is_allowed(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.168.1.5.nip.io",
        "",
        ":8000",
        "a b",
        "256.1.1.1",
    ],
)
def test_other_names_are_not(host: str) -> None:
    assert not is_allowed(host)


def test_named_ones_are(settings: Any) -> None:
    settings.ALLOWED_HOST_NAMES = ["nas.lan", ".home.example"]
    assert is_allowed("nas.lan:8000")
    assert is_allowed("flexget.home.example")
    assert not is_allowed("sub.nas.lan")
