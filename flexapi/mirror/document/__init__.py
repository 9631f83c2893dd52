"""Lossless editing of YAML texts: change a value, and no byte that is not part of it changes.

>>> document = Document("tasks:\\n  tv:  # mine\\n    priority: 1\\n")
>>> print(document.set(("tasks", "tv", "priority"), 2).text)
tasks:
  tv:  # mine
    priority: 2
<BLANKLINE>
"""

from .document import Document
from .errors import DocumentError, EditRefused, KeyTaken, LimitError, ParseError, PathNotFound
from .jsonview import from_json, to_json
from .parse import LIMITS, Limits
from .values import Path, same

__all__ = [
    "LIMITS",
    "Document",
    "DocumentError",
    "EditRefused",
    "KeyTaken",
    "LimitError",
    "Limits",
    "ParseError",
    "Path",
    "PathNotFound",
    "from_json",
    "same",
    "to_json",
]
