"""FlexGet's host, asked from a view: what goes wrong there becomes the answer that fits."""

import time
from concurrent.futures import Future
from typing import Any

from django.utils.translation import gettext
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from flexapi import hiding
from flexapi.api.errors import Conflict, PreconditionFailed, ServiceUnavailable
from flexapi.api.etags import EtagMixin
from flexapi.api.parameters import yes_or_no
from flexapi.api.viewsets import one
from flexapi.engine import instance, protocol, waiting
from flexapi.engine.client import EngineError, EngineUnavailable

# Seconds that a request waits for a run to have written, and between two tries. The wait is here and not in the
# host, which has one thread for everybody.
LOCK_PATIENCE = 3.0
LOCK_PAUSE = 0.1


class Exists(Conflict):
    """409: FlexGet has one like it already; `key` is its id."""

    def __init__(self, detail: str, key: int) -> None:
        super().__init__(detail, code="duplicate")
        self.key = key


def ask(method: str, **params: Any) -> Any:
    """Call one of the host's methods and return its result.

    Raises ServiceUnavailable where FlexGet, its database or the method can't be reached, NotFound,
    Conflict (Exists where the error's data is the id of the other one), PreconditionFailed and ValidationError
    where the method says so (see flexapi.engine.protocol). Anything else is a bug of the method, and an EngineError.
    """
    try:
        return _ask_until_unlocked(method, params)
    except EngineUnavailable as error:
        raise ServiceUnavailable(str(error)) from error


def generation() -> int | None:
    """Return a number that is another one after FlexGet and its plugins were loaded again; None where they are not loaded."""
    return instance.engine().state.pid


def answer_of(errand: "Future[Any]", timeout: float) -> Any:
    """Return what an errand of the host's answers within `timeout` seconds (see flexapi.engine.host.errands).

    Raises TimeoutError where it is not done by then, and else what `ask` does.
    """
    try:
        with waiting.allowed():
            return errand.result(timeout)
    except EngineError as error:
        _raise_fitting(error)
    except EngineUnavailable as error:
        raise ServiceUnavailable(str(error)) from error


def _ask_until_unlocked(method: str, params: protocol.Message) -> Any:
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            return instance.engine().call(method, params)
        except EngineError as error:
            if error.code != protocol.DATABASE_LOCKED or time.monotonic() > deadline:
                _raise_fitting(error)
        with waiting.allowed():
            time.sleep(LOCK_PAUSE)


def _raise_fitting(error: EngineError) -> None:
    unavailable = (
        protocol.METHOD_NOT_FOUND,
        protocol.DATABASE_UNAVAILABLE,
        protocol.DATABASE_LOCKED,
    )
    if error.code in unavailable:
        raise ServiceUnavailable(str(error)) from error
    if error.code == protocol.NOT_FOUND:
        raise NotFound(str(error)) from error
    if error.code == protocol.CONFLICT and error.data is not None:
        raise Exists(str(error), error.data) from error
    if error.code == protocol.CONFLICT:
        raise Conflict(str(error)) from error
    if error.code == protocol.CHANGED:
        raise PreconditionFailed from error
    if error.code == protocol.INVALID_PARAMS:
        raise ValidationError({error.data: str(error)} if error.data else str(error)) from error
    raise error


class FlexGetViewSet(EtagMixin, GenericViewSet):
    """A viewset of what is in FlexGet's database: each answer is that of one method of the host.

    Objects are JSON, as the host makes them, and are shown as who asks may see them. Set `permission_model`; write the actions.
    """

    filter_backends = ()

    def shown(self, found: Any) -> Any:
        """Return what a method answered as who asks may see it: what FlexGet keeps may quote credentials."""
        return hiding.shown(self.request.user, found)

    def shown_page(self, found: Any) -> Any:
        """As `shown`, of the list of a page's objects."""
        return self.shown(found)

    def etag_state(self, instance: Any) -> Any:
        """What is shown of the object."""
        return self.shown(instance)

    def get_paginated_response(self, data: Any) -> Response:
        """Answer a page of objects."""
        return super().get_paginated_response(self.shown_page(data))

    def page_from(self, method: str, **params: Any) -> Response:
        """Answer one page, which the host cuts out: its method takes `limit` and `offset`, and returns
        `{"count", "items"}`."""
        return self.get_paginated_response(self.ask_for_page(method, **params)["items"])

    def ask_for_page(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the page that the host cuts out."""
        paginator: Any = self.paginator
        paginator.request = self.request
        paginator.limit = paginator.get_limit(self.request)
        paginator.offset = paginator.get_offset(self.request)
        # Beyond what SQLite counts to there is nothing.
        offset = min(paginator.offset, 2**62)
        page: dict[str, Any] = ask(method, limit=paginator.limit, offset=offset, **params)
        paginator.count = page["count"]
        return page

    def one_from(self, method: str, **params: Any) -> Response:
        """Answer the object that the method answers, with its ETag."""
        found = self.shown(ask(method, **params))
        return self.with_etag(one(found), found, state=found)

    def expected(self, method: str, **params: Any) -> Any:
        """Return what the method answers if the request has a precondition, else None.

        It is for the parameter `expected` of a method that writes, which compares once more (see
        flexapi.engine.host.transactions). Raises PreconditionFailed.
        """
        if not {"If-Match", "If-None-Match"} & set(self.request.headers):
            return None
        found = ask(method, **params)
        self.check_preconditions(found)
        return found

    def ordering(self, *known: str) -> tuple[str, bool]:
        """Return the field to order by (the first one, if not asked for), and whether backwards.

        Raises ValidationError.
        """
        given = self.request.query_params.get("ordering") or known[0]
        name = given.removeprefix("-")
        if name not in known:
            detail = gettext("Cannot order by {name}; known are: {known}.").format(
                name=name, known=", ".join(known)
            )
            raise ValidationError({"ordering": detail})
        return name, given.startswith("-")

    def flag(self, name: str) -> bool | None:
        """Return a parameter of the URL that is true or false, None without it. Raises ValidationError."""
        given = self.request.query_params.get(name)
        return None if given is None else yes_or_no(name, given)

    def choice(self, name: str, *known: str) -> str:
        """Return a parameter of the URL that has one of these values, the first without it. Raises ValidationError."""
        given = self.request.query_params.get(name, known[0])
        if given not in known:
            raise ValidationError(
                {name: gettext("It is one of: {known}.").format(known=", ".join(known))}
            )
        return given
