"""The models of the mirror.

In two modules, because a section, to save itself, needs all that the history is needed for.
"""

from flexapi.mirror.records import ConfigRevision, ConfigState
from flexapi.mirror.sections import ConfigSection

__all__ = ["ConfigRevision", "ConfigSection", "ConfigState"]
