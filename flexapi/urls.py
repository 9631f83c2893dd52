"""Every path of the server."""

from django.contrib import admin
from django.urls import include, path, re_path

from flexapi import plugins
from flexapi.api.router import RootView, router
from flexapi.api.status.health import healthz
from flexapi.api.status.metrics import MetricsView
from flexapi.backup.views import BackupView

handler400 = "flexapi.api.errors.bad_request"
handler403 = "flexapi.api.errors.permission_denied"
handler500 = "flexapi.api.errors.server_error"

# Before the paths under /api are made: a backup stands on more than the API does.
router.register_view("server/backup", BackupView.as_view(), name="server-backup")

urlpatterns = [
    path("api/", include("flexapi.api.urls")),
    path("api", RootView.as_view()),
    path("", include("flexapi.web.urls")),
    path("admin/", admin.site.urls),
    *plugins.url_patterns(),
    re_path(r"^healthz/?$", healthz),
    re_path(
        r"^metrics/?$",
        MetricsView.as_view(permission="executions.view_execution"),
        name="metrics",
    ),
]
