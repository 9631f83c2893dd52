"""Fixtures of the engine's tests."""

from flexapi.testing.flexget_home import flexget_engine, flexget_home

__all__ = ["flexget_engine", "flexget_home"]
