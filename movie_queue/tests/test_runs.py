"""FlexGet's plugins `movie_queue` and `emit_movie_queue` on this queue: real runs of real FlexGet."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from executions.models import Execution, Status
from executions.running.runner import Runner
from flexapi.engine.client import Engine
from flexapi.testing.config_file import CORPUS
from flexapi.testing.flexget_home import FlexGetHome, accepting, mock
from history.models import HistoryEntry
from movie_queue.models import GrabbedMovie, QueuedMovie, RunProgress
from movie_queue.runs import queue_for_run

pytestmark = pytest.mark.django_db(transaction=True)

Run = Callable[..., Execution]


def entry(title: str, **fields: Any) -> dict[str, Any]:
    return {"title": title, "url": f"http://localhost/{title}", **fields}


def task(*entries: dict[str, Any], **plugins: Any) -> dict[str, Any]:
    return {"mock": list(entries), "disable": ["seen", "retry_failed"], **plugins}


def states(execution: Execution) -> dict[str, str]:
    return dict(execution.entries.values_list("title", "state"))


def queued() -> list[str]:
    return [str(movie) for movie in QueuedMovie.objects.all()]


def test_who_does_not_use_it_pays_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    execution = Execution.objects.create()
    with django_assert_num_queries(1):
        sent = queue_for_run(execution)
    assert [sent[name] for name in ("movies", "grabbed", "applied")] == [[], [], {}]


def test_it_accepts_what_is_queued(run: Run) -> None:
    movies: dict[str, dict[str, Any]] = {
        "Fight Club": {"year": 1999, "quality": "720p+"},
        "By Imdb": {"imdb_id": "tt12345678"},
        "By Tmdb": {"tmdb_id": 550},
        "Still Missing": {"year": 2020},
        "Wrong Quality": {"year": 2021, "quality": "1080p"},
    }
    for title, fields in movies.items():
        QueuedMovie.objects.create(title=title, **fields)
    entries = [
        entry("Fight Club 1999 480p"),
        entry("Fight.Club.1999.720p.BluRay"),
        entry("Fight.Club.1999.1080p.BluRay"),
        entry("Whatever 1 720p", imdb_id="tt12345678"),
        entry("Whatever 2 720p", tmdb_id=550),
        entry("Wrong Quality 2021 720p"),
        entry("Not Queued 2021 720p"),
    ]
    execution = run({"films": task(*entries, movie_queue="accept")})
    assert execution.status == Status.COMPLETE, execution.abort_reason
    accepted = {title for title, state in states(execution).items() if state == "accepted"}
    # One entry for each movie: the best that the requirement allows.
    assert accepted == {"Fight.Club.1999.1080p.BluRay", "Whatever 1 720p", "Whatever 2 720p"}
    assert queued() == ["Still Missing (2020)", "Wrong Quality (2021)"]


def test_a_grabbed_movie_is_kept_with_its_ids_and_execution(
    run: Run, api: Callable[..., Any], operator: User
) -> None:
    QueuedMovie.objects.create(title="Fight Club", queue_name="kids")
    found = entry("Fight Club 1999 720p", imdb_id="tt0137523", tmdb_id=550, movie_name="Fight Club")
    execution = run({"films": task(found, movie_queue={"action": "accept", "queue_name": "kids"})})
    grabbed = GrabbedMovie.objects.get()
    assert (grabbed.imdb_id, grabbed.tmdb_id) == ("tt0137523", 550)
    assert (grabbed.execution, grabbed.task) == (execution.pk, "films")
    assert grabbed.entry_title == "Fight Club 1999 720p"
    assert grabbed.queue_name == "kids"
    entry_of_history = HistoryEntry.objects.get()
    assert (entry_of_history.imdb_id, entry_of_history.tmdb_id) == ("tt0137523", 550)
    client = api(operator)
    (shown,) = client.get("/api/movie_queue/grabbed").json()["items"]
    assert (shown["execution"], shown["history"]) == (execution.pk, entry_of_history.pk)
    again = {"title": "Fight Club", "tmdb_id": 550, "queue_name": "kids"}
    response = client.post("/api/movie_queue", again)
    assert response.status_code == 409
    assert response["Location"] == f"http://testserver/api/history/{entry_of_history.pk}"
    assert client.post("/api/movie_queue", again | {"force": True}).status_code == 201


def test_a_movie_that_failed_stays_queued(run: Run) -> None:
    QueuedMovie.objects.create(title="Fight Club", year=1999)
    # Nothing listens there, so download fails the entry before the learn phase.
    found = entry("Fight Club 1999 720p") | {"url": "http://127.0.0.1:9/x.torrent"}
    execution = run({"films": task(found, movie_queue="accept", download="/tmp")})
    assert set(states(execution).values()) == {"failed"}
    assert queued() == ["Fight Club (1999)"]


EVIL = "Evil'; $(touch pwned) & `touch pwned`\n--x"
COMMAND = "printf '%s\\n' {{title}} {{movie_name}} {{quality_req|default('')}} {{url}} >> said"
# Whatever becomes of an entry.
EVERYTHING = {
    f"on_{phase}": {
        f"for_{which}": COMMAND
        for which in ("entries", "accepted", "rejected", "undecided", "failed")
    }
    for phase in ("filter", "output", "exit")
}


@pytest.mark.parametrize(
    "source",
    [
        {"movie_queue": True},
        {"emit_movie_queue": {"quality": True}},
        {"if": [{"True": {"exec": COMMAND}}], "movie_queue": True},
    ],
)
def test_a_title_with_commands_is_rejected_where_exec_would_run_them(
    run: Run, flexget_home: FlexGetHome, source: dict[str, Any]
) -> None:
    for title, quality in (
        (EVIL, "any"),
        ("Ocean's Eleven", "any"),
        ("Plain", "<1080p"),
        ("Alien", "720p+"),
    ):
        QueuedMovie.objects.create(title=title, quality=quality)
    plugins = {
        "exec": EVERYTHING,
        "accept_all": True,
        "disable": ["seen", "retry_failed"],
        **source,
    }
    execution = run({"films": plugins})
    assert execution.status == Status.COMPLETE, execution.abort_reason
    assert not (flexget_home.folder / "pwned").exists()
    said = (flexget_home.folder / "said").read_text()
    assert "Alien" in said
    assert not set("'$`&;<") & set(said)
    found = {entry.title.split()[0]: entry for entry in execution.entries.all()}
    states = {name: entry.state for name, entry in found.items()}
    assert states == {
        "Evil": "rejected",
        "Oceans": "rejected",
        "Plain": "rejected",
        "Alien": "accepted",
    }
    assert "`auto_escape: yes`" in found["Evil"].reason
    assert len(queued()) == 4


def test_a_title_with_commands_is_taken_where_exec_escapes_it(
    run: Run, flexget_home: FlexGetHome
) -> None:
    QueuedMovie.objects.create(title=EVIL)
    command = {"auto_escape": True, "on_output": {"for_accepted": "echo {{title}} > escaped"}}
    plugins = {"exec": command, "accept_all": True, "movie_queue": True}
    execution = run({"films": {**plugins, "disable": ["seen", "retry_failed"]}})
    assert states(execution) == {EVIL: "accepted"}
    assert (flexget_home.folder / "escaped").read_text() == f"{EVIL}\n"
    assert not (flexget_home.folder / "pwned").exists()


@pytest.mark.parametrize(
    "taker",
    [
        {"movie_queue": "accept"},
        {"movie_queue": True},
        {"list_match": {"from": [{"movie_queue": True}]}},
    ],
)
def test_an_accepted_entry_gets_no_commands_from_the_queue(
    run: Run, flexget_home: FlexGetHome, taker: dict[str, Any]
) -> None:
    QueuedMovie.objects.create(title="$(touch pwned) Ocean's", imdb_id="tt12345678")
    found = entry("Oceans 720p", imdb_id="tt12345678")
    exec_ = "echo {{movie_name|default('none')}} > named"
    execution = run({"films": task(found, exec=exec_, **taker)})
    assert states(execution) == {"Oceans 720p": "accepted"}
    assert (flexget_home.folder / "named").read_text() == "touch pwned Oceans\n"
    assert not (flexget_home.folder / "pwned").exists()
    assert queued() == []


def test_a_search_for_a_title_with_commands_leaves_none_in_what_it_finds(
    run: Run, flexget_home: FlexGetHome
) -> None:
    QueuedMovie.objects.create(title=EVIL)
    discover = {
        "what": [{"emit_movie_queue": True}],
        "from": [{"misbehave": "search"}],
        "release_estimations": "ignore",
    }
    execution = run(
        {
            "films": {
                "discover": discover,
                "exec": "echo {{discovered_from}} > searched",
                "accept_all": True,
            }
        },
        discover_now=True,
    )
    assert states(execution) == {"Found": "accepted"}
    assert (flexget_home.folder / "searched").read_text() == "Evil touch pwned touch pwned x\n"
    assert not (flexget_home.folder / "pwned").exists()


def test_an_aborted_task_grabs_nothing(run: Run) -> None:
    QueuedMovie.objects.create(title="Film", year=2020)
    # FlexGet's backlog gives what an aborted task left to the next one of its name.
    run({"aborted": mock("Film 2020", movie_queue="accept", misbehave="raise")})
    assert queued() == ["Film (2020)"]


def test_it_adds_removes_and_forgets(run: Run) -> None:
    add = accepting("New One 2020 720p", movie_queue={"action": "add", "quality": "720p+"})
    run({"add": add})
    movie = QueuedMovie.objects.get()
    assert (str(movie), movie.quality) == ("New One (2020)", "720p+")
    run({"add": add})
    assert QueuedMovie.objects.count() == 1
    run({"remove": accepting("New.One.2020", movie_queue="remove")})
    assert queued() == []
    GrabbedMovie.objects.create(title="New One", year=2020)
    run({"add": add})
    assert queued() == []
    run({"forget": accepting("New.One.2020", movie_queue="forget")})
    assert queued() == ["New One (2020)"]
    assert not GrabbedMovie.objects.exists()


def test_later_tasks_see_what_earlier_ones_did(run: Run) -> None:
    first = accepting("Film 2020 720p", movie_queue="add", priority=1)
    second = mock("Film 2020 1080p", movie_queue="accept", priority=2)
    third = mock("Film 2020 1080p", movie_queue="accept", priority=3)
    execution = run({"add": first, "take": second, "late": third})
    assert dict(execution.entries.filter(title="Film 2020 1080p").values_list("task", "state")) == {
        "take": "accepted",
        "late": "undecided",
    }
    assert GrabbedMovie.objects.get().task == "take"


def test_it_is_a_list(run: Run) -> None:
    QueuedMovie.objects.create(title="Listed", year=2020, quality="720p+")
    QueuedMovie.objects.create(title="Removed", year=2020)
    tasks = {
        "match": mock("Listed 2020 480p", list_match={"from": [{"movie_queue": True}]}),
        "match better": mock("Listed 2020 720p", list_match={"from": [{"movie_queue": True}]}),
        "add": accepting("Added 2020", list_add=[{"movie_queue": {"queue_name": "kids"}}]),
        "remove": accepting("Removed 2020", list_remove=[{"movie_queue": True}]),
    }
    execution = run(tasks)
    assert execution.status == Status.COMPLETE, execution.abort_reason
    assert states(execution)["Listed 2020 480p"] == "undecided"
    assert states(execution)["Listed 2020 720p"] == "accepted"
    assert [(str(movie), movie.queue_name) for movie in QueuedMovie.objects.all()] == [
        ("Added (2020)", "kids")
    ]
    # list_match took it in the learn phase, list_remove just removed.
    assert [movie.title for movie in GrabbedMovie.objects.all()] == ["Listed"]


def test_it_feeds_discover_and_inputs(run: Run) -> None:
    QueuedMovie.objects.create(title="Film", year=2020, imdb_id="tt0137523", quality="720p")
    disabled = ["seen", "retry_failed"]
    execution = run(
        {
            "input": {"movie_queue": True, "disable": disabled},
            "emit": {"emit_movie_queue": {"quality": True}, "disable": disabled},
            "discover": {
                "discover": {
                    "what": [{"emit_movie_queue": {"year": False}}],
                    "from": [],
                    "release_estimations": "ignore",
                    "interval": "0 seconds",
                },
                "disable": disabled,
            },
        }
    )
    assert execution.status == Status.COMPLETE, execution.abort_reason
    assert set(states(execution)) == {"Film (2020)", "Film 2020 720p"}
    log = list(execution.logline_set.values_list("message", flat=True))
    assert any(line.startswith("Discovering 1 titles") for line in log)


def test_a_test_run_changes_nothing(run: Run) -> None:
    QueuedMovie.objects.create(title="Film", year=2020)
    tasks = {"films": mock("Film 2020", movie_queue="accept")}
    assert states(run(tasks, test=True)) == {"Film 2020": "accepted"}
    assert queued() == ["Film (2020)"]
    run(tasks)
    assert queued() == []


def test_what_was_grabbed_before_an_abort_stays_grabbed(
    flexget_engine: Engine, config: FlexGetHome, run: Run
) -> None:
    QueuedMovie.objects.create(title="Film", year=2020)
    films = mock("Film 2020", movie_queue="accept", priority=1)
    config.write({"films": films, "slow": accepting("x", misbehave="sleep", priority=2)})
    Execution.objects.enqueue()
    execution = Execution.objects.claim("test")
    assert execution is not None
    runner = Runner(execution, flexget_engine)

    def work() -> None:
        runner.run()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    deadline = time.monotonic() + 30
    # Not before: FlexGet keeps the entries of a task that is aborted for the next one of its name.
    sleeping = execution.logline_set.filter(message="sleeping")
    while not sleeping.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    runner.abort("Enough.", grace=5)
    thread.join(30)
    execution.refresh_from_db()
    assert execution.status == Status.ABORTED
    assert queued() == []
    assert GrabbedMovie.objects.get().execution == execution.pk


def test_changes_that_the_server_never_got_come_with_the_next_run(
    run: Run, flexget_engine: Engine, config: FlexGetHome
) -> None:
    QueuedMovie.objects.create(title="Film", year=2020)
    config.write({"films": mock("Film 2020", movie_queue="accept")})
    lost = Execution.objects.create(status=Status.ABORTED)
    sent = {"movie_queue": queue_for_run(lost)}
    # Nobody reads these reports: that is what a server that died leaves.
    list(flexget_engine.execute(lost.pk, None, {}, extras=sent))
    assert queued() == ["Film (2020)"]
    execution = run({"films": mock("Film 2020 again", movie_queue="accept")})
    assert queued() == []
    # Taken in before any task ran, so the movie was not grabbed twice.
    assert states(execution) == {"Film 2020 again": "undecided"}
    assert GrabbedMovie.objects.get().entry_title == "Film 2020"
    # Nor is it taken in twice.
    run({"films": mock("Nothing")})
    run({"films": mock("Nothing")})
    assert GrabbedMovie.objects.count() == 1
    assert RunProgress.objects.count() == 1
    assert not list(config.folder.glob(".flexapi-movie-queue-*"))


def test_the_plugins_refuse_what_they_do_not_know(flexget_engine: Engine) -> None:
    for bad in ("acept", {"action": "accept", "quality": "720x"}, {"queue": "x"}, False):
        text = yaml.safe_dump({"tasks": {"x": {"movie_queue": bad}}})
        errors = flexget_engine.call("validate", {"text": text}, timeout=60)
        assert errors, bad
        assert errors[0]["path"][:3] == ["tasks", "x", "movie_queue"]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real configs at ../shared/corpus")
def test_a_real_config_runs(run: Run, flexget_engine: Engine) -> None:
    """A config that was written for the plugins of old; what needs the web or is gone is left out."""
    text = (CORPUS / "config-115.yml").read_text().partition("<<<<<<<")[0]
    text = text[: text.rindex("  - tasks:")]
    errors = flexget_engine.call("validate", {"text": text}, timeout=60)
    assert not [error for error in errors if "movie_queue" in str(error)]

    written = yaml.safe_load(text)
    taken = written["templates"]["movies-queued"]
    assert taken["movie_queue"] == "accept"
    discover = taken["discover"] | {"from": [], "release_estimations": "ignore"}
    adding = [task for task in written["tasks"].values() if task.get("movie_queue") == "add"]
    assert adding
    execution = run(
        {
            "add": accepting("Film 2020", movie_queue=adding[0]["movie_queue"], priority=1),
            "look": {"discover": discover, "priority": 2},
            "take": mock("Film 2020 720p", movie_queue=taken["movie_queue"], priority=3),
        }
    )
    assert execution.status == Status.COMPLETE, execution.abort_reason
    assert GrabbedMovie.objects.get().task == "take"
