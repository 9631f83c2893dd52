"""Everything under `/flexget/`."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path, re_path

from flexapi.api.mounts import mount, static_files

from . import shapes, ui
from .views import accounts, execute, log, passed, schedules, server, tasks
from .views.base import FlexGetView, LeftOut, UnknownPath

mount("flexget/api", errors=shapes.error_response)
if (_built := ui.folder()) is not None:
    static_files("flexget/assets", _built / "assets")
    static_files("flexget/own", ui.OWN)

_LOOKUPS = "FlexAPI asks no other service: look there."
# What is left out, and what there is instead; the README has the same table.
LEFT_OUT = {
    "cached": "FlexAPI fetches no pictures of other servers.",
    "imdb": _LOOKUPS,
    "server/dump_threads": "FlexAPI has no such threads.",
    "tmdb": _LOOKUPS,
    "trakt": _LOOKUPS,
    "tvdb": _LOOKUPS,
    "tvmaze": _LOOKUPS,
}
_PASSED: dict[str, type[passed.Passed]] = {
    "entry_list": passed.EntryLists,
    "failed": passed.Failed,
    "format_check": passed.FormatCheck,
    "history": passed.History,
    "movie_list": passed.MovieLists,
    "pending": passed.Pending,
    "pending_list": passed.PendingLists,
    "plugins": passed.Plugins,
    "rejected": passed.Rejected,
    "schema": passed.Schema,
    "seen": passed.Seen,
    "series": passed.Series,
    "status": passed.Status,
    "tasks/status": passed.Status,
}


def _at(route: str, view: type[FlexGetView], **attributes: Any) -> URLPattern:
    """A path of the API, with and without its slash."""
    called: Callable[..., Any] = view.as_view(**attributes)
    return re_path(rf"^api/{route}/?$", called)


urlpatterns = [
    path("", ui.page, name="flexget-ui"),
    _at("auth/login", accounts.Login),
    _at("auth/logout", accounts.Logout),
    _at("user", accounts.Password),
    _at("user/token", accounts.Token),
    *(_at(rf"{name}(?P<rest>/.*)?", view) for name, view in _PASSED.items()),
    _at("tasks", tasks.Tasks),
    _at("tasks/queue", tasks.Queue),
    _at("tasks/execute", execute.Execute),
    _at("tasks/execute/params", execute.Parameters),
    _at("inject", execute.Execute),
    _at("inject/params", execute.Parameters),
    _at("tasks/(?P<name>[^/]+)", tasks.Task),
    _at("schedules", schedules.Schedules),
    _at("schedules/(?P<pk>[0-9]{1,18})", schedules.Schedule),
    _at("server/version", server.Version),
    _at("server/pid", server.Pid),
    _at("server/config", server.Config),
    _at("server/raw_config", server.RawConfig),
    _at("server/manage", server.Manage),
    _at("server/log", log.Log),
    _at("server/crash_logs", passed.CrashLogs),
    _at("variables", server.Variables),
    _at("irc/connections", server.IrcConnections),
    _at("irc/restart", server.IrcSteered, verb="restart", done="restarted"),
    _at("irc/stop", server.IrcSteered, verb="stop", done="stopped"),
    _at("database", server.Database),
    _at("database/plugins", server.DatabasePlugins),
    *(_at(rf"{name}(?P<rest>/.*)?", LeftOut, why=why) for name, why in LEFT_OUT.items()),
    re_path(r"^api(?P<rest>/.*)?$", UnknownPath.as_view()),
    # The UI's own pages, each of which its script draws.
    path("<path:drawn>", ui.page),
]
