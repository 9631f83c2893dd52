"""What can go wrong with a document, always with a place in its text.

Lines and columns count from 1, as editors show them; ``None`` where there is no place to name.
"""

from __future__ import annotations

from . import texts


class DocumentError(Exception):
    """Base of all errors here. ``str(error)`` is a sentence that a user can be shown."""

    def __init__(self, problem: str, line: int | None = None, column: int | None = None) -> None:
        self.problem = problem
        self.line = line
        self.column = column
        if line is not None:
            problem = texts.PLACE.format(problem=problem, line=line, column=column)
        super().__init__(problem)


class ParseError(DocumentError):
    """The text is not YAML that ``yaml.safe_load`` reads."""


class LimitError(ParseError):
    """The text may be YAML, but it is larger, deeper or expands further than is allowed."""


class EditRefused(DocumentError):
    """The edit cannot be written so that the text loads to exactly what was asked for."""


class PathNotFound(EditRefused):
    """There is nothing at the path of the edit."""


class KeyTaken(EditRefused):
    """An entry of that name is there already."""
