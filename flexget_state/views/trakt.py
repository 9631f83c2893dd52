"""`/api/trakt`: the accounts of Trakt that FlexGet has access to."""

import logging
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.engine_calls import FlexGetViewSet, ask
from flexapi.api.viewsets import one

from .. import authorizations
from ..models import TraktAccount

logger = logging.getLogger("flexapi")


class TraktAccountSerializer(serializers.Serializer[None]):
    """An account, by the name that the config calls it."""

    name = serializers.CharField()
    created = serializers.DateTimeField()
    expires = serializers.DateTimeField(help_text="FlexGet renews its access before that.")


class AuthorizationSerializer(serializers.Serializer[None]):
    """FlexGet being allowed an account."""

    name = serializers.CharField()
    state = serializers.ChoiceField(
        ["asking", "waiting", "done", "failed"],
        help_text="`asking` Trakt for a code, `waiting` for somebody to enter it.",
    )
    url = serializers.CharField(help_text="Where the code is entered; empty unless waiting.")
    code = serializers.CharField(
        help_text="Empty unless waiting, or for users who may not change it."
    )
    detail = serializers.CharField(help_text="What FlexGet says: what to do, or why it failed.")


class TraktAccountDetail(serializers.Serializer[None]):
    """An account, and its authorization if there was one lately."""

    name = serializers.CharField()
    created = serializers.DateTimeField(allow_null=True, help_text="Null without access yet.")
    expires = serializers.DateTimeField(allow_null=True)
    authorization = AuthorizationSerializer(allow_null=True)


class TraktViewSet(FlexGetViewSet):
    """Accounts of Trakt that FlexGet has access to, as `flexget trakt` has them. The token stays in FlexGet's database."""

    permission_model = TraktAccount
    serializer_class = TraktAccountSerializer
    lookup_field = "name"
    lookup_value_regex = "[^/]{1,100}"
    action_permissions = {"authorize": "flexget_state.change_traktaccount"}

    def list(self, request: Request) -> Response:
        """List the accounts."""
        return self.page_from("flexget_state.trakt.page")

    @extend_schema(responses=TraktAccountDetail)
    def retrieve(self, request: Request, name: str) -> Response:
        """Look at an account, and at how its authorization is."""
        going_on = self._authorization(name)
        try:
            found = ask("flexget_state.trakt.one", name=name)
        except NotFound:
            if going_on is None:
                raise
            found = {"name": name, "created": None, "expires": None}
        return one({**found, "authorization": going_on})

    def destroy(self, request: Request, name: str) -> Response:
        """Have FlexGet forget its access to an account. Trakt knows nothing of that: revoke it there as well."""
        ask("flexget_state.trakt.delete", name=name)
        logger.info("%s had FlexGet forget the Trakt account %s.", request.user, name)
        return Response(status=204)

    @extend_schema(
        request=None,
        responses={
            202: AuthorizationSerializer,
            409: OpenApiResponse(description="Another one goes on; the text says which."),
        },
    )
    @action(detail=True, methods=["post"])
    def authorize(self, request: Request, name: str) -> Response:
        """Begin to give FlexGet access to an account of Trakt.

        Trakt answers a code, which its owner enters at the URL within ten minutes. GET the account until `authorization`
        says `done` or `failed`.
        """
        logger.info("%s has Trakt asked for the account %s.", request.user, name)
        return one(authorizations.begin(name), 202)

    def _authorization(self, name: str) -> dict[str, Any] | None:
        found = authorizations.current()
        if found is None or found["name"] != name:
            return None
        if not self.request.user.has_perm("flexget_state.change_traktaccount"):
            return {**found, "code": "", "detail": ""}
        return found
