"""The paths of the pages."""

from django.conf import settings
from django.contrib.auth import views as auth
from django.urls import include, path
from django.views.generic import TemplateView

from flexapi.web import (
    account,
    assets,
    editor,
    hooks,
    known,
    languages,
    log,
    pwa,
    schedules,
    statistics,
    system,
    task,
    views,
)
from flexapi.web.documentation.views import DocumentationView

# The browsable API's own templates look for logging in and out under this name.
_sessions = (
    [
        path("login/", views.LoginPage.as_view(), name="login"),
        path("logout/", auth.LogoutView.as_view(), name="logout"),
    ],
    "rest_framework",
)

urlpatterns = [
    path("", views.DashboardView.as_view(), name="dashboard"),
    path("executions/", views.ExecutionsView.as_view(), name="executions"),
    path("executions/<int:pk>/", views.ExecutionView.as_view(), name="execution"),
    path("tasks/", views.TasksView.as_view(), name="tasks"),
    path("tasks/new/", editor.NewTaskView.as_view(), name="new_task"),
    path("tasks/<path:name>/edit/", editor.TaskEditorView.as_view(), name="edit_task"),
    # Behind those whose paths end in more.
    path("tasks/<path:name>/", task.TaskView.as_view(), name="task"),
    path("config/", editor.ConfigEditorView.as_view(), name="edit_config"),
    path("config/files/<int:pk>/", editor.NamedFileEditorView.as_view(), name="edit_file"),
    path("movie_queue/", views.MovieQueueView.as_view(), name="movie_queue"),
    path("log/", log.LogView.as_view(), name="log"),
    path("schedules/", schedules.SchedulesView.as_view(), name="schedules"),
    path("statistics/", statistics.StatisticsView.as_view(), name="statistics_page"),
    path("series/", known.SeriesView.as_view(), name="series"),
    path("series/<int:pk>/", known.ShowView.as_view(), name="show"),
    path("lists/", known.ListsView.as_view(), name="lists"),
    path("lists/entry_list/<int:pk>/", known.EntryListView.as_view(), name="entry_list"),
    path("lists/movie_list/<int:pk>/", known.MovieListView.as_view(), name="movie_list"),
    path("lists/pending_list/<int:pk>/", known.PendingListView.as_view(), name="pending_list"),
    path("variables/", known.VariablesView.as_view(), name="variables_page"),
    path("pending/", known.PendingView.as_view(), name="pending"),
    path("seen/", known.SeenView.as_view(), name="seen"),
    path("failed/", known.FailedView.as_view(), name="failed"),
    path("rejected/", known.RejectedView.as_view(), name="rejected"),
    path("history/", views.HistoryView.as_view(), name="history"),
    path("notifications/", views.NotificationsView.as_view(), name="notifications"),
    path("hooks/", hooks.HooksView.as_view(), name="hooks"),
    path("manifest.webmanifest", pwa.ManifestView.as_view(), name="manifest"),
    path("service-worker.js", pwa.ServiceWorkerView.as_view(), name="service_worker"),
    path("offline/", TemplateView.as_view(template_name="web/offline.html"), name="offline"),
    path("docs/", DocumentationView.as_view(), name="documentation"),
    path("docs/<slug:page>/", DocumentationView.as_view(), name="documentation_page"),
    path("styles.css", assets.StylesView.as_view(), name="styles"),
    path("texts/<str:language>.js", languages.TextsView.as_view(), name="texts"),
    path("system/", system.SystemView.as_view(), name="system"),
    path("trakt/", views.TraktView.as_view(), name="trakt"),
    path("accounts/", include(_sessions)),
    path("account/", account.AccountView.as_view(), name="account"),
    path("accounts/password/", views.PasswordChangeView.as_view(), name="password_change"),
    # One door for everybody; it says so where somebody may not enter the admin.
    path("admin/login/", views.AdminLoginView.as_view()),
]

if settings.OIDC_ISSUER:
    # Imported where it is wanted: what speaks the protocol takes memory.
    from flexapi.api.accounts.oidc import OidcCallbackView, OidcStartView

    urlpatterns += [
        path("accounts/oidc/", OidcStartView.as_view(), name="oidc_start"),
        path("accounts/oidc/callback/", OidcCallbackView.as_view(), name="oidc_callback"),
    ]
