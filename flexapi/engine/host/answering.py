"""The answer to a call, whatever becomes of it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError

from flexapi.engine import protocol
from flexapi.engine.host.database.unusable import DatabaseUnusable, unusable


def answer(call_id: Any, call: Callable[[], Any]) -> protocol.Message:
    """Make a call and return the message that answers it: its result, or its error."""
    try:
        value = call()
    except protocol.RpcError as error:
        return protocol.error(call_id, error)
    except (DatabaseUnusable, DBAPIError) as error:
        failure = protocol.RpcError(protocol.DATABASE_UNAVAILABLE, unusable(error))
        return protocol.error(call_id, failure)
    except Exception as error:  # noqa: BLE001  a bug of a plugin's method must not end the host
        failure = protocol.RpcError(protocol.INTERNAL_ERROR, f"{type(error).__name__}: {error}")
        return protocol.error(call_id, failure)
    return protocol.result(call_id, value)
