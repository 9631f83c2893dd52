"""Registers the endpoints of notifications."""

from flexapi.api.router import router
from flexapi.api.status import summary

from .checking import problems
from .views import ChannelViewSet, DeliveryViewSet, PushKeyView

router.register("notifications/deliveries", DeliveryViewSet, basename="notification-delivery")
router.register_view("notifications/push_key", PushKeyView.as_view(), name="notification-push-key")
router.register("notifications", ChannelViewSet, basename="notification")
summary.register("problems", problems, "notifications.view_trouble")
