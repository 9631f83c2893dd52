"""The models of the mirror.

In two modules, because a section, to save itself, needs all that the history is needed for.
"""

from flexapi.mirror.sections import ConfigSection
from flexapi.mirror.store.tables import (
    ConfigFile,
    ConfigRevision,
    ConfigState,
    InvalidTask,
    KnownCredential,
)

__all__ = [
    "ConfigFile",
    "ConfigRevision",
    "ConfigSection",
    "ConfigState",
    "InvalidTask",
    "KnownCredential",
]
