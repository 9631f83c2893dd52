"""Text as every database can store it."""

from typing import Any


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
