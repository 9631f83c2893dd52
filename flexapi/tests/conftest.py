"""Fixtures for tests of the whole server."""

from .live import own_server, shared_server

__all__ = ["own_server", "shared_server"]
