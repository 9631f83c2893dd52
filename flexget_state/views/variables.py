"""`/api/variables`."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.engine_calls import FlexGetViewSet, ask
from flexapi.api.http.parsers import JSONParser
from flexapi.api.schema import ErrorSerializer, example
from flexapi.api.viewsets import one
from flexapi.mirror import credentials

from ..models import Variable

_WRITTEN = extend_schema(
    request=OpenApiTypes.OBJECT,
    examples=[example({"tracker_key": "5f0c2e"})],
    responses={200: OpenApiTypes.OBJECT, 409: ErrorSerializer},
)


class ObjectParser(JSONParser):
    """JSON, without a text to begin with for the browsable API: sent by mistake, `{}` would delete everything."""

    renderer_class = None  # type: ignore[assignment]


@extend_schema_view(
    retrieve=extend_schema(responses=OpenApiTypes.OBJECT),
    update=_WRITTEN,
    partial_update=_WRITTEN,
)
class VariablesViewSet(FlexGetViewSet):
    """The variables in FlexGet's database, for a config that says `variables: yes`.

    Their values are passwords as often as not, and their names don't tell: a user who may not change them sees none.
    """

    permission_model = Variable
    parser_classes = (ObjectParser,)

    def retrieve(self, request: Request) -> Response:
        """Read the variables."""
        return self._answer(ask("flexget_state.variables.one"))

    def update(self, request: Request) -> Response:
        """Replace all variables."""
        return self._change("replace")

    def partial_update(self, request: Request) -> Response:
        """Set the variables that are given; the others stay."""
        return self._change("update")

    def _change(self, method: str) -> Response:
        # Without a body the data would be an empty object.
        data = self.request.data if self.request.body else None
        if not isinstance(data, dict):
            raise ValidationError(gettext("Send an object: {name: value}."))
        if masked := [name for name, value in data.items() if value == credentials.MASK]:
            message = gettext("{mask} stands in place of a value; write the real one.").format(
                mask=credentials.MASK
            )
            raise ValidationError(dict.fromkeys(masked, message))
        expected = self.expected("flexget_state.variables.one")
        return self._answer(ask(f"flexget_state.variables.{method}", data=data, expected=expected))

    def _answer(self, variables: dict[str, Any]) -> Response:
        shown = self.etag_state(variables)
        return self.with_etag(one(shown), variables, state=shown)

    def etag_state(self, instance: Any) -> Any:
        """The variables as who asks may see them."""
        if self.request.user.has_perm("flexget_state.change_variable"):
            return instance
        # Whatever is in here is a secret.
        return credentials.mask_value(instance, ("variables", "secrets"))
