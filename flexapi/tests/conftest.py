"""Fixtures for tests of the whole server."""

from .live import live_server, own_server

__all__ = ["live_server", "own_server"]
