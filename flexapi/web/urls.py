"""The paths of the pages."""

from django.contrib.auth import views as auth
from django.urls import include, path

from flexapi.web import editor, views

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
    path("tasks/<path:name>/edit/", editor.TaskEditorView.as_view(), name="edit_task"),
    path("config/", editor.ConfigEditorView.as_view(), name="edit_config"),
    path("movie_queue/", views.MovieQueueView.as_view(), name="movie_queue"),
    path("history/", views.HistoryView.as_view(), name="history"),
    path("trakt/", views.TraktView.as_view(), name="trakt"),
    path("accounts/", include(_sessions)),
    path("accounts/password/", views.PasswordChangeView.as_view(), name="password_change"),
    # One door for everybody; it says so where somebody may not enter the admin.
    path("admin/login/", views.AdminLoginView.as_view()),
]
