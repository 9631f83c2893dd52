"""When two movies are one, and the journal of changes that a server missed."""

from contextlib import closing
from pathlib import Path

import pytest

from movie_queue.flexget.journal import Journal
from movie_queue.identity import Identity, title_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Matrix", "matrix"),
        ("Amélie", "AMELIE"),
        ("Ocean's Eleven", "Oceans.Eleven"),
        ("Fast & Furious", "fast and furious"),
        ("WALL·E", "wall e"),
    ],
)
def test_titles_that_are_one(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(("one", "other"), [("It", "It 2"), ("The", ""), ("???", "!!!")])
def test_titles_that_are_not(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


def test_ids_decide_where_both_have_one() -> None:
    dune = Identity("Dune", 2021, imdb_id="tt1160419")
    assert dune.is_same(Identity("Something else", 1984, imdb_id="tt1160419"))
    assert not dune.is_same(Identity("Dune", 2021, imdb_id="tt0087182"))
    assert dune.is_same(Identity("dune", 2021, tmdb_id=438631))
    assert dune.is_same(Identity("x", None, imdb_id="tt0000000", tmdb_id=1)) is False


def test_a_movie_without_a_year_covers_every_year() -> None:
    assert Identity("Dune").covers(Identity("Dune", 1984))
    assert not Identity("Dune", 1984).covers(Identity("Dune"))
    assert not Identity("Dune").is_same(Identity("Dune", 1984))


def test_what_was_missed_is_left_behind_in_order(tmp_path: Path) -> None:
    first = Journal(tmp_path, "queue", "aa")
    for text in ("one", "two", "three"):
        first.add({"text": text})
    # As long as that run goes on, its changes are on their way.
    assert list(Journal(tmp_path, "queue", "bb").left_behind({"aa": 3})) == []
    first.close()
    missed = list(Journal(tmp_path, "queue", "bb").left_behind({"aa": 1}))
    assert [(change["run"], change["n"], change["text"]) for change in missed] == [
        ("aa", 2, "two"),
        ("aa", 3, "three"),
    ]
    assert list(Journal(tmp_path, "queue", "cc").left_behind({"aa": 3})) == []
    assert not list(tmp_path.iterdir())


def test_a_line_that_was_cut_off_stops_nobody(tmp_path: Path) -> None:
    with closing(Journal(tmp_path, "queue", "aa")) as first:
        first.add({"text": "one"})
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + b'{"run": "aa", "n": 2{"bad"}\n{"run": "aa", "n"')
    assert [change["n"] for change in Journal(tmp_path, "queue", "bb").left_behind({})] == [1]
