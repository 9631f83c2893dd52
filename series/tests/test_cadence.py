"""When the next episode of a show is expected: `next_expected` at /api/series, from what FlexGet saw."""

from datetime import date, timedelta
from typing import Any

import pytest

from flexapi.testing.flexget_home import FlexGetHome
from flexapi.testing.shows import only_episodes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("ages", "ahead", "every"),
    [
        ((23, 16, 9, 2), 5, 7),
        ((23, 15, 9, 2), 5, 7),  # One came a day early.
        ((44, 37, 16, 9, 2), 5, 7),  # There were holidays.
        ((23, 23, 16, 16, 9, 2, 2), 5, 7),  # Two at a time.
        ((4, 3, 2, 1), 0, 1),
        ((26, 19, 12), -5, 7),  # It is late.
        ((400, 399, 398, 37, 30, 23, 16, 9, 2), 5, 7),  # It came daily, years ago.
    ],
)
def test_the_usual_gap_after_the_last_one(
    client: Any,
    shows: dict[str, int],
    series_home: FlexGetHome,
    ages: tuple[int, ...],
    ahead: int,
    every: int,
) -> None:
    only_episodes(series_home, shows["Alpha"], *ages)
    alpha = client.get(f"/api/series/{shows['Alpha']}").json()["object"]
    when = (date.today() + timedelta(days=ahead)).isoformat()
    assert alpha["next_expected"] == {"date": when, "every_days": every}


@pytest.mark.parametrize(
    "ages",
    [
        (),
        (2,),
        (9, 2),  # One gap is no habit.
        (5, 5, 5, 5),  # A season that was taken at once.
        (60, 41, 38, 15, 2),
        (37, 30, 23),  # It ended.
        (120, 80, 40),  # So rare that nobody can tell.
    ],
)
def test_what_cannot_be_told(
    client: Any, shows: dict[str, int], series_home: FlexGetHome, ages: tuple[int, ...]
) -> None:
    only_episodes(series_home, shows["Alpha"], *ages)
    assert client.get("/api/series").json()["items"][0]["next_expected"] is None


def test_each_show_has_its_own(
    client: Any, shows: dict[str, int], series_home: FlexGetHome
) -> None:
    only_episodes(series_home, shows["Alpha"], 16, 9, 2)
    only_episodes(series_home, shows["Beta"], 27, 14, 1)
    listed = client.get("/api/series").json()["items"]
    assert [show["next_expected"]["every_days"] for show in listed] == [7, 13]
