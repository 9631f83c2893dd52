"""The names of sections and tasks, and the sources that begin with one."""

from django.utils.translation import gettext

from flexapi.mirror.document.parse import compose
from flexapi.mirror.document.tree import Node
from flexapi.mirror.edits import writing

MAX_NAME = 500


class BadName(writing.WriteRefused):
    """The name can't be that of a section or a task."""


def check_name(name: str) -> None:
    """Raise BadName for what can't be a new name of anything."""
    if not name.strip() or name != name.strip():
        raise BadName(gettext("A name has letters, and no white space around them."))
    if len(name) > MAX_NAME:
        raise BadName(gettext("A name has at most {limit} characters.").format(limit=MAX_NAME))
    if not name.isprintable():
        raise BadName(gettext("A name has no control characters."))


def key_node(text: str) -> Node:
    """Return the key that the YAML source of one entry (`name: …`) begins with. Raises ParseError, BadName."""
    # Aliases of anchors elsewhere in the file can't be resolved here, so the text isn't loaded.
    root = compose(text, foreign=True).root
    if root is None or root.kind != "mapping" or len(root.pairs) != 1:
        raise BadName(gettext("The source has to be one entry, `name: …`, and nothing else."))
    return root.pairs[0][0]
