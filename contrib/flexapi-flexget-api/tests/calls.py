"""What FlexGet's daemon and FlexAPI are both asked, in this order: each call of FlexGet's API, right and wrong."""

from dataclasses import dataclass
from typing import Any

# What both are asked on. Runs of these tasks make what the tables hold.
TASKS: dict[str, Any] = {
    "tv": {
        "mock": [
            {"title": "Show.S01E01.720p.HDTV", "url": "http://localhost/1"},
            {"title": "Show.S01E02.720p.HDTV", "url": "http://localhost/2"},
            {"title": "Show.S01E02.1080p.HDTV", "url": "http://localhost/3"},
            {"title": "Other.S02E05.1080p", "url": "http://localhost/4"},
            {"title": "Third.2x01.1080p", "url": "http://localhost/5"},
        ],
        "series": ["Show", "Other", "Third"],
    },
    "films": {
        "mock": [
            {"title": "Dune 2021 1080p", "url": "http://localhost/6", "imdb_id": "tt1160419"},
            {"title": "Sintel 2010 720p", "url": "http://localhost/7"},
        ],
        "accept_all": True,
        "list_add": [{"movie_list": "wanted"}, {"entry_list": "things"}, {"pending_list": "maybe"}],
    },
    "asks": {
        "mock": [
            {"title": "Waits", "url": "http://localhost/8"},
            {"title": "Waits too", "url": "http://localhost/9"},
        ],
        "pending_approval": True,
    },
    "fails": {
        "mock": [{"title": "Broken", "url": "http://localhost/10"}],
        "accept_all": True,
        "mock_output": False,
        "download": {"path": "/nowhere/at/all"},
    },
    "rejects": {
        "mock": [{"title": "Too big", "url": "http://localhost/11", "content_size": 5000}],
        "content_size": {"max": 10},
    },
    "manual one": {"mock": [{"title": "x", "url": "http://localhost/12"}], "manual": True},
    "_off": {"mock": [{"title": "y", "url": "http://localhost/13"}], "accept_all": True},
}
SCHEDULES: list[dict[str, Any]] = [
    {"tasks": ["tv"], "interval": {"hours": 6}},
    {"tasks": "films", "schedule": {"hour": 3, "minute": 30}},
]


@dataclass(frozen=True)
class Call:
    """A request."""

    method: str
    path: str
    body: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}" + ("" if self.body is None else f" {self.body}")


def get(*paths: str) -> list[Call]:
    """Read each of these."""
    return [Call("GET", path) for path in paths]


def paged(path: str, *orders: str) -> list[Call]:
    """A list in all ways that lists are asked for."""
    queries = ["", "per_page=1", "per_page=1&page=2", "page=99", "order=asc", "order=zz"]
    queries += ["page=x", "per_page=500", "sort_by=zz"]
    queries += [f"sort_by={order}&order={way}" for order in orders for way in ("asc", "desc")]
    return get(*(f"{path}?{query}" if query else path for query in queries))


