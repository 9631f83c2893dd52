"""Rows of FlexGet's tables by their ids, and as JSON.

A show is `{"id", "name", "identified_by", "begin": identifier or null, "alternate_names": […], "tasks": […],
"seasons": count, "episodes": count, "latest_entity": see `latest`, "next_expected": see `cadence` or null}`; a season or an episode `{"id", "identifier",
"season", "number", "premiere": FlexGet's word for it or null, "first_seen", "releases": count}` (one that is asked for by
its id has the releases themselves there); a release `{"id", "title", "quality", "downloaded", "proper_count",
"first_seen"}`. Times are local, as FlexGet stores them, with their offset.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flexget.components.series import db
from flexget.plugin import PluginError
from sqlalchemy import func
from sqlalchemy.orm import selectinload

from flexapi.engine import protocol
from flexapi.engine.host.transactions import Params, local_time, or_not_found
from flexapi.engine.protocol import RpcError

from .cadence import expected
from .latest import latest_entities

ENTITIES = {"seasons": db.Season, "episodes": db.Episode}
RELEASES = {"seasons": db.SeasonRelease, "episodes": db.EpisodeRelease}
# The column of a release that names its season or episode.
OWNERS = {"seasons": db.SeasonRelease.season_id, "episodes": db.EpisodeRelease.episode_id}


def show_row(session: Any, key: int) -> Any:
    """Return a show. Raises RpcError."""
    return or_not_found(session.get(db.Series, key), f"FlexGet knows no show {key}.")


def entity_row(session: Any, params: Params) -> Any:
    """Return a season or an episode: kind, show, id. Raises RpcError."""
    found = session.get(ENTITIES[params["kind"]], params["id"])
    if found is not None and found.series_id != params["show"]:
        found = None
    name = params["kind"].removesuffix("s")
    return or_not_found(found, f"The show {params['show']} has no {name} {params['id']}.")


def release_row(session: Any, params: Params) -> Any:
    """Return a release: kind, show, id (of its season or episode), release. Raises RpcError."""
    owner = entity_row(session, params)
    release, owned_by = RELEASES[params["kind"]], OWNERS[params["kind"]]
    query = session.query(release).filter(release.id == params["release"], owned_by == owner.id)
    return or_not_found(query.first(), f"{owner.identifier} has no release {params['release']}.")


@contextmanager
def refused(attribute: str | None = None) -> Iterator[None]:
    """Pass on what FlexGet's functions refuse."""
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise RpcError(protocol.INVALID_PARAMS, str(error), attribute) from error
    except PluginError as error:
        raise RpcError(protocol.CONFLICT, str(error.value)) from error


def show_as_json(session: Any, key: int) -> dict[str, Any]:
    """Return one show."""
    return shows_as_json(session, session.query(db.Series).filter(db.Series.id == key))[0]


def shows_as_json(session: Any, query: Any) -> list[dict[str, Any]]:
    """Return shows; the number of queries does not grow with theirs."""
    related = (db.Series.begin, db.Series.alternate_names, db.Series.in_tasks)
    rows = query.options(*(selectinload(attribute) for attribute in related)).all()
    keys = [row.id for row in rows]
    seasons = _counts(session, db.Season.series_id, keys)
    episodes = _counts(session, db.Episode.series_id, keys)
    latest = latest_entities(session, keys)
    awaited = expected(session, keys, date.today())
    return [
        {
            "id": row.id,
            "name": row.name,
            "identified_by": row.identified_by or "auto",
            "begin": row.begin.identifier if row.begin else None,
            "alternate_names": [name.alt_name for name in row.alternate_names],
            "tasks": [task.name for task in row.in_tasks],
            "seasons": seasons.get(row.id, 0),
            "episodes": episodes.get(row.id, 0),
            "latest_entity": latest.get(row.id),
            "next_expected": awaited.get(row.id),
        }
        for row in rows
    ]


def _counts(session: Any, column: Any, keys: list[int]) -> dict[int, int]:
    query = session.query(column, func.count()).filter(column.in_(keys)).group_by(column)
    return dict(query.all())


def entities_as_json(session: Any, kind: str, rows: list[Any]) -> list[dict[str, Any]]:
    """Return seasons or episodes; one query more, however many there are."""
    release, owner = RELEASES[kind], OWNERS[kind]
    query = session.query(owner, func.count(), func.min(release.first_seen)).group_by(owner)
    found = {row[0]: row[1:] for row in query.filter(owner.in_([row.id for row in rows]))}
    return [_entity_as_json(row, *found.get(row.id, (0, None))) for row in rows]


def _entity_as_json(row: Any, releases: int, first_seen: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "identifier": row.identifier,
        "season": row.season,
        "number": getattr(row, "number", None),
        "premiere": row.is_premiere or None,
        "first_seen": local_time(first_seen),
        "releases": releases,
    }


def release_as_json(row: Any) -> dict[str, Any]:
    """Return a release."""
    return {
        "id": row.id,
        "title": row.title,
        "quality": row.quality.name,
        "downloaded": bool(row.downloaded),
        "proper_count": row.proper_count or 0,
        "first_seen": local_time(row.first_seen),
    }
