"""From Markdown to what a page shows, by markdown-it-py: it follows CommonMark to the letter, renders tables as GitHub does, and
hands over tokens, so that links and headings are changed where they stand. FlexGet brings it along anyway.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# What may stand in our own texts: everything, since nobody else writes them.
_PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_ANCHOR = re.compile(r'\bid="([^"]+)"')
# Where the address of a link or a picture leads; None: it leads nowhere from here.
Leads = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below a heading, up to the next one; `text` is plain."""

    level: int
    title: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text, parsed: its title is its first heading, which its HTML leaves out."""

    title: str
    sections: tuple[Section, ...]
    anchors: frozenset[str]
    # Addresses of links and pictures as they stand there.
    links: tuple[str, ...]
    html: str


def read(text: str, link: Leads, picture: Leads) -> Document:
    """Parse a text and render it; `link` and `picture` say where each address leads."""
    tokens = _PARSER.parse(text)
    tokens = list(_without_empty_heads([token for token in tokens if not _is_comment(token)]))
    links = [str(token.attrGet(name)) for token, name in _addresses(tokens)]
    _name_headings(tokens)
    _label_cells(tokens)
    sections = tuple(_sections(tokens))
    anchors = {str(token.attrGet("id")) for token in tokens if token.attrGet("id")}
    for token in _flat(tokens):
        if token.type in ("html_inline", "html_block"):
            anchors |= set(_ANCHOR.findall(token.content))
    _lead(tokens, link, picture)
    title = sections[0].title if sections and sections[0].level == 1 else ""
    shown = tokens[3:] if title and tokens[0].type == "heading_open" else tokens
    html = _PARSER.renderer.render(shown, _PARSER.options, {})
    return Document(title, sections, frozenset(anchors), tuple(links), html)


def _is_comment(token: Token) -> bool:
    return token.type == "html_block" and token.content.lstrip().startswith("<!--")


def _without_empty_heads(tokens: Sequence[Token]) -> Iterator[Token]:
    """Leave out heads of tables that have nothing in them; elsewhere an empty cell of a head isn't a heading."""
    head: list[Token] = []
    for token in tokens:
        if token.type == "thead_open" or head:
            head.append(token)
        else:
            yield token
        if token.type == "thead_close":
            if any(each.content for each in head):
                yield from _without_empty_headings(head)
            head = []


def _without_empty_headings(head: Sequence[Token]) -> Iterator[Token]:
    empty = False
    for token, inner in zip_longest(head, head[1:]):
        if (token.type == "th_open" and not inner.content) or (token.type == "th_close" and empty):
            token.tag = "td"
        empty = token.type == "inline" and not token.content
        yield token


def _flat(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _addresses(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Yield links and pictures, each with the attribute that holds its address."""
    for token in _flat(tokens):
        if token.type == "link_open":
            yield token, "href"
        elif token.type == "image":
            yield token, "src"


def _plain(token: Token) -> str:
    """Return the text of an inline token, as one reads it."""
    return "".join(
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in token.children or ()
        if child.type != "html_inline"
    )


def slug(title: str) -> str:
    """Return the anchor that GitHub gives to a heading, so that links work in both places."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def _name_headings(tokens: Sequence[Token]) -> None:
    """Give each heading its anchor; a second one of the same title ends in -1, as on GitHub."""
    seen: dict[str, int] = {}
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open":
            anchor = slug(_plain(inline))
            count = seen[anchor] = seen.get(anchor, -1) + 1
            heading.attrSet("id", f"{anchor}-{count}" if count else anchor)


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    level, title, anchor = 1, "", ""
    text: list[str] = []
    inside = False
    for token in tokens:
        if token.type == "heading_open":
            if title or text:
                yield Section(level, title, anchor, " ".join(text))
            level, anchor, text = int(token.tag[1:]), str(token.attrGet("id")), []
            inside = True
        elif token.type == "inline":
            if inside:
                title, inside = _plain(token), False
            else:
                text.append(_plain(token))
        elif token.type in ("fence", "code_block"):
            text.append(token.content)
    yield Section(level, title, anchor, " ".join(text))


def _label_cells(tokens: Sequence[Token]) -> None:
    """Name the column in each cell: on a phone, rows are cards."""
    heads: list[str] = []
    column = 0
    for token, inner in pairwise(tokens):
        if token.type == "table_open":
            heads = []
        elif token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            heads.append(_plain(inner))
        elif token.type == "td_open":
            if column and column < len(heads) and heads[column]:
                token.attrSet("data-label", heads[column])
            column += 1


def _lead(tokens: Sequence[Token], link: Leads, picture: Leads) -> None:
    """Write each address as it leads from here; what leads nowhere is text, with the address to point at."""
    for token, name in _addresses(tokens):
        address = str(token.attrGet(name))
        found = (link if name == "href" else picture)(address)
        if found is not None:
            token.attrSet(name, found)
        else:
            token.attrs = {"title": address}
            token.tag = "span"
    for token in tokens:
        nowhere = False
        for child in token.children or ():
            if child.type == "link_open":
                nowhere = child.tag == "span"
            elif child.type == "link_close" and nowhere:
                child.tag = "span"


def _code(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    # What scrolls sideways can be reached by keyboard.
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


def _table(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return '<table class="table">\n'


def _code_inline(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    # Where a line is too short, names and paths break between their parts.
    text = re.sub(r"([/_])(?=.)", r"\1<wbr>", escape(tokens[index].content))
    return f"<code>{text}</code>"


_PARSER.add_render_rule("code_inline", _code_inline)
_PARSER.add_render_rule("fence", _code)
_PARSER.add_render_rule("code_block", _code)
_PARSER.add_render_rule("table_open", _table)
