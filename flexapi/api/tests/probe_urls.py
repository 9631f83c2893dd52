"""Endpoints made of the base classes alone, so that these can be tested without any resource app."""

import threading
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.db import connection
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.urls import include, path, re_path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.views import APIView

from flexapi.api.free_names import FreeNameMixin, reverse_name
from flexapi.api.http.error_views import UnknownPathView
from flexapi.api.router import Router
from flexapi.api.viewsets import ModelViewSet, one

handler400 = "flexapi.api.errors.bad_request"
handler403 = "flexapi.api.errors.permission_denied"
handler500 = "flexapi.api.errors.server_error"

# Streams that are open and those that ended, by how they ended.
streams = {"open": 0, "cancelled": 0, "complete": 0}


class GroupSerializer(ModelSerializer[Group]):
    class Meta:
        model = Group
        fields = ("id", "name")


class GroupViewSet(ModelViewSet):
    queryset = Group.objects.all()
    serializer_class = GroupSerializer
    ordering_fields = ("id", "name")
    search_fields = ("name",)
    filterset_fields = ("name", "id")


class NamedGroupViewSet(FreeNameMixin, ModelViewSet):
    queryset = Group.objects.all()
    serializer_class = GroupSerializer
    permission_classes = (AllowAny,)
    lookup_field = "name"

    def location(self, instance: Any) -> str:
        return reverse_name("named-detail", "name", instance.name, self.request)


class EchoView(APIView):
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        return one(request.data)


class CrashView(APIView):
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        raise RuntimeError("a secret detail")


class ThreadView(APIView):
    """Which thread and which database connection answered."""

    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        connection.ensure_connection()
        return one({"thread": threading.get_ident(), "connection": id(connection.connection)})


def plain_crash(request: HttpRequest) -> JsonResponse:
    raise RuntimeError("a secret detail")


async def _ticks(count: int) -> AsyncIterator[str]:
    import asyncio

    streams["open"] += 1
    try:
        for number in range(count):
            yield f"{number}\n"
            await sync_to_async(Group.objects.count)()
            await asyncio.sleep(0.02)
        streams["complete"] += 1
    except asyncio.CancelledError:
        streams["cancelled"] += 1
        raise
    finally:
        streams["open"] -= 1


class StreamView(APIView):
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> StreamingHttpResponse:
        count = int(request.query_params.get("count", 3))
        return StreamingHttpResponse(_ticks(count), content_type="text/plain")


def stream_state(request: HttpRequest) -> JsonResponse:
    return JsonResponse(streams)


router = Router()
router.register("groups", GroupViewSet, basename="group")
router.register("named", NamedGroupViewSet, basename="named")
router.register_view("echo", EchoView.as_view(), name="echo")
router.register_view("crash", CrashView.as_view(), name="crash")
router.register_view("thread", ThreadView.as_view(), name="thread")
router.register_view("stream", StreamView.as_view(), name="stream")

urlpatterns = [
    path("api/plain-crash", plain_crash),
    path("api/stream-state", stream_state),
    path("api/", include([*router.urls, re_path("", UnknownPathView.as_view())])),
    path("plain-crash", plain_crash),
    # What the pages of errors link to.
    path("", include("flexapi.urls")),
]
