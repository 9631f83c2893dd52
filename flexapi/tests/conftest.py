"""Fixtures for tests of the whole server."""

from flexapi.testing.config_file import config, flexget
from flexapi.testing.live import own_server, shared_server

__all__ = ["config", "flexget", "own_server", "shared_server"]
