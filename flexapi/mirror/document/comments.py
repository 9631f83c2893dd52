"""Which comments belong to an entry: they go with it when it is deleted or moved, and no others do.

To an entry belong the comment lines directly above it, in its column and with no blank line in between,
and those directly below it that stand deeper. Of the ones above, these stay:

- entries that were commented out (``#old_task:``, ``# - Show``), and what is above them
- banners: lines drawn with ``---``, ``===``, ``###`` and the like, and what they frame
- a heading: a comment above the first of several entries that belong together
"""

from __future__ import annotations

import re

from .tree import Node, Tree

_RULE = re.compile(r"#[\s#]*(?:[-=*~_+/#]{3,}|#{2,})")
_DRAWN = re.compile(r"#[\s#\-=*~_+/|]*")
_ITEM = re.compile(r"#+\s*-(?:\s|$)")
_PAIR = re.compile(r"""#+\s*(?:[a-z0-9_][\w./+-]*|'[^']*'|"[^"]*")\s*:(?:\s+(.*))?$""")
_NAME = re.compile(r"#+\s*[^\s#:][^:]*:\s*$")
# Words that begin a remark, as often as not with a colon.
_REMARK = re.compile(
    r"#+\s*(?:todo|note|nb|fixme|see|warning|example|e\.g|i\.e|ex|https?)\s*:", re.I
)


def entry_lines(tree: Tree, parent: Node, index: int) -> tuple[int, int]:
    """First and last line of a block entry with the comments that belong to it."""
    column = _column(tree, parent)
    top, key = _above(tree, parent, index, column)
    last = tree.comments_below(tree.lines.at(parent.entries[index][1].end), column)
    first = _own(tree, top, key)
    if first < key and _heads(tree, parent, index, column):
        first = key
    return first, last


def whole_lines_of(tree: Tree, parent: Node, index: int) -> tuple[int, int]:
    """First and last line of a block entry with all comments directly above and below it."""
    column = _column(tree, parent)
    first, _ = _above(tree, parent, index, column)
    return first, tree.comments_below(tree.lines.at(parent.entries[index][1].end), column)


def _column(tree: Tree, parent: Node) -> int:
    return tree.lines.place(tree.entry_start(parent, 0))[1] - 1


def _above(tree: Tree, parent: Node, index: int, column: int) -> tuple[int, int]:
    """The first of the comment lines directly above an entry, and the line of the entry itself."""
    line = tree.lines.at(tree.entry_start(parent, index))
    floor = 0
    if index > 0:
        floor = tree.lines.at(parent.entries[index - 1][1].end) + 1
    return tree.comments_above(line, column, floor), line


def _own(tree: Tree, top: int, key: int) -> int:
    """The first of the comment lines above an entry that are neither a banner nor YAML."""
    first = key
    while first > top and not _is_yaml(tree, first - 1, key):
        first -= 1
    texts = [_comment(tree, line) for line in range(top, key)]
    rules = [at for at, text in enumerate(texts) if _RULE.match(text)]
    if not rules and texts and texts[-1] == "#" and "#" in texts[:-1]:
        rules = [at for at, text in enumerate(texts) if text == "#"]  # a frame of empty comments
    if rules and top + rules[-1] >= first:
        drawn = [at for at in rules if _DRAWN.fullmatch(texts[at])]
        # A rule above a title and none below: the title is part of the banner.
        open_banner = len(drawn) % 2 == 1 and drawn[-1] == rules[-1]
        first = key if open_banner else top + rules[-1] + 1
    return first


def _comment(tree: Tree, line: int) -> str:
    return tree.lines.content(line).strip()


def _is_yaml(tree: Tree, line: int, key: int) -> bool:
    """Whether a comment line is an entry, or part of one, that was commented out."""
    text = _comment(tree, line)
    if _ITEM.match(text):
        return True
    if _REMARK.match(text):
        return False
    if _PAIR.match(text):
        return True
    if not _NAME.match(text) or line + 1 >= key:
        return False
    # A name of several words is one if something stands below it, deeper.
    below = _comment(tree, line + 1)
    return _depth(below) > _depth(text) and (
        _ITEM.match(below) is not None or _PAIR.match(below) is not None
    )


def _depth(comment: str) -> int:
    inside = comment.lstrip("#")
    return len(inside) - len(inside.lstrip())


def _heads(tree: Tree, parent: Node, index: int, column: int) -> bool:
    """Whether the comment above an entry is a heading of that and the entries that follow."""
    if index + 1 == len(parent.entries) or not _joined(tree, parent, index, column):
        return False
    if parent.kind == "mapping" and not _is_section(tree, parent):
        return False  # what is said above one setting is about that setting
    if index == 0 or _blank_above(tree, parent, index, column):
        return True
    return parent.kind == "sequence" and _commented(tree, parent, 0, column)


def _is_section(tree: Tree, parent: Node) -> bool:
    """Whether a mapping is a root section, or the root; in an excerpt, the root may be a section."""
    if parent is tree.root:
        return True
    return _column(tree, tree.top) == 0 and any(value is parent for _, value in tree.top.pairs)


def _joined(tree: Tree, parent: Node, index: int, column: int) -> bool:
    """Whether nothing, no blank line either, stands between an entry and the next."""
    below = tree.comments_below(tree.lines.at(parent.entries[index][1].end), column)
    return below + 1 == tree.lines.at(tree.entry_start(parent, index + 1))


def _commented(tree: Tree, parent: Node, index: int, column: int) -> bool:
    first, key = _above(tree, parent, index, column)
    return first < key


def _blank_above(tree: Tree, parent: Node, index: int, column: int) -> bool:
    """Whether a blank line stands above the comments of an entry."""
    first, _ = _above(tree, parent, index, column)
    return first > 0 and not tree.lines.content(first - 1).strip()
