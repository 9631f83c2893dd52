"""Views that answer bare JSON: without envelope, in another API's own form of errors, outside of FlexAPI's document."""

from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi.api.http.renderers import JSONRenderer


class BareView(APIView):
    """What it returns is sent as it is. Say in `error` what an error looks like, and in `permission_classes` who may ask.

    Authentication is FlexAPI's own unless `authentication_classes` names others.
    """

    renderer_classes = (JSONRenderer,)
    schema = None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Decode what the path has in place of names: up to here, `%` and `/` in it are written as they were sent."""
        for name, value in self.kwargs.items():
            if isinstance(value, str):
                self.kwargs[name] = unquote(value)
        return super().initialize_request(request, *args, **kwargs)

    def error(self, status: int, errors: list[dict[str, Any]]) -> Any:
        """Return the body of an error, of which `errors` tells as FlexAPI's own answers do: code, detail, attr."""
        raise NotImplementedError

    def get_exception_handler(self) -> Any:
        """FlexAPI's own, which knows what each exception means, hides what is secret, and logs; then `error`."""
        standard = super().get_exception_handler()

        def handle(exception: Exception, context: Any) -> Response | None:
            response: Response | None = standard(exception, context)
            if response is not None:
                response.data = self.error(response.status_code, response.data["errors"])
            return response

        return handle

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """Answer JSON whatever is accepted: there is nothing else."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type
