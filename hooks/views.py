"""`/api/hooks`: the doors, who knocked, and the door that a sender knocks at."""

from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from flexapi.api.schema import ErrorSerializer, example
from flexapi.api.viewsets import ApiViewSet, DestroyMixin, ModelViewSet, ReadOnlyViewSet, one
from hooks import receiving
from hooks.filters import HookCallFilter
from hooks.models import Hook, HookCall
from hooks.ready.templates import templates
from hooks.serializers import (
    FoundSerializer,
    HookCallDetailSerializer,
    HookCallSerializer,
    HookSerializer,
    HookTemplateSerializer,
    ReceivedSerializer,
    TryingSerializer,
)

EXAMPLE = {"title": "Sintel.2010.1080p", "url": "https://site.example/1.torrent", "indexer": "x"}
ANY_JSON = {"type": "object", "additionalProperties": True, "description": "The sender's own."}


class HookViewSet(ModelViewSet):
    """Doors for programs that tell of something."""

    subject = ("a hook", "hooks")
    queryset = Hook.objects.all()
    serializer_class = HookSerializer
    lookup_field = "name"
    lookup_url_kwarg = "name"
    ordering_fields = ("name", "created")
    search_fields = ("name", "task")
    filterset_fields = ("enabled", "target", "task", "template")
    action_permissions: ClassVar[dict[str, str]] = {"renew": "hooks.change_hook"}

    def get_authenticators(self) -> list[BaseAuthentication]:
        """None for senders: they show what the hook asks for, and not who they are here."""
        return [] if self._is_sender() else super().get_authenticators()

    def get_permissions(self) -> Any:
        """As above."""
        return [AllowAny()] if self._is_sender() else super().get_permissions()

    def get_authenticate_header(self, request: Request) -> str:
        """The scheme of a 401."""
        return "Token"

    def get_queryset(self) -> QuerySet[Hook]:
        """With the last call of each."""
        last = HookCall.objects.filter(hook=OuterRef("pk")).order_by("-pk")
        return Hook.objects.annotate(
            last_call=Subquery(last.values("time")[:1]),
            last_outcome=Subquery(last.values("outcome")[:1]),
        )

    def etag_state(self, instance: Hook) -> Any:
        """What can be edited: a call is no change."""
        fields = [field for field in Hook._meta.concrete_fields if field.editable]
        return [str(getattr(instance, field.attname)) for field in fields]

    @extend_schema(
        summary="Tell a hook of something",
        description="For programs. What the hook asks for shows who sends: its secret (`X-Api-Key`, `Authorization: Bearer`, the "
        "password of Basic, `?apikey=`), a signature (`X-Hub-Signature-256`), or an API token. 201 where something came of it, "
        "200 where the body is none that the hook is for.",
        request={"application/json": ANY_JSON},
        examples=[example(EXAMPLE)],
        responses={
            200: OpenApiResponse(ReceivedSerializer, "Nothing came of it: the reason says why."),
            201: OpenApiResponse(ReceivedSerializer, "Entries were injected, or movies queued."),
            401: ErrorSerializer,
            403: ErrorSerializer,
            409: ErrorSerializer,
            429: OpenApiResponse(ErrorSerializer, "More than `rate` a minute; see Retry-After."),
        },
    )
    def receive(self, request: Request, name: str) -> Response:
        """Take what a sender posts."""
        call = receiving.receive(name, request)
        headers = {}
        if call.execution is not None:
            detail = {"pk": call.execution}
            headers["Location"] = reverse("execution-detail", kwargs=detail, request=request)
        return one(ReceivedSerializer(call).data, call.status, headers)

    @extend_schema(
        summary="Give a hook another secret",
        description="The one before counts no more from now on. The new one is shown this once.",
        request=None,
        responses=HookSerializer,
    )
    def renew(self, request: Request, name: str) -> Response:
        """Replace the secret."""
        hook = self.get_object()
        hook.renew()
        return one(self.get_serializer(hook).data)

    def _is_sender(self) -> bool:
        is_post = self.request is not None and self.request.method == "POST"
        return is_post and getattr(self, "action_map", {}).get("post") == "receive"


class TryViewSet(ApiViewSet):
    """Mappings, tried."""

    queryset = Hook.objects.all()
    serializer_class = TryingSerializer
    action_permissions: ClassVar[dict[str, str]] = {"attempt": "hooks.add_hook"}

    @extend_schema(
        summary="Try a hook's mapping on a body",
        description="Nothing is run, and nothing is kept.",
        examples=[example({"title": "$.title", "url": "$.url", "body": EXAMPLE})],
        responses=FoundSerializer,
    )
    def attempt(self, request: Request) -> Response:
        """Read a body with a mapping."""
        given = self.valid(TryingSerializer)
        body = given.pop("body")
        return one(receiving.attempt(Hook(**given), body))


class HookTemplateViewSet(ApiViewSet):
    """Ready mappings of programs that many have."""

    queryset = Hook.objects.all()
    serializer_class = HookTemplateSerializer
    filter_backends = ()

    @extend_schema(responses=HookTemplateSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List what a hook may start from; Sonarr, Radarr, autobrr, Overseerr, GitHub."""
        return self.page_of([*templates().values()])


class HookCallViewSet(DestroyMixin, ReadOnlyViewSet):
    """What came through hooks, and what became of it."""

    subject = ("a call of a hook", "calls of hooks")
    queryset = HookCall.objects.select_related("hook")
    ordering_fields = ("id", "time")
    lookup_value_regex = "[0-9]{1,18}"
    filterset_class = HookCallFilter
    action_permissions: ClassVar[dict[str, str]] = {"repeat": "hooks.repeat_hookcall"}

    def get_queryset(self) -> QuerySet[HookCall]:
        """Without bodies where there are many."""
        calls = super().get_queryset()
        return calls.defer("body", "headers") if self.action == "list" else calls

    def get_serializer_class(self) -> Any:
        """As above."""
        return HookCallSerializer if self.action == "list" else HookCallDetailSerializer

    @extend_schema(
        summary="Repeat a call of a hook",
        description="Its body goes through the hook as that is now; whoever asks is who asks for the execution.",
        request=None,
        responses={
            200: OpenApiResponse(HookCallDetailSerializer, "Nothing came of it."),
            201: HookCallDetailSerializer,
            409: ErrorSerializer,
        },
    )
    def repeat(self, request: Request, pk: str) -> Response:
        """Do once more what a call asked for."""
        call = receiving.repeat(self.get_object(), request.user)
        location = self.reverse_action("detail", kwargs={"pk": call.pk})
        return one(self.get_serializer(call).data, call.status, {"Location": location})