READS: list[Call] = [
    *paged("tasks/status/", "last_execution_time", "name", "id"),
    *paged("status/", "name"),
    *get("status/1/", "status/99/", "status/?include_execution=false", "status/x/"),
    *paged("status/1/executions/", "start", "accepted", "failed"),
    *get(
        "tasks/status/1/",
        "tasks/status/1/executions/?start_date=2000-01-01",
        "status/99/executions/",
    ),
    *get("status/1/executions/?succeeded=false", "status/1/executions/?start_date=zz"),
    *paged("history/", "id", "task", "title", "time", "url"),
    *get("history/?task=films", "history/?task=nothing"),
    *paged("seen/", "title", "task", "added", "reason", "id"),
    *get(
        "seen/1/",
        "seen/99/",
        "seen/?value=http%3A//localhost/1",
        "seen/?local=true",
        "seen/?value=nothing",
    ),
    *paged("failed/", "failure_time", "title", "url", "reason"),
    *get("failed/1/", "failed/99/"),
    *paged("rejected/", "title", "url", "reason"),
    *get("rejected/1/", "rejected/99/"),
    *paged("pending/", "added", "title", "task_name"),
    *get("pending/1/", "pending/99/", "pending/?approved=true", "pending/?task_name=asks"),
    *get("entry_list/", "entry_list/?name=things", "entry_list/1/", "entry_list/99/"),
    *paged("entry_list/1/entries/", "id", "title", "added"),
    *get("entry_list/1/entries/1/", "entry_list/1/entries/99/", "entry_list/99/entries/"),
    *get(
        "movie_list/",
        "movie_list/?name=wanted",
        "movie_list/1/",
        "movie_list/99/",
        "movie_list/identifiers/",
    ),
    *paged("movie_list/1/movies/", "id", "title", "year", "added"),
    *get("movie_list/1/movies/1/", "movie_list/1/movies/99/"),
    *get("pending_list/", "pending_list/1/", "pending_list/99/"),
    *paged("pending_list/1/entries/", "id", "title"),
    *get(
        "pending_list/1/entries/1/",
        "pending_list/1/entries/99/",
        "pending_list/1/entries/?filter=Dune",
    ),
    *paged("series/", "show_name", "last_download_date"),
    *get(
        "series/1/",
        "series/99/",
        "series/search/show/",
        "series/search/nothing/",
        "series/?query=oth",
    ),
    *get(
        "series/?in_config=all",
        "series/?in_config=unconfigured",
        "series/?premieres=true",
        "series/?begin=true",
    ),
    *get("series/1/seasons/", "series/1/seasons/1/", "series/99/seasons/", "series/1/seasons/99/"),
    *paged("series/1/episodes/"),
    *get(
        "series/1/episodes/1/",
        "series/1/episodes/99/",
        "series/2/episodes/1/",
        "series/99/episodes/",
    ),
    *get(
        "series/1/episodes/1/releases/",
        "series/1/episodes/1/releases/1/",
        "series/1/episodes/1/releases/99/",
    ),
    *get(
        "series/1/episodes/1/releases/?downloaded=true",
        "series/1/episodes/1/releases/?downloaded=zz",
    ),
    *get(
        "plugins/?per_page=3",
        "plugins/?phase=output&per_page=3",
        "plugins/?interface=list&per_page=3",
    ),
    *get(
        "plugins/rss/",
        "plugins/rss/?include_schema=true",
        "plugins/nothing/",
        "plugins/?phase=nothing",
    ),
    *get("schema/plugin/rss", "schema/plugin/nothing", "schema/config/"),
    *get(
        "tasks/",
        "tasks/?include_config=false",
        "tasks/tv/",
        "tasks/manual%20one/",
        "tasks/_off/",
        "tasks/nothing/",
    ),
    *get(
        "tasks/?include_config=zz",
        "tasks/queue/",
        "variables/",
        "irc/connections/",
        "database/plugins/",
    ),
    *get("schedules/", "schedules/99/"),
    *get("server/pid/", "server/config/", "server/raw_config/", "server/version/"),
    *get("tasks/execute/params/", "inject/params/", "user/token/"),
    *get("nothing/", "series/x/", "", "server/"),
]

