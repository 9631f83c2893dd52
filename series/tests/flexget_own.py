"""Methods of the tests' host: what FlexGet's own functions say of the same database, and shows to ask about."""

import random
from datetime import datetime, timedelta
from typing import Any

from flexget.components.seen.db import add as add_seen
from flexget.components.seen.db import search as search_seen
from flexget.components.series import db
from flexget.utils.qualities import Quality

from flexapi.engine import protocol
from flexapi.engine.host.transactions import Method, Params, on_database
from flexapi.engine.protocol import RpcError

START = datetime(2026, 1, 1)


@on_database
def fill(session: Any, params: Params) -> None:
    """Make `params["shows"]` shows of every kind, by chance, the same for the same `params["seed"]`."""
    chance = random.Random(params["seed"])
    for number in range(params["shows"]):
        show = db.Series()
        show.name = f"Show {number}"
        show.identified_by = chance.choice(["ep", "ep", "date", "sequence", "id", "auto"])
        if chance.random() < 0.7:
            show.in_tasks.append(db.SeriesTask("tv"))
        session.add(show)
        way = chance.choice(["ep", "date"]) if show.identified_by == "auto" else show.identified_by
        for position in range(chance.choice([0, 1, 2, 2, 12])):
            show.episodes.append(_episode(chance, way, position))
        if way == "ep" and chance.random() < 0.3:
            show.seasons.append(_season(chance))


def _episode(chance: random.Random, way: str, position: int) -> Any:
    season, number = chance.choice([1, 1, 1, 2, 3]), position + 1
    names = {
        "ep": f"S{season:02}E{number:02}",
        "date": f"2026-01-{number:02}",
        "sequence": str(number),
        "id": f"part:{number}?",
    }
    episode = db.Episode(identifier=names[way], identified_by=way)
    if way in ("ep", "sequence"):
        episode.season, episode.number = (season, number) if way == "ep" else (0, number)
    episode.releases = [_release(chance, db.EpisodeRelease) for _ in range(chance.choice([1, 2]))]
    return episode


def _season(chance: random.Random) -> Any:
    number = chance.choice([1, 2, 4])
    season = db.Season(identifier=f"S{number:02}", season=number, identified_by="ep")
    season.releases = [_release(chance, db.SeasonRelease)]
    return season


def _release(chance: random.Random, model: Any) -> Any:
    seen = START + timedelta(minutes=chance.randrange(10**6))
    title = f"Release {chance.random()}"
    release = model(title=title, downloaded=chance.random() < 0.6, first_seen=seen)
    release.quality = Quality("720p")
    return release


@on_database
def answers(session: Any, params: Params) -> dict[str, Any]:
    """Return what FlexGet's API would list, by its parameters, and the latest of each show."""

    def listed(**given: Any) -> list[str]:
        everything = {"start": 0, "stop": 999, "session": session}
        return [show.name for show in db.get_series_summary(**everything, **given)]

    return {
        "all": listed(configured="all"),
        "configured": listed(configured="configured"),
        "unconfigured": listed(configured="unconfigured"),
        "premieres": listed(configured="all", premieres=True),
        "by_download": _by_download(session.query(db.Series).all()),
        "latest": {show.name: _latest(show) for show in session.query(db.Series)},
    }


def _latest(show: Any) -> tuple[str, str] | None:
    found = db.get_latest_release(show)
    return (found.identifier, found.latest_release.title) if found else None


def _by_download(shows: list[Any]) -> list[str]:
    times = {
        show.name: max(
            release.first_seen
            for episode in show.episodes
            for release in episode.downloaded_releases
        )
        for show in shows
        if any(episode.downloaded_releases for episode in show.episodes)
    }
    return sorted(times, key=lambda name: times[name])


@on_database
def see(session: Any, params: Params) -> None:
    """Note the titles `params["titles"]` as seen."""
    for title in params["titles"]:
        add_seen(title, "tv", {"title": title}, session=session)


@on_database
def seen(session: Any, params: Params) -> list[str]:
    """Return the titles that are seen."""
    return sorted(entry.title for entry in search_seen(session=session))


@on_database
def half(session: Any, params: Params) -> None:
    """Remove the show `params["name"]`, which FlexGet's function commits, and then fail."""
    db.remove_series(params["name"])
    raise RpcError(protocol.CONFLICT, "No further.")


METHODS: dict[str, Method] = {
    "fill": fill,
    "answers": answers,
    "see": see,
    "seen": seen,
    "half": half,
}
