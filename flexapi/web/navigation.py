"""Where one gets from every page: the bar on top, below on a phone, and its menu."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Place:
    """One of them. `url` is the name of its URL, `pages` those of the pages below it; None asks for no permission.

    A place that is `first` stands in the bar at every width: four fit on a phone. One that is `wide` stands there where
    there is room, and else in the menu, as all others do: there below the heading `group`.
    """

    group: str | Promise
    name: str | Promise
    url: str
    icon: str
    permission: str | None = None
    pages: tuple[str, ...] = ()
    first: bool = False
    wide: bool = False
    # Leads there after `g`.
    key: str = ""


RUNS = gettext_lazy("Runs")
KNOWN = gettext_lazy("What FlexGet knows")
SETUP = gettext_lazy("Setup")

# Those of a group stand together: the menu shows them in this order.
PLACES = (
    Place(RUNS, gettext_lazy("Dashboard"), "dashboard", "dashboard", first=True, key="d"),
    Place(
        RUNS,
        gettext_lazy("Tasks"),
        "tasks",
        "tasks",
        "tasks.view_task",
        ("task", "edit_task", "new_task"),
        first=True,
        key="t",
    ),
    Place(
        RUNS,
        gettext_lazy("Executions"),
        "executions",
        "list",
        "executions.view_execution",
        ("execution",),
        first=True,
        key="e",
    ),
    Place(
        RUNS,
        gettext_lazy("Statistics"),
        "statistics_page",
        "chart",
        "executions.view_execution",
        key="s",
    ),
    Place(RUNS, gettext_lazy("Log"), "log", "docs", "executions.view_execution", key="l"),
    Place(
        RUNS, gettext_lazy("Schedules"), "schedules", "calendar", "schedules.view_schedule", key="p"
    ),
    Place(
        KNOWN,
        gettext_lazy("Movies"),
        "movie_queue",
        "film",
        "movie_queue.view_queuedmovie",
        first=True,
        key="m",
    ),
    Place(
        KNOWN,
        gettext_lazy("History"),
        "history",
        "clock",
        "history.view_historyentry",
        wide=True,
        key="h",
    ),
    Place(KNOWN, gettext_lazy("Series"), "series", "tv", "series.view_show", ("show",), key="r"),
    Place(KNOWN, gettext_lazy("Pending"), "pending", "filter", "flexget_state.view_pendingentry"),
    Place(
        KNOWN,
        gettext_lazy("Seen"),
        "seen",
        "check",
        "flexget_state.view_seenentry",
        ("failed", "rejected"),
    ),
    Place(
        KNOWN,
        gettext_lazy("Lists"),
        "lists",
        "list",
        "flexget_state.view_entrylist",
        ("entry_list", "movie_list", "pending_list"),
    ),
    Place(
        KNOWN, gettext_lazy("Variables"), "variables_page", "options", "flexget_state.view_variable"
    ),
    Place(
        SETUP,
        gettext_lazy("Config"),
        "edit_config",
        "edit",
        "mirror.view_configsection",
        ("edit_file",),
        wide=True,
        key="c",
    ),
    Place(
        SETUP,
        gettext_lazy("Notifications"),
        "notifications",
        "bell",
        "notifications.view_channel",
        key="n",
    ),
    Place(SETUP, gettext_lazy("Webhooks in"), "hooks", "hook", "hooks.view_hook", key="w"),
    Place(
        SETUP, gettext_lazy("Trakt accounts"), "trakt", "user", "flexget_state.view_traktaccount"
    ),
    Place(SETUP, gettext_lazy("System"), "system", "options", "executions.view_execution", key="y"),
    Place(SETUP, gettext_lazy("API"), "docs", "docs", wide=True, key="a"),
    Place(
        SETUP,
        gettext_lazy("Documentation"),
        "documentation",
        "docs",
        None,
        ("documentation_page",),
        key="o",
    ),
)
_ADMIN = Place(SETUP, gettext_lazy("Admin"), "admin:index", "settings", wide=True, key="x")


def places(request: HttpRequest) -> list[dict[str, Any]]:
    """Those of the user, as the template takes them: `{"group", "name", "url", "icon", "current", "first", "wide", "key"}`."""
    user: Any = request.user
    match = request.resolver_match
    here = match.url_name if match and not match.namespaces else None
    found = [place for place in PLACES if not place.permission or user.has_perm(place.permission)]
    if user.is_staff:
        found.append(_ADMIN)
    in_admin = bool(match and match.app_name == "admin")
    return [
        {
            "group": place.group,
            "name": place.name,
            "url": reverse(place.url),
            "icon": place.icon,
            "current": in_admin if place is _ADMIN else here in (place.url, *place.pages),
            "first": place.first,
            "wide": place.wide,
            "key": place.key,
        }
        for place in found
    ]
