"""Everything under `/api`, the paths of the apps included."""

from django.urls import re_path
from django.utils.module_loading import autodiscover_modules

from flexapi.api.accounts import logins
from flexapi.api.accounts.views import (
    AuthTokenViewSet,
    LoginView,
    LogoutView,
    MeView,
    TokenViewSet,
)
from flexapi.api.docs import DocsView, SchemaView
from flexapi.api.http.error_views import UnknownPathView
from flexapi.api.router import router
from flexapi.api.search import SearchView
from flexapi.api.status import progress, server, storage, summary
from flexapi.api.status.reload import ReloadView
from flexapi.api.status.server import ServerView
from flexapi.api.status.summary import SummaryView
from flexapi.api.status.unlock import UnlockView

router.register_view("auth/login", LoginView.as_view(), name="auth-login")
router.register_view("auth/logout", LogoutView.as_view(), name="auth-logout")
router.register_view("auth/me", MeView.as_view(), name="auth-me")
router.register("tokens", TokenViewSet, basename="token")
router.register("auth/tokens", AuthTokenViewSet, basename="auth-token")
router.register_view("search", SearchView.as_view(), name="search")
router.register_view("server/summary", SummaryView.as_view(), name="server-summary")
router.register_view("server/unlock", UnlockView.as_view(), name="server-unlock")
router.register_view("server/reload", ReloadView.as_view(), name="server-reload")
router.register_view("server", ServerView.as_view(), name="server")
server.register("work", progress.status)
server.register("storage", storage.storage)
server.register("logins", logins.recent_logins, logins.PERMISSION)
summary.register("work", progress.status, "executions.view_execution")
router.register_view("schema", SchemaView.as_view(), name="schema")
router.register_view("docs", DocsView.as_view(), name="docs")
autodiscover_modules("api")

urlpatterns = [*router.urls, re_path("", UnknownPathView.as_view())]
