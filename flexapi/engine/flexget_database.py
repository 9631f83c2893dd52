"""The old place of `flexapi.engine.host.transactions`."""

from flexapi.moved import moved

__getattr__ = moved("flexapi.engine.flexget_database", "flexapi.engine.host.transactions")
