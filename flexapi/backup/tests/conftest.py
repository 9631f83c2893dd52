"""Fixtures: a server that has something to lose."""

from flexapi.testing.live import own_server
from flexapi.testing.postgres import postgres_database

__all__ = ["own_server", "postgres_database"]