WRITES: list[Call] = [
    Call("POST", "format_check/", {"quality": "720p", "url": "http://localhost/"}),
    Call("POST", "format_check/", {"quality": "no such thing"}),
    Call("POST", "format_check/", {"nothing": 1}),
    Call("PUT", "variables/", {"colour": "red"}),
    Call("PATCH", "variables/", {"size": 5}),
    *get("variables/"),
    Call("POST", "entry_list/", {"name": "mine"}),
    Call("POST", "entry_list/", {"name": "mine"}),
    Call("POST", "entry_list/", {"nothing": "mine"}),
    Call("POST", "entry_list/2/entries/", {"title": "one", "original_url": "http://localhost/a"}),
    Call("POST", "entry_list/2/entries/", {"title": "one", "original_url": "http://localhost/a"}),
    Call("POST", "entry_list/2/entries/", {"title": "two"}),
    Call(
        "PUT", "entry_list/2/entries/3/", {"title": "three", "original_url": "http://localhost/b"}
    ),
    *get("entry_list/2/entries/"),
    Call("DELETE", "entry_list/2/entries/3/"),
    Call("DELETE", "entry_list/2/entries/3/"),
    *get("entry_list/2/entries/"),
    Call("DELETE", "entry_list/2/"),
    Call("DELETE", "entry_list/2/"),
    Call("POST", "movie_list/", {"name": "films"}),
    Call("POST", "movie_list/2/movies/", {"movie_name": "Heat", "movie_year": 1995}),
    Call("POST", "movie_list/2/movies/", {"movie_name": "Heat", "movie_year": 1995}),
    Call("POST", "movie_list/2/movies/", {"movie_name": "Heat"}),
    Call("PUT", "movie_list/2/movies/3/", [{"imdb_id": "tt0113277"}]),
    Call("PUT", "movie_list/2/movies/3/", [{"nothing": "tt0113277"}]),
    *get("movie_list/2/movies/3/"),
    Call("DELETE", "movie_list/2/movies/3/"),
    Call("DELETE", "movie_list/2/"),
    Call("POST", "pending_list/", {"name": "later"}),
    Call("POST", "pending_list/2/entries/", {"title": "one", "original_url": "http://localhost/c"}),
    Call("PUT", "pending_list/2/entries/3/", {"operation": "approve"}),
    Call("PUT", "pending_list/2/entries/3/", {"operation": "zz"}),
    *get("pending_list/2/entries/"),
    Call("DELETE", "pending_list/2/entries/3/"),
    Call("DELETE", "pending_list/2/"),
    Call("PUT", "pending/1/", {"operation": "approve"}),
    Call("PUT", "pending/1/", {"operation": "approve"}),
    Call("PUT", "pending/99/", {"operation": "approve"}),
    Call("PUT", "pending/1/", {"operation": "zz"}),
    Call("PUT", "pending/", {"operation": "reject"}),
    Call("DELETE", "pending/1/"),
    Call("DELETE", "pending/1/"),
    Call("POST", "series/", {"name": "Added"}),
    Call("POST", "series/", {"name": "Added"}),
    Call("POST", "series/", {"nothing": "Added"}),
    Call("PUT", "series/1/", {"begin_episode": "S01E02"}),
    Call("PUT", "series/1/", {"begin_episode": "zz"}),
    Call("PUT", "series/99/", {"begin_episode": "S01E02"}),
    Call("PUT", "series/1/episodes/1/releases/"),
    Call("PUT", "series/1/episodes/1/releases/1/"),
    Call("DELETE", "series/1/episodes/1/releases/1/"),
    Call("DELETE", "series/1/episodes/1/"),
    Call("DELETE", "series/1/episodes/99/"),
    Call("DELETE", "series/3/"),
    Call("DELETE", "series/3/"),
    Call("DELETE", "seen/1/"),
    Call("DELETE", "seen/1/"),
    Call("DELETE", "seen/?value=nothing"),
    Call("DELETE", "failed/1/"),
    Call("DELETE", "failed/"),
    Call("DELETE", "rejected/1/"),
    Call("DELETE", "rejected/"),
    *get("failed/", "rejected/", "seen/", "series/", "pending/"),
]

