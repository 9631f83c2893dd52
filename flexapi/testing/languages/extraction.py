"""The texts that the sources mark: those of scripts, of templates, of Python, and the names that models give their rows and fields."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract
from django.apps import apps
from django.contrib import admin
from django.utils.translation.template import templatize

from flexapi.names import texts_of
from flexapi.testing.languages.javascript import Token, tokens
from flexapi.testing.process import ROOT

SCRIPTS = ROOT / "flexapi" / "web" / "static" / "web" / "js"
# Somebody else's, and made by a program.
FOREIGN = {"codemirror.js"}
# The folders of what is installed here: not of examples, and not of libraries.
OWN = {
    Path(config.path).relative_to(ROOT).parts[0]
    for config in apps.get_app_configs()
    if ROOT in Path(config.path).parents
} - {".venv"}
TAGS = {"t", "sentence"}
CALLS = {"ngettext": 2, "pgettext": 2}
_OF_PYTHON = {
    "phrase": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_LEFT_OUT = {"tests", "testing", "migrations", "host", "flexget"}


@dataclass(frozen=True, slots=True)
class Marked:
    """A text that is to be translated. `ids` are two where it agrees with a number; `note` is for the translator."""

    ids: tuple[str, ...]
    place: str
    context: str | None = None
    note: str = ""


def scripts() -> list[Path]:
    """The scripts that are written here."""
    return sorted(path for path in SCRIPTS.rglob("*.js") if path.name not in FOREIGN)


def templates() -> list[Path]:
    """The templates."""
    return sorted(
        path
        for path in ROOT.glob("*/**/templates/**/*.html")
        if path.relative_to(ROOT).parts[0] in OWN and "tests" not in path.parts
    )


def modules() -> list[Path]:
    """The modules of the server, without those of FlexGet's processes."""
    found = (path for folder in OWN for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if not _LEFT_OUT & set(path.relative_to(ROOT).parts))


def of_scripts() -> Iterator[Marked]:
    """What scripts mark with t`…`, sentence`…`, ngettext(…) and pgettext(…)."""
    for path in scripts():
        yield from of_script(path.read_text(encoding="utf-8"), _name(path))


def of_script(text: str, place: str) -> Iterator[Marked]:
    """What one script marks."""
    found = tokens(text)
    for index, token in enumerate(found):
        before = found[index - 1] if index else None
        if token.kind == "template" and is_marked(token, before):
            note = "; ".join(f"{{{number}}}: {value}" for number, value in enumerate(token.values))
            yield Marked((token.message,), place, note=note)
        elif token.kind == "word" and token.text in CALLS and found[index + 1].text == "(":
            literals = [one for one in found[index + 2 : index + 5] if one.kind == "string"]
            if len(literals) != CALLS[token.text]:
                continue  # Where it is made, and where it is imported.
            texts = tuple(one.message for one in literals)
            if token.text == "ngettext":
                yield Marked(texts, place)
            else:
                yield Marked(texts[1:], place, context=texts[0])


def is_marked(token: Token, before: Token | None) -> bool:
    """Whether a template literal has one of the tags before it."""
    return before is not None and before.end == token.start and before.text in TAGS


def of_templates() -> Iterator[Marked]:
    """What templates mark with translate and blocktranslate."""
    for path in templates():
        # As lines of a bracket it is Python, whatever the spaces before each.
        code = "(" + templatize(path.read_text(encoding="utf-8"), origin=str(path)) + "\n)"
        yield from _of_python(code, _name(path))


def of_python() -> Iterator[Marked]:
    """What modules mark."""
    for path in modules():
        yield from _of_python(path.read_text(encoding="utf-8"), _name(path))


def _of_python(code: str, place: str) -> Iterator[Marked]:
    source = io.BytesIO(code.encode())
    for _line, found, _comments, context in extract("python", source, keywords=_OF_PYTHON):
        ids = (found,) if isinstance(found, str) else tuple(found)
        yield Marked(ids, place, context=context)


def of_models() -> Iterator[Marked]:
    """What apps call themselves, and what models of the admin call their rows and fields."""
    of_admin = set(admin.site._registry) | {
        inline.model for one in admin.site._registry.values() for inline in one.inlines
    }
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if ROOT in folder.parents and folder.relative_to(ROOT).parts[0] in OWN:
            for text in texts_of(config, of_admin):
                yield Marked((text,), f"{folder.relative_to(ROOT)}/models.py")


def in_domain(domain: str) -> dict[tuple[str | None, tuple[str, ...]], list[Marked]]:
    """All texts of a catalogue, `django` or `djangojs`, by what tells them apart."""
    found: dict[tuple[str | None, tuple[str, ...]], list[Marked]] = {}
    sources = [of_scripts()] if domain == "djangojs" else [of_templates(), of_python(), of_models()]
    for source in sources:
        for one in source:
            found.setdefault((one.context, one.ids), []).append(one)
    return found


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


PLACEHOLDER = re.compile(r"\{\w*(?:!r)?(?::[,.\w]+)?\}|%\(\w+\)[sd]|%[sd]")
