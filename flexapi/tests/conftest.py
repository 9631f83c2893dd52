"""Fixtures for tests of the whole server."""

from flexapi.testing.config_file import config
from flexapi.testing.live import own_server

__all__ = ["config", "own_server"]
