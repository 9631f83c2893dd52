"""Texts for people that scripts and templates don't mark, as far as a program can tell them from names, classes and addresses."""

import ast
import re
from collections.abc import Iterator

from flexapi.testing.languages.extraction import is_marked
from flexapi.testing.languages.javascript import Token, tokens

# What takes names, selectors and addresses.
_CALLS = {
    *("querySelector", "querySelectorAll", "closest", "matches", "byId", "getElementById", "at", "h", "svg"),
    *("addEventListener", "setAttribute", "hasAttribute", "getAttribute", "removeAttribute", "icon", "api"),
    *("startsWith", "endsWith", "test", "split", "join", "replaceAll", "includes", "createElement", "Event"),
    *("append", "get", "set", "preference", "prefer", "fill", "matchMedia", "execCommand", "ngettext", "pgettext"),
}  # fmt: skip
_KEYS = {
    *("class", "className", "href", "id", "type", "role", "autocomplete", "style", "name", "kind", "d"),
    *("method", "ordering", "for", "src", "rel", "datetime", "viewBox", "word", "sorted", "placeholder"),
    *("font", "border", "borderRight", "outline", "maxWidth", "padding", "margin", "aria-describedby"),
}  # fmt: skip
_LOGIC = {"===", "!==", "case", "import", "from", "in"}
_SENTENCE = re.compile(
    r"[A-Za-z]{2,}[,.;:]? (?:\{\d\}|[A-Za-z(])|(?:\{\d\}|[\w)])[,.;]? [a-z]{2,}"
    r"|^\s?[A-Z][a-z]+(?:…|\.)?$|[a-z]{2}[.?!…]$"
)
_CODE = re.compile(r"^[#./]\w|[\[\]>=]|::|\bpx\b|^https?:|^\w+=|;")


def in_script(text: str) -> Iterator[str]:
    """The literals of a script that read like something for people and have no mark."""
    found = tokens(text)
    for index, token in enumerate(found):
        if token.kind in ("string", "template") and _is_text(token, found, index):
            yield token.message


def _is_text(token: Token, found: list[Token], index: int) -> bool:
    before = [one.text.strip('"') for one in found[max(0, index - 2) : index]]
    after = found[index + 1].text if index + 1 < len(found) else ""
    if (index and is_marked(token, found[index - 1])) or after in _LOGIC or after == ":":
        return False
    if before[-1:] == ["("] and before[0] in _CALLS:
        return False
    if (before[-1:] == [":"] and before[0] in _KEYS) or (before and before[-1] in _LOGIC):
        return False
    if _of_plural(found, index):
        return False
    said = re.sub(r"\{\d\}", "", token.message)
    if not re.search(r"[A-Za-z]{2}", said) or not _SENTENCE.search(token.message):
        return False
    return not _CODE.search(token.message) or bool(re.search(r"\w[.?]$", token.message))


def _of_plural(found: list[Token], index: int) -> bool:
    """Whether it is the second text of ngettext or pgettext."""
    return [one.kind for one in found[max(0, index - 4) : index]][1:] == [
        "mark",
        "string",
        "mark",
    ] and found[index - 4].text in ("ngettext", "pgettext")


_TAG = re.compile(
    r"\{%\s*comment\s*%\}.*?\{%\s*endcomment\s*%\}|\{%\s*blocktrans.*?\{%\s*endblocktrans\w*\s*%\}"
    r"|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<script.*?</script>|<code>.*?</code>|<!--.*?-->"
    r"|<[^<>]*?(?:\{[%{].*?[%}]\}[^<>]*?)*>",
    re.DOTALL,
)
_CLASSES = re.compile(r"\{% block (?:body_class|bodyclass) %\}.*?\{% endblock %\}")
_ATTRIBUTE = re.compile(r'\b(?:title|aria-label|placeholder|alt)="([^"{}<>]*[A-Za-z]{2}[^"{}<>]*)"')


def in_template(text: str) -> Iterator[str]:
    """The texts of a template, and of its attributes for people, that are not marked."""
    text = _CLASSES.sub("", text)
    yield from _ATTRIBUTE.findall(text)
    for piece in _TAG.split(text):
        said = re.sub(r"&\w+;", "", piece).strip(" \n·.:,")
        if re.search(r"[A-Za-z]{2}", said):
            yield said


# Exceptions whose texts the API or a page answers with.
_ANSWERED = {
    *("ValidationError", "PermissionDenied", "Conflict", "ParseError", "NotFound", "NotAcceptable", "Http404"),
    *("ServiceUnavailable", "AuthenticationFailed", "NotAuthenticated", "UnsupportedMediaType", "BadAddress"),
    *("NotLetIn", "NotTaken", "NothingKept", "NoReplay", "TooMany", "BadValues", "BadTemplate", "EditRefused"),
    *("PathNotFound", "LimitError", "KeyTaken", "BodyTooLarge", "StorageFailed", "ErrorDetail", "BadSchedule", "Problem"),
    # What people are told.
    *("Event", "Kind"),
}  # fmt: skip
# Attributes of classes that say what is answered.
_SAID = {"default_detail", "message"}
_MARKS = {
    "phrase",
    "gettext_noop",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}


def in_python(text: str) -> Iterator[str]:
    """The literals of a module that an exception or a permission for people says, and that have no mark."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _name_of(node.func) in _ANSWERED:
            yield from _literals(node)
        elif isinstance(node, ast.ClassDef):
            for inside in node.body:
                if (
                    isinstance(inside, ast.Assign)
                    and isinstance(inside.value, ast.Constant)
                    and _name_of(inside.targets[0]) in _SAID
                ):
                    yield from _literals(inside.value)


def _literals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and _name_of(node.func) in {*_MARKS, "join"}:
        return
    if isinstance(node, ast.keyword) and node.arg == "subject":
        return  # What programs tell troubles apart by.
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        said = "".join(map(str, parts))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        said = node.value
    else:
        for below in ast.iter_child_nodes(node):
            yield from _literals(below)
        return
    if re.search(r"[A-Za-z]{2,}\W* \S|\S \W*[A-Za-z]{2,}", said):
        yield said


def _name_of(node: ast.AST) -> str:
    return str(getattr(node, "id", getattr(node, "attr", "")))
