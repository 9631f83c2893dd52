"""The websockets of executions."""

from django.urls import path

from executions.following.consumers import BoardConsumer, LogConsumer

websocket_urlpatterns = [
    path("ws/execution/", BoardConsumer.as_asgi()),
    path("ws/execution/<int:execution_id>/log/", LogConsumer.as_asgi()),
]
