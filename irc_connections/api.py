"""Registers the endpoints of IRC, and what `/api/server` says of it."""

from flexapi.api.router import router
from flexapi.api.status import server

from .status import irc_status
from .views import IrcConnectionViewSet

router.register("irc", IrcConnectionViewSet, basename="irc")
server.register("irc", irc_status)
