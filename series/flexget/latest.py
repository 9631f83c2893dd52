"""The latest season or episode of a show of which something was downloaded.

FlexGet's `get_latest_release` says it for one show; this does for a page of them, in three queries.
"""

from datetime import datetime
from typing import Any

from flexget.components.series import db
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import selectinload

from flexapi.engine.host.transactions import local_time


def latest_entities(session: Any, shows: list[int]) -> dict[int, dict[str, Any]]:
    """Return, by the ids of these shows, `{"kind", "id", "identifier", "season", "number", "latest_release": {"id",
    "title", "quality", "first_seen"}}`; a show without anything downloaded is left out."""
    found = {row.series_id: row for row in _latest_seasons(session, shows)}
    for episode in _latest_episodes(session, shows):
        season = found.get(episode.series_id)
        # A pack is later than the episodes of the seasons before it.
        if season is None or (season.season or 0) <= (episode.season or 0):
            found[episode.series_id] = episode
    return {show: _as_json(row) for show, row in found.items()}


def _latest_seasons(session: Any, shows: list[int]) -> list[Any]:
    return _first_of_each(session, db.Season, shows, [db.Season.season.desc()])


def _latest_episodes(session: Any, shows: list[int]) -> list[Any]:
    way = db.Series.identified_by
    numbered = way.in_(["ep", "sequence"])
    order = [
        case((numbered, db.Episode.season)).desc(),
        case((numbered, db.Episode.number)).desc(),
        case((way == "date", db.Episode.identifier)).desc(),
        db.Episode.first_seen.desc(),
    ]
    fitting = or_(way.is_(None), way.in_(["", "auto"]), db.Episode.identified_by == way)
    return _first_of_each(session, db.Episode, shows, order, fitting)


def _first_of_each(
    session: Any, entity: Any, shows: list[int], order: list[Any], *conditions: Any
) -> list[Any]:
    """Return the first of each show, of those with a release that was downloaded, its releases with it."""
    position = func.row_number().over(
        partition_by=entity.series_id, order_by=[*order, entity.id.desc()]
    )
    ranked = (
        select(entity.id, position.label("position"))
        .join(db.Series, db.Series.id == entity.series_id)
        .where(entity.series_id.in_(shows), entity.releases.any(downloaded=True), *conditions)
        .subquery()
    )
    query = session.query(entity).join(ranked, ranked.c.id == entity.id)
    rows: list[Any] = (
        query.filter(ranked.c.position == 1).options(selectinload(entity.releases)).all()
    )
    return rows


def _as_json(row: Any) -> dict[str, Any]:
    downloaded = (release for release in row.releases if release.downloaded)
    release = max(downloaded, key=lambda release: release.first_seen or datetime.min)
    return {
        "kind": "seasons" if row.is_season else "episodes",
        "id": row.id,
        "identifier": row.identifier,
        "season": row.season,
        "number": getattr(row, "number", None),
        "latest_release": {
            "id": release.id,
            "title": release.title,
            "quality": release.quality.name,
            "first_seen": local_time(release.first_seen),
        },
    }
