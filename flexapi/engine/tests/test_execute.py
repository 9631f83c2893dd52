"""What an execution reports when all goes well."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from flexapi.engine.client import Engine
from flexapi.engine.run import Ending, Report
from flexapi.testing.flexget_home import FlexGetHome, accepting, messages, mock, of_kind, reports_of

STRANGE_NAME = "tv / 100% é ünïcode: «x»"


def test_it_reports_log_progress_entries_and_the_end(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    task = mock("Good 1080p", "Bad cam", "Other", regexp={"accept": ["1080p"], "reject": ["cam"]})
    flexget_home.write({"films": task})
    run = flexget_engine.execute(1, ["films"], {})
    reports = reports_of(run)

    assert of_kind(reports, "started") == [{"tasks": ["films"]}]
    log = of_kind(reports, "log")
    accepted = next(line for line in log if line["message"].startswith("ACCEPTED"))
    assert accepted["task"] == "films"
    assert accepted["level"] == "VERBOSE"
    (entries,) = of_kind(reports, "entries")
    outcomes = {entry["title"]: entry for entry in entries["entries"]}
    assert outcomes["Good 1080p"]["state"] == "accepted"
    assert outcomes["Good 1080p"]["plugin"] == "regexp"
    assert outcomes["Bad cam"]["state"] == "rejected"
    assert "cam" in outcomes["Bad cam"]["reason"]
    assert outcomes["Other"]["state"] == "undecided"
    assert outcomes["Other"]["plugin"] == ""
    (ended,) = of_kind(reports, "task")
    assert (ended["accepted"], ended["rejected"], ended["undecided"]) == (1, 1, 1)
    assert not ended["aborted"]
    progress = of_kind(reports, "progress")
    assert progress
    percents = [step["percent"] for step in progress]
    assert percents == sorted(percents)
    assert reports[-1].params == {"aborted": False}
    assert run.ending == Ending(0)


def test_it_matches_globs_as_flexget_does(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"TV-a": mock(), "tv-b": mock(), "films": mock()})
    reports = reports_of(flexget_engine.execute(1, ["tv-*"], {}))
    assert of_kind(reports, "started") == [{"tasks": ["TV-a", "tv-b"]}]


def test_it_runs_tasks_in_order_of_priority(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"late": mock(priority=20), "early": mock(priority=1), "last": mock()})
    reports = reports_of(flexget_engine.execute(1, None, {}))
    assert of_kind(reports, "started") == [{"tasks": ["early", "late", "last"]}]
    assert [task["task"] for task in of_kind(reports, "task")] == ["early", "late", "last"]


def test_a_task_may_have_any_name(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({STRANGE_NAME: accepting("x")})
    reports = reports_of(flexget_engine.execute(1, [STRANGE_NAME.replace("[", "[[]")], {}))
    assert [task["task"] for task in of_kind(reports, "task")] == [STRANGE_NAME]


def test_a_manual_task_runs_when_it_is_named(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"by-hand": accepting("x", manual=True), "other": mock()})
    named = of_kind(reports_of(flexget_engine.execute(1, ["by-hand"], {})), "task")
    assert named[0]["accepted"] == 1
    among_all = of_kind(reports_of(flexget_engine.execute(2, None, {})), "task")
    assert among_all[0]["silent"]
    assert among_all[0]["accepted"] == 0
    scheduled = reports_of(flexget_engine.execute(3, ["by-hand"], {"cron": True}, manual=False))
    assert of_kind(scheduled, "task")[0]["silent"]


def test_a_disabled_task_does_nothing(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"_off": accepting("x")})
    (task,) = of_kind(reports_of(flexget_engine.execute(1, ["_off"], {})), "task")
    assert task["accepted"] == 0


def test_an_entry_that_a_rerun_rejects_as_seen_was_accepted(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    task = {
        "mock": [{"title": "run again", "url": "http://localhost/run-again"}],
        "accept_all": True,
        "rerun": 1,
    }
    flexget_home.write({"twice": task})
    reports = reports_of(flexget_engine.execute(1, ["twice"], {}))
    assert [line for line in messages(reports) if line.startswith("Rerunning")]
    (entries,) = of_kind(reports, "entries")
    assert [entry["state"] for entry in entries["entries"]] == ["accepted"]


def test_the_config_is_read_again_when_it_changed(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"first": mock()})
    reports_of(flexget_engine.execute(1, None, {}))
    flexget_home.write({"second": mock()})
    reports = reports_of(flexget_engine.execute(2, None, {}))
    assert of_kind(reports, "started") == [{"tasks": ["second"]}]


def test_text_and_filesystem_inputs(
    flexget_engine: Engine, flexget_home: FlexGetHome, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text("title one\nhttp://localhost/1\n")
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "film ü.mkv").touch()
    text = {"url": str(tmp_path / "list.txt"), "entry": {"title": "title (.*)", "url": "(http.*)"}}
    flexget_home.write(
        {
            "text": {"text": text, "accept_all": True},
            "files": {"filesystem": str(tmp_path / "media"), "accept_all": True},
        }
    )
    reports = reports_of(flexget_engine.execute(1, ["text", "files"], {}))
    found = {
        report["task"]: [entry["title"] for entry in report["entries"]]
        for report in of_kind(reports, "entries")
    }
    assert found["text"] == ["one"]
    assert found["files"] == ["film ü"]


def test_exec_runs_and_its_output_is_logged(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"shell": accepting("x", exec="echo out-$((20+3)); pwd")})
    log = messages(reports_of(flexget_engine.execute(1, ["shell"], {})))
    output = [line for line in log if line.startswith("Stdout")]
    # Relative paths of a config start at the config.
    assert output == ["Stdout: out-23", f"Stdout: {flexget_home.folder}"]


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[str]:
    """The URL of a folder on a loopback web server, with an RSS feed of one item."""
    (tmp_path / "web").mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path / "web")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        (tmp_path / "web" / "file.torrent").write_bytes(b"not really a torrent")
        (tmp_path / "web" / "feed.xml").write_text(
            "<rss version='2.0'><channel><title>t</title><link>l</link><description/>"
            f"<item><title>The Item</title><link>{url}/file.torrent</link></item></channel></rss>"
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield url
        server.shutdown()


def test_rss_from_a_server_and_download_to_a_folder(
    flexget_engine: Engine, flexget_home: FlexGetHome, tmp_path: Path, feed: str
) -> None:
    task = {"rss": f"{feed}/feed.xml", "accept_all": True, "download": str(tmp_path / "got")}
    (tmp_path / "got").mkdir()
    flexget_home.write({"feed": {**task, "disable": ["seen"]}})
    reports = reports_of(flexget_engine.execute(1, ["feed"], {}))
    (entries,) = of_kind(reports, "entries")
    assert [(entry["title"], entry["state"]) for entry in entries["entries"]] == [
        ("The Item", "accepted")
    ]
    (downloaded,) = (tmp_path / "got").iterdir()
    assert downloaded.read_bytes() == b"not really a torrent"


def test_a_feed_that_is_not_there_aborts_its_task_alone(
    flexget_engine: Engine, flexget_home: FlexGetHome, feed: str
) -> None:
    flexget_home.write({"gone": {"rss": f"{feed}/gone.xml"}, "good": accepting("x")})
    tasks = {task["task"]: task for task in of_kind(_run_all(flexget_engine), "task")}
    assert tasks["gone"]["aborted"]
    assert "not found" in tasks["gone"]["abort_reason"]
    assert tasks["good"]["accepted"] == 1


def _run_all(engine: Engine) -> list[Report]:
    return reports_of(engine.execute(1, None, {}))


def test_tasks_that_have_gone_meanwhile_fail_the_run(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"here": accepting("x")})
    reports = reports_of(flexget_engine.execute(1, ["gone"], {}))
    (task,) = of_kind(reports, "task")
    assert task["aborted"]
    assert "have a task any more" in task["abort_reason"]
    assert any("`gone` does not match any tasks" in line for line in messages(reports))
    some = of_kind(reports_of(flexget_engine.execute(2, ["gone", "here"], {})), "task")
    assert [task["task"] for task in some] == ["here"]


def test_entries_that_stand_twice_count_twice(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    twins = mock("same", "same", "same", "other")
    flexget_home.write({"a": {**twins, "accept_all": True, "rerun": 1, "max_reruns": 1}})
    reports = reports_of(flexget_engine.execute(1, None, {}))
    (task,) = of_kind(reports, "task")
    assert task["accepted"] == 4
    assert any("Summary - Accepted: 4" in line for line in messages(reports))
    (entries,) = of_kind(reports, "entries")
    assert [entry["title"] for entry in entries["entries"]] == ["same", "same", "same", "other"]
    taken = [entry["title"] for one in of_kind(reports, "history") for entry in one["entries"]]
    assert taken.count("same") == 3
