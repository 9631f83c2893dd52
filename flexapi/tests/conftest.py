"""Fixtures for tests of the whole server."""

from flexapi.testing.live import own_server, shared_server

__all__ = ["own_server", "shared_server"]
