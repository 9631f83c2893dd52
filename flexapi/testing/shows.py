"""Shows as FlexGet's database has them after weeks, which no test has."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta

from flexapi.testing.flexget_home import FlexGetHome


def only_episodes(home: FlexGetHome, show: int, *ages: float) -> None:
    """Have FlexGet know nothing of a show but an episode of each age, in days."""
    today = date.today()
    with closing(sqlite3.connect(home.folder / "db-config.sqlite")) as database, database:
        of_show = "(SELECT id FROM series_episodes WHERE series_id = ?)"
        database.execute(f"DELETE FROM episode_releases WHERE episode_id IN {of_show}", (show,))
        database.execute("DELETE FROM series_episodes WHERE series_id = ?", (show,))
        for number, age in enumerate(ages):
            seen = f"{today - timedelta(days=age)} 21:00:00.000000"
            row = database.execute(
                "INSERT INTO series_episodes (identifier, season, number, identified_by, series_id)"
                " VALUES (?, 9, ?, 'ep', ?)",
                (f"S09E{number:02}", number, show),
            )
            for downloaded in (False, True):
                database.execute(
                    "INSERT INTO episode_releases (episode_id, title, downloaded, quality, proper_count, first_seen)"
                    " VALUES (?, ?, ?, '720p', 0, ?)",
                    (row.lastrowid, f"Alpha {number}", downloaded, seen),
                )
