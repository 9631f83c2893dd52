"""The `.po` files: brought up to date with the sources, compiled, and looked through for what is wrong with them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings

from flexapi.testing.languages.extraction import PLACEHOLDER, in_domain
from flexapi.testing.process import ROOT

FOLDER = ROOT / "flexapi" / "locale"
DOMAINS = ("django", "djangojs")
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
UPDATE = "run `make messages`"


def path_of(language: str, domain: str) -> Path:
    """Where a catalogue is; its compiled form stands next to it."""
    return FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


def read(language: str, domain: str) -> Catalog:
    """A catalogue as it is in the repository, empty where there is none yet."""
    path = path_of(language, domain)
    if not path.exists():
        return Catalog(locale=language, project="FlexAPI", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def update(language: str, domain: str) -> None:
    """Take in what the sources mark now, and drop what they don't; what is translated stays. Compiles it as well."""
    old = read(language, domain)
    new = Catalog(
        locale=language,
        project="FlexAPI",
        charset="utf-8",
        fuzzy=False,
        # Else each run would change the file.
        creation_date=old.creation_date,
        revision_date=old.revision_date,
    )
    new.header_comment = f"# FlexAPI in {old.locale.english_name if old.locale else language}."
    for (context, ids), places in in_domain(domain).items():
        known = old.get(ids[0], context)
        same = known is not None and ids_of(known) == ids
        new.add(
            ids if len(ids) > 1 else ids[0],
            known.string if known is not None and same else None,
            locations=sorted({(one.place, 0) for one in places}),
            auto_comments=sorted({one.note for one in places if one.note}),
            flags=known.flags & {"fuzzy"} if known is not None and same else (),
            context=context,
        )
    path = path_of(language, domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=0, sort_output=True, include_lineno=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, read(language, domain))


def ids_of(message: Message) -> tuple[str, ...]:
    """A text in English: two where it agrees with a number."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def strings_of(message: Message) -> tuple[str, ...]:
    """Its translation, in as many forms as the language has."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def is_translated(message: Message) -> bool:
    """Whether all forms of a text are there, and nobody has doubts."""
    strings = strings_of(message)
    return bool(strings) and all(strings) and not message.fuzzy


def faults(language: str, domain: str) -> Iterator[str]:
    """What is wrong with a catalogue, in words."""
    catalogue = read(language, domain)
    name = path_of(language, domain).relative_to(ROOT)
    messages = {(one.context, ids_of(one)): one for one in catalogue if one.id}
    marked = in_domain(domain)
    for key in marked.keys() - messages.keys():
        yield f"{name} lacks {key[1][0]!r} of {marked[key][0].place}: {UPDATE}"
    for key in messages.keys() - marked.keys():
        yield f"{name} has {key[1][0]!r}, which nothing says any more: {UPDATE}"
    for (_context, ids), message in messages.items():
        if not is_translated(message):
            yield f"{name} does not translate {ids[0]!r}"
            continue
        for string in strings_of(message):
            if '"' in string and '"' not in ids[0]:  # It would end the attribute of a template.
                yield f"{name}: {string!r} has a straight quotation mark"
            if not _fits(ids, string):
                yield f"{name}: the placeholders of {string!r} are not those of {ids[-1]!r}"
    if _compiled(language, domain) != {
        (one.context, ids_of(one)): strings_of(one)
        for one in messages.values()
        if is_translated(one)
    }:
        yield f"{name} was changed and not compiled: {UPDATE}"


def _fits(ids: tuple[str, ...], string: str) -> bool:
    """Whether a translation has the placeholders of its text; a form for one may leave the number out."""
    has = Counter(PLACEHOLDER.findall(string)).keys()
    return any(has == Counter(PLACEHOLDER.findall(one)).keys() for one in ids)


def _compiled(
    language: str, domain: str
) -> dict[tuple[str | None, tuple[str, ...]], tuple[str, ...]]:
    path = path_of(language, domain).with_suffix(".mo")
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {(one.context, ids_of(one)): strings_of(one) for one in read_mo(file) if one.id}


def shares(language: str) -> dict[str, tuple[int, int]]:
    """How many texts of each area are translated, and how many there are: `{"pages": (480, 500)}`."""
    counted: dict[str, tuple[int, int]] = {}
    for domain in DOMAINS:
        for message in read(language, domain):
            if message.id:
                for area in {_area(place) for place, _line in message.locations}:
                    done, all_ = counted.get(area, (0, 0))
                    counted[area] = (done + is_translated(message), all_ + 1)
    return dict(sorted(counted.items()))


def _area(place: str) -> str:
    if place.endswith(".js"):
        return "scripts of pages"
    if place.endswith(".html"):
        return "templates"
    if place.endswith(("models.py", "admin.py", "apps.py")) or "/admin" in place:
        return "admin and models"
    return "pages, made in Python" if place.startswith("flexapi/web/") else "messages of the API"
