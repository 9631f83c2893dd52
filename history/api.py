"""Registers the endpoints of the history."""

from flexapi.api.router import router
from history.views import HistoryViewSet

router.register("history", HistoryViewSet, basename="history")
