"""Fixtures of the engine's tests."""

from .flexget_home import flexget_engine, flexget_home

__all__ = ["flexget_engine", "flexget_home"]
