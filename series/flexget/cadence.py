"""When the next episode of a show is likely to turn up, judged by the days on which the last ones did.

FlexGet's database holds no dates of airing; it does hold when each release was first seen.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median_low
from typing import Any

from flexget.components.series import db
from sqlalchemy import func, select

# So many days say how often a show comes; more would count how it came years ago.
DAYS = 8
# Episodes of a show that are looked at: some come two or three a day.
EPISODES = 24
# Fewer gaps than that say nothing.
FEWEST_GAPS = 2
LONGEST_GAP = 35


def expected(session: Any, shows: list[int], today: date) -> dict[int, dict[str, Any]]:
    """Return `{"date": ISO date, "every_days"}` by the ids of these shows; those that come irregularly, or no more, are left out.

    One query, however many shows there are.
    """
    seen = (
        select(db.Episode.series_id, func.min(db.EpisodeRelease.first_seen).label("at"))
        .join(db.EpisodeRelease, db.EpisodeRelease.episode_id == db.Episode.id)
        .where(db.Episode.series_id.in_(shows))
        .group_by(db.Episode.series_id, db.Episode.id)
        .subquery()
    )
    position = func.row_number().over(partition_by=seen.c.series_id, order_by=seen.c.at.desc())
    ranked = select(seen.c.series_id, seen.c.at, position.label("position")).subquery()
    query = select(ranked.c.series_id, ranked.c.at).where(ranked.c.position <= EPISODES)
    days: dict[int, set[date]] = defaultdict(set)
    moment: datetime | None
    for show, moment in session.execute(query):
        if moment is not None:
            days[show].add(moment.date())
    found = ((show, _next(sorted(of_show)[-DAYS:], today)) for show, of_show in days.items())
    return {show: after for show, after in found if after is not None}


def _next(days: Sequence[date], today: date) -> dict[str, Any] | None:
    """Judge by the days, in their order, on which episodes turned up."""
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    if len(gaps) < FEWEST_GAPS:
        return None
    usual = median_low(gaps)
    # A day early or late is the feed's doing; a third of the gaps may be holidays.
    tolerance = max(1, usual // 4)
    regular = sum(abs(gap - usual) <= tolerance for gap in gaps)
    after = days[-1] + timedelta(days=usual)
    overdue = (today - after).days
    if usual > LONGEST_GAP or 3 * regular < 2 * len(gaps) or overdue > usual:
        return None
    return {"date": after.isoformat(), "every_days": usual}
