"""How views answer errors, and the view of every path that is none."""

import logging
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db.models import ProtectedError
from django.utils.translation import gettext
from drf_standardized_errors.handler import ExceptionHandler as StandardHandler
from rest_framework import exceptions
from rest_framework.fields import get_error_detail
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi import hiding, phrases
from flexapi.api import errors
from flexapi.api.accounts import shown
from flexapi.api.errors import BodyTooLarge, Conflict, ServiceUnavailable, StorageFailed

logger = logging.getLogger(__name__)


class ExceptionHandler(StandardHandler):
    """Says in DRF's terms what Django's own exceptions mean."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, RequestDataTooBig):
            return BodyTooLarge()
        if isinstance(exc, SuspiciousOperation):
            return exceptions.ParseError(
                gettext("The request is not acceptable."), code="bad_request"
            )
        if isinstance(exc, ValidationError):
            return exceptions.ValidationError(get_error_detail(exc))
        if isinstance(exc, ProtectedError):
            names = ", ".join(sorted(str(item) for item in exc.protected_objects))
            return Conflict(gettext("It is still used by: {names}").format(names=names))
        if isinstance(exc, exceptions.NotAuthenticated) and self._shows_a_token():
            exc.detail = exceptions.ErrorDetail(
                gettext(
                    "Authorization holds no valid token. With Basic, the token stands in the password's place."
                ),
                exc.default_code,
            )
        return errors.of_storage(exc) or super().convert_known_exceptions(exc)

    def get_response(self, exc: exceptions.APIException, data: Any) -> Response:
        """Answer what is wrong, in the user's language, and in words that may quote only what the user may see."""
        user = getattr(self.context.get("request"), "_user", None) or AnonymousUser()
        for error in data["errors"]:
            error["detail"] = phrases.translated(error["detail"], gettext)
        response: Response = super().get_response(exc, hiding.shown(user, data))
        return response

    def _shows_a_token(self) -> bool:
        request = self.context.get("request")
        return request is not None and any(True for _ in shown.tokens(request.META))

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        """Log what is known and passes in one line; all else that is the server's fault with its traceback."""
        if isinstance(exc, ServiceUnavailable | StorageFailed):
            logger.warning("%s", exc.detail)
        else:
            super().report_exception(exc, response)


class UnknownPathView(APIView):
    """404 for every path under `/api` that nothing else answers, whatever the method."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound(gettext("There is no such endpoint."))
