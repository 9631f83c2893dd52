"""Values of SQLite, which stores anything in any column, as those of the column's type.

Text comes as `Text` (bytes that may be no UTF-8), so that it is told from a blob.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import types

from flexapi.engine.host.database.dialect import storable

BIGGEST = 2**63 - 1
_TRUE, _FALSE = ("1", "t", "true", "yes", "on"), ("0", "f", "false", "no", "off")
# As SQLAlchemy writes them into SQLite.
_MOMENT = re.compile(
    r"(\d{1,4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?$"
)
_TIME = re.compile(r"(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$")


class Text(bytes):
    """A text as SQLite stores it; for `Connection.text_factory`."""


class Unstorable(ValueError):
    """A value can't be one of its column's type; the message says why."""


# Returns the value and what was changed about it, "" where nothing was.
Converter = Callable[[Any], tuple[Any, str]]


def converter(kind: Any) -> Converter:
    """Return what makes values of a column's type of what SQLite has; it raises Unstorable."""
    if isinstance(kind, types.TypeDecorator):
        kind = kind.impl_instance if hasattr(kind, "impl_instance") else kind.impl
    for known, function in _CONVERTERS:
        if isinstance(kind, known):
            return function
    raise TypeError(f"FlexGet has a column of an unknown type, {kind!r}")


def text(value: Any) -> tuple[str, str]:
    """Make a text of a value."""
    if isinstance(value, bytes):
        try:
            plain, note = value.decode(), ""
        except UnicodeDecodeError:
            plain, note = value.decode("utf-8", "replace"), "bytes that are no UTF-8 replaced"
        if type(value) is bytes:
            note = note or "a blob made a text"
    else:
        plain, note = str(value), ""
    clean = storable(plain)
    return clean, note or ("NUL replaced" if clean != plain else "")


def integer(value: Any) -> tuple[int, str]:
    """Make a whole number of a value."""
    if type(value) is int:
        return value, ""
    plain = text(value)[0].strip()
    try:
        number = float(plain)
        whole = int(plain) if re.fullmatch(r"[+-]?\d+", plain) else int(number)
    except (ValueError, OverflowError):
        raise Unstorable("it is no whole number") from None
    if abs(whole) > BIGGEST:
        raise Unstorable("it is too big for 64 bits")
    return whole, "" if whole == number else "rounded to a whole number"


def real(value: Any) -> tuple[float, str]:
    """Make a number of a value."""
    if isinstance(value, int | float):
        return float(value), ""
    try:
        return float(text(value)[0]), ""
    except ValueError:
        raise Unstorable("it isn't a number") from None


def boolean(value: Any) -> tuple[bool, str]:
    """Make a truth value of a value."""
    if value in (0, 1):
        return bool(value), ""
    if isinstance(value, int | float):
        return True, "taken for true"
    plain = text(value)[0].strip().lower()
    if plain in _TRUE or plain in _FALSE:
        return plain in _TRUE, ""
    raise Unstorable("it is neither true nor false")


def moment(value: Any) -> tuple[datetime, str]:
    """Make a date and time of a value; a zone is dropped, as FlexGet does."""
    plain = text(value)[0].strip()
    found = _MOMENT.match(plain)
    try:
        if found is not None:
            year, month, day, hour, minute, second, fraction = found.groups("0")
            of_day = int(hour), int(minute), int(second), int(fraction.ljust(6, "0"))
            return datetime(int(year), int(month), int(day), *of_day), ""
        if re.fullmatch(r"\d+(\.\d+)?", plain) and len(plain) > 8:
            seconds = datetime.fromtimestamp(float(plain), UTC).astimezone()
            return seconds.replace(tzinfo=None), "taken for seconds since 1970"
        return datetime.fromisoformat(plain).replace(tzinfo=None), "its zone dropped"
    except (ValueError, OverflowError, OSError):
        raise Unstorable("it is no date and time") from None


def day(value: Any) -> tuple[date, str]:
    """Make a date of a value."""
    found, note = moment(value)
    return found.date(), note or ("its time dropped" if found.time() != time() else "")


def time_of_day(value: Any) -> tuple[time, str]:
    """Make a time of a value."""
    found = _TIME.match(text(value)[0].strip())
    try:
        if found is not None:
            hour, minute, second, fraction = found.groups("0")
            return time(int(hour), int(minute), int(second), int(fraction.ljust(6, "0"))), ""
    except ValueError:
        pass
    raise Unstorable("it is no time of day")


# The first that fits counts.
_CONVERTERS: list[tuple[type, Converter]] = [
    (types.Boolean, boolean),
    (types.Integer, integer),
    (types.Float, real),
    (types.Numeric, real),
    (types.DateTime, moment),
    (types.Date, day),
    (types.Time, time_of_day),
    (types.String, text),
]
