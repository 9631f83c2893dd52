"""FlexGet's host, asked from a view: what goes wrong there becomes the answer that fits."""

from typing import Any

from rest_framework.exceptions import NotFound, ValidationError

from flexapi.api.errors import Conflict, ServiceUnavailable
from flexapi.engine import protocol, shared
from flexapi.engine.client import EngineError, EngineUnavailable


def ask(method: str, **params: Any) -> Any:
    """Call one of the host's methods and return its result.

    Raises ServiceUnavailable where FlexGet, its database or the method can't be reached, NotFound,
    Conflict and ValidationError where the method says so (see flexapi.engine.protocol). Anything else
    is a bug of the method, and an EngineError.
    """
    try:
        return shared.engine().call(method, params)
    except EngineUnavailable as error:
        raise ServiceUnavailable(str(error)) from error
    except EngineError as error:
        if error.code in (protocol.METHOD_NOT_FOUND, protocol.DATABASE_UNAVAILABLE):
            raise ServiceUnavailable(str(error)) from error
        if error.code == protocol.NOT_FOUND:
            raise NotFound(str(error)) from error
        if error.code == protocol.CONFLICT:
            raise Conflict(str(error)) from error
        if error.code == protocol.INVALID_PARAMS:
            raise ValidationError({error.data: str(error)} if error.data else str(error)) from error
        raise