# Behind these, FlexGet's daemon may hang for good, its database locked by itself.
CONFIG: list[Call] = [
    Call("POST", "server/manage/", {"operation": "reload"}),
    Call("POST", "server/manage/", {"operation": "zz"}),
    Call("POST", "server/raw_config/", {"nothing": 1}),
    Call("POST", "server/raw_config/", {"raw_config": "dGFza3M6IFs="}),
    Call("POST", "server/raw_config/", {"raw_config": "dGFza3M6IHthOiB7bm90aGluZzogMX19"}),
    Call("POST", "database/", {"operation": "zz"}),
    Call("POST", "database/", {"operation": "plugin_reset"}),
    Call("POST", "database/", {"operation": "plugin_reset", "plugin_name": "nothing"}),
    Call("POST", "auth/login/", {}),
    Call("POST", "auth/login/", {"username": "nobody", "password": "wrong"}),
    Call("POST", "auth/logout/"),
    Call("POST", "tasks/", {"name": "new", "config": {"mock": [], "accept_all": True}}),
    Call("POST", "tasks/", {"name": "new", "config": {"mock": []}}),
    Call("POST", "tasks/", {"name": "wrong", "config": {"accept_all": "zz"}}),
    Call("POST", "tasks/", {"name": "wrong"}),
    Call("POST", "tasks/", {"name": "wrong", "config": {}, "more": 1}),
    Call("POST", "tasks/", []),
    Call("PUT", "tasks/new/", {"name": "new", "config": {"mock": [], "accept_all": False}}),
    Call("PUT", "tasks/new/", {"name": "tv", "config": {"mock": []}}),
    Call("PUT", "tasks/new/", {"name": "newer", "config": {"mock": []}}),
    Call("PUT", "tasks/gone/", {"name": "gone", "config": {"mock": []}}),
    Call("PUT", "tasks/newer/", {"name": "newer", "config": {"nothing": 1}}),
    *get("tasks/newer/", "tasks/new/"),
    Call("DELETE", "tasks/newer/"),
    Call("DELETE", "tasks/newer/"),
    Call("POST", "tasks/execute/", {"tasks": ["nothing"]}),
    Call("POST", "tasks/execute/", {"tasks": []}),
    Call("POST", "tasks/execute/", {"tasks": "tv"}),
    Call("POST", "tasks/execute/", {}),
    Call("POST", "tasks/execute/", {"tasks": ["tv"], "loglevel": "loud"}),
    Call("POST", "schedules/", {"tasks": ["rejects"], "interval": {"days": 1}}),
    Call("POST", "schedules/", {"tasks": ["rejects"]}),
    Call("POST", "schedules/", {"tasks": ["rejects"], "interval": {"eons": 1}}),
    Call("PUT", "schedules/99/", {"tasks": ["rejects"], "interval": {"days": 2}}),
    Call("DELETE", "schedules/99/"),
]

# What differs, by its call: the "values" alone, or the "answer" as a whole, whose status is given. The README's tables say why.
DIFFERENT: dict[str, str | int] = {
    **dict.fromkeys(
        (
            "GET tasks/?include_config=zz",
            "GET schedules/",  # Ids.
            "GET server/pid/",
            "GET server/raw_config/",  # The daemon's own has its web server.
            "GET server/version/",
            "GET user/token/",
            "POST schedules/ {'tasks': ['rejects'], 'interval': {'days': 1}}",
            # What is said of the fault, and how the schema is called that finds it.
            "POST schedules/ {'tasks': ['rejects']}",
            "POST schedules/ {'tasks': ['rejects'], 'interval': {'eons': 1}}",
            "POST server/raw_config/ {'raw_config': 'dGFza3M6IFs='}",
            "POST server/raw_config/ {'raw_config': 'dGFza3M6IHthOiB7bm90aGluZzogMX19'}",
            "POST tasks/ {'name': 'wrong', 'config': {'accept_all': 'zz'}}",
            "PUT tasks/newer/ {'name': 'newer', 'config': {'nothing': 1}}",
            "POST tasks/execute/ {'tasks': ['tv'], 'loglevel': 'loud'}",
        ),
        "values",
    ),
    # The daemon's own plugin and web server; more of FlexAPI's options.
    **dict.fromkeys(
        (
            "GET plugins/?per_page=3",
            "GET plugins/?phase=output&per_page=3",
            "GET plugins/?interface=list&per_page=3",
            "GET tasks/execute/params/",
            "GET inject/params/",
        ),
        200,
    ),
    # Pages of HTML.
    **dict.fromkeys(("GET status/x/", "GET nothing/", "GET series/x/", "GET ", "GET server/"), 404),
    # The daemon's own failures.
    "PUT variables/ {'colour': 'red'}": 201,
    "PATCH variables/ {'size': 5}": 200,
    "POST entry_list/ {'nothing': 'mine'}": 400,
    "POST server/raw_config/ {'nothing': 1}": 422,
}
