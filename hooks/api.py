"""Registers the endpoints of hooks."""

from typing import Any

from flexapi.api.router import router

from .views import HookCallViewSet, HookTemplateViewSet, HookViewSet, TryViewSet

_HOOK, _CALL = "hooks/(?P<name>[^/]+)", "hooks/calls/(?P<pk>[0-9]{1,18})"
_ONE_HOOK: dict[str, Any] = {
    "get": "retrieve",
    "post": "receive",
    "put": "update",
    "patch": "partial_update",
    "delete": "destroy",
}

# All of them views: a viewset's paths come behind the one that takes any name.
router.register_view(
    "hooks",
    HookViewSet.as_view({"get": "list", "post": "create"}, basename="hook"),
    name="hook-list",
)
router.register_view(
    "hooks/templates", HookTemplateViewSet.as_view({"get": "list"}), name="hook-template-list"
)
router.register_view("hooks/try", TryViewSet.as_view({"post": "attempt"}), name="hook-try")
router.register_view(
    "hooks/calls",
    HookCallViewSet.as_view({"get": "list"}, basename="hook-call"),
    name="hook-call-list",
)
router.register_view(
    _CALL,
    HookCallViewSet.as_view({"get": "retrieve", "delete": "destroy"}, basename="hook-call"),
    name="hook-call-detail",
)
router.register_view(
    f"{_CALL}/repeat",
    HookCallViewSet.as_view({"post": "repeat"}, basename="hook-call"),
    name="hook-call-repeat",
)
router.register_view(_HOOK, HookViewSet.as_view(_ONE_HOOK, basename="hook"), name="hook-detail")
router.register_view(
    f"{_HOOK}/secret",
    HookViewSet.as_view({"post": "renew"}, basename="hook"),
    name="hook-secret",
)
