"""The old place of `flexapi.api.engine_calls`."""

from flexapi.moved import moved

__getattr__ = moved("flexapi.api.flexget", "flexapi.api.engine_calls")
