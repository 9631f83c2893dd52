"""`/api/notifications`."""

from typing import Any, ClassVar

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiCallback,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi.api.http.threads import aside
from flexapi.api.permissions import NamedPermission
from flexapi.api.viewsets import ModelViewSet, ReadOnlyViewSet, one
from notifications import delivering, outbox
from notifications.models import Channel, Delivery
from notifications.serializers import (
    ChannelSerializer,
    DeliverySerializer,
    PushKeySerializer,
    WebhookBodySerializer,
)

# What stands in a webhook's headers, and of what type; as OpenAPI has it.
_HEADERS = [
    {"name": name, "in": "header", "required": True, "schema": {"type": kind}, "description": said}
    for name, kind, said in (
        ("Webhook-Id", "string", "The delivery; the same each time it is tried."),
        (
            "Webhook-Timestamp",
            "integer",
            "Seconds since 1970 of this try: refuse what is older than some minutes.",
        ),
        (
            "Webhook-Signature",
            "string",
            "`v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`, by the channel's secret (what follows "
            "`whsec_`, decoded as Base64).",
        ),
    )
]
WEBHOOK = OpenApiCallback(
    "events",
    "{$request.body#/address}",
    extend_schema(
        summary="What a webhook is sent",
        request=WebhookBodySerializer,
        responses={
            200: OpenApiResponse(
                description="Any 2xx: it has arrived. Anything else: it is tried again, for a day."
            )
        },
    ),
)


@extend_schema_view(create=extend_schema(callbacks=[WEBHOOK]))
class ChannelViewSet(ModelViewSet):
    """Who is told of what."""

    subject = ("a channel", "channels")
    callback_parameters = _HEADERS
    queryset = Channel.objects.all()
    serializer_class = ChannelSerializer
    ordering_fields = ("id", "name", "type")
    search_fields = ("name",)
    filterset_fields = ("type", "enabled")
    lookup_value_regex = "[0-9]{1,18}"
    action_permissions: ClassVar[dict[str, str]] = {"test": "notifications.test_channel"}

    def get_queryset(self) -> QuerySet[Channel]:
        """With what waits, and what came of the last delivery."""
        last = Delivery.objects.filter(channel=OuterRef("pk")).order_by("-pk")
        rows: QuerySet[Channel] = super().get_queryset()
        return rows.annotate(
            waiting=Count("notices", filter=Q(notices__delivery=None)),
            last_state=Subquery(last.values("state")[:1]),
            last_answer=Subquery(last.values("answer")[:1]),
        )

    def etag_state(self, instance: Channel) -> Any:
        """What can be edited: a delivery is no change."""
        fields = [field for field in Channel._meta.concrete_fields if field.editable]
        return [str(getattr(instance, field.attname)) for field in fields]

    @extend_schema(
        summary="Send a test",
        description="It is sent now, whether the channel is on or off, and once; the delivery says what came of it.",
        request=None,
        responses=DeliverySerializer,
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        channel = self.get_object()
        delivery = outbox.test_of(channel)
        with aside("a message"):
            delivering.send(delivery, timezone.now)
        return one(DeliverySerializer(delivery, context=self.get_serializer_context()).data)


class PushKeyView(APIView):
    """The key that browsers subscribe with; give `pushManager.subscribe` it as `applicationServerKey`."""

    permission_classes = (NamedPermission,)
    permission = "notifications.view_channel"

    @extend_schema(summary="Read the key for Web Push", responses=PushKeySerializer)
    def get(self, request: Request) -> Response:
        """Answer the public key."""
        from notifications import push  # With it comes cryptography, which few servers need.

        return one({"key": push.public_key()})


class DeliveryViewSet(ReadOnlyViewSet):
    """What was sent, what is being tried, and what the other side answered."""

    subject = ("a delivery", "deliveries")
    queryset = Delivery.objects.select_related("channel").prefetch_related("notices")
    serializer_class = DeliverySerializer
    ordering_fields = ("id", "created")
    filterset_fields = ("channel", "state", "test")
    lookup_value_regex = "[0-9]{1,18}"
