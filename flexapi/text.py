"""Text as every database can store it, and the words that are searched for in it."""

import re
import unicodedata
from typing import Any

# Scripts without spaces between words: each of their characters is searched for as a word.
_UNSPACED = re.compile(r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff])")
_WORD = re.compile(r"[^\W_]+")


def storable(text: str) -> str:
    """Return `text` with U+FFFD for NUL, and `?` for each half of a surrogate pair.

    PostgreSQL refuses the first, the drivers of both databases the second.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text


def storable_all(value: Any) -> Any:
    """Return what JSON can hold with all of its texts so, the keys as they are."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [storable_all(item) for item in value]
    if isinstance(value, dict):
        return {key: storable_all(item) for key, item in value.items()}
    return value


def folded(text: str) -> str:
    """Return a text as its words are compared: in lower case, without accents."""
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(part for part in parts if not unicodedata.combining(part))
        text = _UNSPACED.sub(r" \1 ", unicodedata.normalize("NFC", text))
    return text.lower()


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are searched for."""
    return _WORD.findall(folded(text))
