"""Registers the endpoints of the history, and what the server and tasks say of it."""

from flexapi.api import search
from flexapi.api.router import router
from flexapi.api.status import summary
from history.listing import find
from history.totals import TotalsSerializer, taken_today, totals_of
from history.views import HistoryViewSet
from tasks import details

router.register("history", HistoryViewSet, basename="history")
search.register("history", find, "history.view_historyentry")
summary.register("taken_today", taken_today, "history.view_historyentry")
details.register("totals", totals_of, TotalsSerializer(read_only=True))
