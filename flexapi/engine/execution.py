"""The old place of `flexapi.engine.host.child`."""

from flexapi.moved import moved

__getattr__ = moved("flexapi.engine.execution", "flexapi.engine.host.child")
