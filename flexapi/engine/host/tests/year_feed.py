"""A FlexGet plugin for the test of a year: entries, failures and rejections that depend on the date alone."""

from datetime import date, datetime
from zlib import crc32

from flexget import plugin
from flexget.entry import Entry
from flexget.event import event

START = date(2025, 1, 6)
QUALITIES = ["HDTV", "720p HDTV", "1080p WEB-DL", "720p PROPER", "1080p BluRay"]


def week() -> int:
    """Return how many weeks have gone by."""
    return (datetime.now().date() - START).days // 7


def day() -> int:
    """Return how many days have gone by."""
    return (datetime.now().date() - START).days


def _entry(title: str, **fields) -> Entry:
    return Entry(title, f"http://localhost/{title.replace(' ', '.')}", **fields)


def _series() -> list[Entry]:
    """A weekly episode, qualities of which come one after the other; a pack; a daily show; a sequence."""
    entries = []
    for number in (week(), week() + 1):
        for quality in QUALITIES[: 1 + day() % 4]:
            for name in ("Alpha Show", "beta show", "Élan 24"):
                season, episode = 1 + number // 13, 1 + number % 13
                entries.append(_entry(f"{name} S{season:02}E{episode:02} {quality}-GRP"))
    entries.append(_entry(f"Daily News {datetime.now():%Y.%m.%d} 720p"))
    entries.append(_entry(f"Anime Thing - {day() + 1:03} [1080p]"))
    entries.append(_entry(f"Gamma S{1 + week() // 13:02} 1080p WEB-DL"))
    return entries


def _movies() -> list[Entry]:
    entries = []
    for number in range(week(), week() + 3):
        quality = QUALITIES[(day() + number) % len(QUALITIES)]
        fields = {"imdb_id": f"tt{1000000 + number // 2}", "movie_name": f"Film {number // 2}"}
        entries.append(_entry(f"Film {number // 2} 2024 {quality}", movie_year=2024, **fields))
    return entries


def _oddities() -> list[Entry]:
    return [
        _entry(f"Nul \0 in {day()}", description="a \0 there as well"),
        _entry(f"Big {day()}", votes=3_000_000_000, size=10**13),
        _entry(f"100% of_it\\{week()}"),
        _entry(f"ÄÖÜ ß İ 漢字 {week()}"),
    ]


def _number(entry: Entry) -> int:
    """Return a number of an entry, whatever its place: nobody promises in which order backlogs come."""
    return crc32(entry["title"].encode())


class YearFeed:
    """`year_feed: series|movies|oddities`."""

    schema = {"type": "string", "enum": ["series", "movies", "oddities"]}

    def on_task_input(self, task, config):
        return globals()[f"_{config}"]()


class YearFate:
    """Reject some entries for a while, let some fail after they were accepted."""

    schema = {"type": "boolean"}

    @plugin.priority(200)
    def on_task_filter(self, task, config):
        for entry in task.entries:
            number = _number(entry)
            if (number + day()) % 5 == 3:
                entry.reject("not yet", remember_time="20 days")
            elif (number + day()) % 7 == 5:
                entry.reject("never", remember=True)

    def on_task_output(self, task, config):
        for entry in list(task.accepted):
            if (_number(entry) + day()) % 4 == 1:
                entry.fail(f"it failed on day {day()}")


class YearSearch:
    """Find what is searched for, in two qualities, one week later than it is estimated."""

    schema = {"type": "boolean"}

    def search(self, task, entry, config=None):
        return [_entry(f"{entry['title']} {quality}") for quality in QUALITIES[:2]]


@event("plugin.register")
def register() -> None:
    plugin.register(YearFeed, "year_feed", api_ver=2)
    plugin.register(YearFate, "year_fate", api_ver=2)
    plugin.register(YearSearch, "year_search", interfaces=["search"], api_ver=2)
