"""JSON in, strictly: what cannot be stored or shown again is refused with its place."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from flexapi.api.errors import BodyTooLarge

# Far above what a FlexGet config nests, far below what Python can recurse.
MAX_DEPTH = 100


def read_body(stream: IO[bytes]) -> bytes:
    """The whole body of a request, for parsers. Raises BodyTooLarge over `DATA_UPLOAD_MAX_MEMORY_SIZE`."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise BodyTooLarge
    return body


class JSONParser(BaseParser):
    """JSON as RFC 8259 has it: UTF-8, no NaN, no infinity; and no NUL, no half surrogates, no deep nesting."""

    media_type = "application/json"
    # The browsable API offers its raw data form for parsers that have a renderer.
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The data. Raises ParseError, BodyTooLarge, and ValidationError where a value cannot be kept."""
        body = read_body(stream)
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ParseError(
                gettext("JSON parse error - not UTF-8: {reason}").format(reason=error.reason)
            ) from error
        try:
            data = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite_float)
        except RecursionError as error:
            raise ParseError(
                gettext("JSON parse error - nested deeper than {max_depth}").format(
                    max_depth=MAX_DEPTH
                )
            ) from error
        except ValueError as error:
            raise ParseError(gettext("JSON parse error - {error}").format(error=error)) from error
        check_depth(data)
        if "\\u" in text:  # Only an escape brings in what UTF-8 and JSON strings cannot hold.
            check_text(data)
        return data


def _refuse_constant(name: str) -> float:
    raise ValueError(gettext("{name} is not JSON").format(name=name))


def _finite_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(gettext("the number {text} is too large").format(text=text))
    return number


def check_depth(data: Any) -> None:
    """Raise ParseError where lists and objects nest deeper than MAX_DEPTH."""
    level = [data]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise ParseError(
        gettext("The body is nested deeper than {max_depth} levels.").format(max_depth=MAX_DEPTH)
    )


def check_text(data: Any) -> None:
    """Raise ValidationError, with the path as attribute, for text with a NUL or half a surrogate pair."""
    for path, text in _texts(data, ()):
        if "\x00" in text:
            message = gettext("Null characters are not allowed.")
        elif any("\ud800" <= letter <= "\udfff" for letter in text):
            message = gettext("Surrogate characters are not allowed.")
        else:
            continue
        detail: Any = [ErrorDetail(message, code="invalid")]
        for key in reversed(path):
            # The key itself may be what is wrong; an answer has to be encodable.
            detail = {key.encode("utf-8", "replace").decode().replace("\x00", "?"): detail}
        raise ValidationError(detail)


def _texts(data: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield (*path, key), key
            yield from _texts(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, (*path, str(index)))
