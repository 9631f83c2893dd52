"""Run by a test: FlexGet through a year on one database, then all its tables as JSON on stdout.

a_year.py FOLDER URL      # of PostgreSQL; "" is FlexGet's SQLite file
a_year.py FOLDER URL own  # each run in a process of its own, rather than all in one
"""

import json
import os
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
import yaml
from loguru import logger
from sqlalchemy import Engine, event

from flexapi.engine.host import child
from flexapi.engine.host.main import database
from flexapi.engine.host.manager import WarmManager, start_logging
from flexapi.engine.host.methods import plugin_folders
from flexapi.engine.host.reporting import Reporter
from flexapi.engine.host.service import warm
from flexapi.engine.host.task_session import open_when_used

# Days between two runs: less and more than what FlexGet waits for, a year in all.
STEPS = [0, 3, 7, 110, 3, 160, 9, 73]
NAMES = ["Alpha Show", "beta show", "Élan 24"]
SERIES: list[Any] = [
    {"Alpha Show": {"qualities": ["720p", "1080p"]}},
    {
        "beta show": {
            "timeframe": "8 days",
            "target": "1080p",
            "quality": "hdtv+",
            "propers": "9 days",
        }
    },
    {"Élan 24": {"upgrade": True, "target": "1080p bluray", "identified_by": "ep"}},
    {"Daily News": {"identified_by": "date"}},
    {"Anime Thing": {"identified_by": "sequence"}},
    {"Gamma": {"season_packs": "always"}},
]
CONFIG: dict[str, Any] = {
    "tasks": {
        "tv": {
            "year_feed": "series",
            "year_fate": True,
            "series": SERIES,
            "history": True,
            "archive": ["a"],
        },
        "late tv": {
            "priority": 5,
            "year_feed": "series",
            "delay": "10 days",
            "series": NAMES[:1],
            "backlog": "12 days",
        },
        "movies": {
            "year_feed": "movies",
            "year_fate": True,
            "upgrade": {
                "target": "1080p bluray",
                "identified_by": "{{ imdb_id }}",
                "tracking": True,
            },
            "timeframe": {"identified_by": "{{ imdb_id }}", "wait": "9 days", "target": "1080p"},
            "quality": "any",
            "seen": "local",
            "retry_failed": {"retry_time": "2 days", "max_retries": 2},
            "list_add": [
                {"movie_list": "Filme Ä"},
                {"entry_list": "all"},
                {"pending_list": "wait"},
            ],
            "accept_all": True,
        },
        "from lists": {
            "movie_list": {"list_name": "Filme Ä"},
            "entry_list": "all",
            "list_match": {
                "from": [{"entry_list": "all"}, {"movie_list": {"list_name": "Filme Ä"}}]
            },
            "list_add": [{"regexp_list": "words"}, {"movie_queue": True}],
            "digest": "monthly",
        },
        "queue": {"movie_queue": "accept", "year_feed": "movies", "proper_movies": False},
        "odd": {
            "year_feed": "oddities",
            "accept_all": True,
            "pending_approval": True,
            "make_rss": "odd.xml",
        },
        "search": {
            "discover": {
                "what": [{"next_series_episodes": {"from_start": True}}],
                "from": [{"year_search": True}],
                "interval": "5 days",
                "release_estimations": "ignore",
            },
            "series": NAMES[:2],
            "max_reruns": 1,
        },
    }
}


def main() -> None:
    """Run the year and print the tables."""
    folder, url = Path(sys.argv[1]), sys.argv[2]
    (folder / "config.yml").write_text(yaml.safe_dump(CONFIG, sort_keys=False))
    start_logging()
    # FlexGet keeps its last lines for crash reports: a fifth of the time.
    logger.remove()
    os.chdir(folder)
    own = ["movie_queue=movie_queue.flexget.plugins", "history=history.flexget.plugins"]
    manager = WarmManager(folder / "config.yml", database(url), plugin_folders(own))
    live(manager, folder, url, own_processes=sys.argv[3:] == ["own"])
    print(json.dumps(dump(manager), default=str))


def live(manager: WarmManager, folder: Path, url: str, own_processes: bool) -> None:
    """Run all tasks now and then for a year."""
    if not url:
        # The disk is not what is tested.
        event.listen(Engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
    child.name_deciding_plugins()
    open_when_used()
    reports = os.open(folder / "reports.jsonl", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    now = datetime(2025, 1, 6, 8)
    for number, days in enumerate(STEPS):
        now += timedelta(days=days, hours=5)
        with time_machine.travel(now, tick=False):
            params = {
                "tasks": None,
                "options": {"cron": True},
                "manual": False,
                "extras": {},
            }
            if own_processes:
                fork_for(manager, params, reports, number)
            else:
                run_all(manager, params, reports, number)


def run_all(manager: WarmManager, params: dict[str, Any], reports: int, seed: int) -> None:
    """Run all tasks in this process."""
    # Intervals of searches are drawn; a fork draws others.
    random.seed(seed)
    run = child.current = child.ChildRun(manager, params, Reporter(reports))
    with run._flexget_lock():
        run._run_tasks()


def fork_for(manager: WarmManager, params: dict[str, Any], reports: int, seed: int) -> None:
    """Run all tasks in a process that has known none before."""
    warm(manager)
    manager.close_database()
    pid = os.fork()
    if pid == 0:
        run_all(manager, params, reports, seed)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def dump(manager: WarmManager) -> dict[str, list[Any]]:
    """Return the rows of all tables in the order of their ids, and ids by their position in it."""
    from flexget.manager import Base
    from sqlalchemy import select

    with manager.engine.connect() as connection:
        rows = {
            table.name: [
                dict(row._mapping)
                for row in connection.execute(
                    select(table).order_by(*(table.primary_key or table.c))
                )
            ]
            for table in Base.metadata.sorted_tables
        }
    places = {
        table.name: {row[key.name]: place for place, row in enumerate(rows[table.name], 1)}
        for table in Base.metadata.sorted_tables
        if (key := table.autoincrement_column) is not None
    }
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            owner = table.name if column is table.autoincrement_column else None
            for reference in column.foreign_keys:
                owner = reference.column.table.name
            if owner in places:
                for row in rows[table.name]:
                    if row[column.name] is not None:
                        row[column.name] = places[owner].get(row[column.name], "nowhere")
    return rows


if __name__ == "__main__":
    main()
