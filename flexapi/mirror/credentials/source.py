"""The YAML source of a config without its credentials, comments included."""

import json
import re

from flexapi.mirror.credentials.names import is_whole, may_be_credential, plugins_of
from flexapi.mirror.credentials.texts import MASK, mask_text
from flexapi.mirror.credentials.values import Hide, is_hidden, secret_variables
from flexapi.mirror.document import Document, Path
from flexapi.mirror.document.parse import compose
from flexapi.mirror.document.tree import Node

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.M)
# A name and what follows it in a line; in a flow mapping there may be several.
_COMMENTED_NAME = re.compile(r"([\w.\-]++)['\"]?\s{0,9}[:=]")


def mask_document(document: Document, hide: Hide = mask_text) -> str:
    """Return the text of a whole config with credentials masked, in comments as well."""
    data = document.data if isinstance(document.data, dict) else {}
    return mask_source(document.text, (), secret_variables(data), hide)


def source_of(document: Document, path: Path, *, masked: bool, hide: Hide = mask_text) -> str:
    """Return the YAML source of the value at a path in the config, with credentials masked or not."""
    text = document.source(path)
    if not masked:
        return text
    # Only what stands there is a credential for where it is used.
    data = document.data if path[:1] == ("variables",) else {}
    return mask_source(text, path, secret_variables(data), hide)


def mask_source(
    text: str,
    path: Path = (),
    variables: frozenset[Path] = frozenset(),
    hide: Hide = mask_text,
) -> str:
    """Return the YAML source of a config, or of the entry at `path` in it, with credentials masked."""
    body = text.removeprefix("\ufeff")
    root = compose(body, foreign=True).root
    finder = _Scalars(body, variables, hide)
    if root is not None:
        finder.visit(root, path[:-1], secret=False)
    parts, at = [], 0
    for start, (end, shown) in sorted(finder.spans.items()):
        parts += [_mask_comments(body[at:start], hide), shown]
        at = end
    parts.append(_mask_comments(body[at:], hide))
    return text[: len(text) - len(body)] + "".join(parts)


class _Scalars:
    """The scalars of a text: for the start of each, its end and the text to show there."""

    def __init__(self, text: str, variables: frozenset[Path], hide: Hide) -> None:
        self.text = text
        self.variables = variables
        self.hide = hide
        self.spans: dict[int, tuple[int, str]] = {}
        self._done: set[tuple[int, bool, frozenset[str]]] = set()

    def visit(self, node: Node, path: Path, *, secret: bool) -> None:
        """Add what is in a node; a value that is shared is secret if it is so in one place."""
        if node.target is not None:
            node = node.target
        kind = (id(node), secret, plugins_of(path))
        if kind in self._done and node.anchor is not None:
            return
        self._done.add(kind)
        for key, value in node.pairs:
            self._add(key, secret=False)
            name = key.value if key.kind == "scalar" else ""
            below = path if name == "<<" else (*path, name)
            hidden = secret or is_hidden(path, name, self.variables)
            self.visit(value, below, secret=hidden)
        for at, item in enumerate(node.items):
            self.visit(item, (*path, at), secret=secret)
        self._add(node, secret=secret or is_whole(path))

    def _add(self, node: Node, *, secret: bool) -> None:
        if node.kind != "scalar" or node.end <= node.start:
            return
        shown = MASK if secret and node.value else self.hide(node.value)
        if shown != node.value:
            anchor = f"&{node.anchor} " if node.anchor else ""
            self.spans[node.start] = node.end, anchor + json.dumps(shown, ensure_ascii=False)
        else:
            self.spans.setdefault(node.start, (node.end, self.text[node.start : node.end]))


def _mask_comments(text: str, hide: Hide) -> str:
    """What is commented out is as secret as what is not."""
    # The column of a commented-out key of credentials whose value is in the lines under it.
    above: int | None = None
    lines = []
    for line in text.splitlines(keepends=True):
        found = _COMMENT.search(line)
        if found is None:
            above = above if not line.strip() else None
            lines.append(line)
            continue
        comment = found[0]
        column = _column(comment)
        if above is not None and column > above and comment.strip("# \t"):
            shown = f"{comment[:column]}{MASK}"
        else:
            shown, above = _mask_comment(comment, column, hide)
        lines.append(line[: found.start()] + shown + line[found.end() :])
    return "".join(lines)


def _column(comment: str) -> int:
    """Where the text of a comment begins; an item of a list may stand at the column of its key, so its dash doesn't count."""
    return len(comment) - len(comment.lstrip("#").lstrip(" \t-"))


def _mask_comment(comment: str, column: int, hide: Hide) -> tuple[str, int | None]:
    """Return a comment as it is shown, and its column where what it names stands in the lines below."""
    for found in _COMMENTED_NAME.finditer(comment):
        if may_be_credential(found[1]):
            value = comment[found.end() :]
            if value.strip(" \t\r|>+-"):
                shown = re.sub(r"(\s*)\S.*", rf"\1{MASK}", value, count=1, flags=re.DOTALL)
                return hide(comment[: found.end()]) + shown, None
            return hide(comment), column
    return hide(comment), None
