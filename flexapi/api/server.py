"""The old place of `flexapi.api.status.server`."""

from flexapi.moved import moved

__getattr__ = moved("flexapi.api.server", "flexapi.api.status.server")
