"""A config of which FlexGet refuses a part: what no complaint touches runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flexapi.engine.client import Engine
from flexapi.engine.complaints import reason, touched
from flexapi.testing.flexget_home import (
    FlexGetHome,
    accepting,
    messages,
    of_kind,
    reports_of,
)

TYPO = accepting("x", acept_all=True)


def failures(
    engine: Engine, tasks: list[str] | None = None, **options: Any
) -> tuple[dict[str, str], int | None]:
    """Run tasks, which all others end well; return why which failed, and in which process that was."""
    run = engine.execute(1, tasks, options)
    reports = reports_of(run)
    assert of_kind(reports, "finished") == [{"aborted": False}]
    ended = of_kind(reports, "task")
    return {one["task"]: one["abort_reason"] for one in ended if one["aborted"]}, run.pid


def test_one_typo_keeps_one_task_from_running(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"good": accepting("x"), "bad": TYPO, "other": accepting("y")})
    reports = reports_of(flexget_engine.execute(1, None, {}))
    assert of_kind(reports, "started") == [{"tasks": ["good", "bad", "other"]}]
    assert [(one["task"], one["accepted"]) for one in of_kind(reports, "task")] == [
        ("good", 1),
        ("bad", 0),
        ("other", 1),
    ]
    (said,) = [line for line in messages(reports) if "acept_all" in line]
    assert said.startswith("FlexGet refuses the config: [tasks.bad] The key `acept_all`")


def test_it_runs_once_it_is_mended_and_the_others_stay_warm(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"good": accepting("x"), "bad": TYPO})
    assert list(failures(flexget_engine)[0]) == ["bad"]
    _, first = failures(flexget_engine, ["good"])
    assert failures(flexget_engine) == ({"bad": failures(flexget_engine)[0]["bad"]}, first)
    flexget_home.write({"good": accepting("x"), "bad": accepting("x")})
    assert failures(flexget_engine)[0] == {}


def test_what_tasks_share_touches_those_that_use_it(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write(
        {
            "plain": accepting("x", template=False),
            "uses": accepting("x", template="tv"),
            "nested": accepting("x", template=["outer"]),
            "other": accepting("x", template="fine"),
            "reads": accepting("x", template="fine", from_task="uses"),
        },
        templates={
            "tv": {"no_such_plugin": True},
            "outer": {"template": "tv"},
            "fine": {"accept_all": True},
        },
    )
    assert list(failures(flexget_engine)[0]) == ["uses", "nested", "reads"]
    flexget_home.write(
        {"a": accepting("x"), "b": accepting("x", template=["no_global"])},
        templates={"global": {"no_such_plugin": True}},
    )
    assert list(failures(flexget_engine)[0]) == ["a"]


def test_variables_that_are_missing_touch_those_that_use_them(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    tasks = {"plain": accepting("x"), "uses": accepting("{? word ?}")}
    flexget_home.write(tasks, variables="there.yml")
    failed, _ = failures(flexget_engine)
    assert list(failed) == ["uses"]
    assert "there.yml does not exist" in failed["uses"]
    (flexget_home.folder / "there.yml").write_text("word: one\n")
    assert failures(flexget_engine)[0] == {}
    (flexget_home.folder / "there.yml").unlink()
    for broken in ([1], {"word": "{? 1 / 0 ?}"}):
        flexget_home.write(tasks, variables=broken)
        assert list(failures(flexget_engine)[0]) == ["uses"], broken


def test_a_file_that_comes_later_is_seen(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    cookies = flexget_home.folder / "cookies.txt"
    flexget_home.write({"good": accepting("x"), "reads": accepting("x", cookies=str(cookies))})
    assert list(failures(flexget_engine)[0]) == ["reads"]
    cookies.write_text("# Netscape HTTP Cookie File\n")
    assert failures(flexget_engine)[0] == {}


def test_looking_again_and_again_fills_no_log(
    flexget_engine: Engine, flexget_home: FlexGetHome, caplog: pytest.LogCaptureFixture
) -> None:
    flexget_home.write({"bad": {**TYPO, "download": "/no/such/folder"}})
    for _ in range(4):
        flexget_engine.call("invalid_tasks")
    assert caplog.text.count("/no/such/folder") == 1


def test_disabled_and_manual_tasks_fail_nothing(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"good": accepting("x"), "_off": TYPO, "by hand": {**TYPO, "manual": True}})
    assert failures(flexget_engine)[0] == {}
    assert list(failures(flexget_engine, ["by hand"])[0]) == ["by hand"]


@pytest.mark.parametrize("tasks", [None, [], "tv"])
def test_without_tasks_everything_is_refused(
    flexget_engine: Engine, flexget_home: FlexGetHome, tasks: Any
) -> None:
    flexget_home.write(tasks)
    assert list(failures(flexget_engine)[0]) == [""]


@pytest.mark.parametrize("odd", [None, ["x"], 7, {"priority": "high", "manual": "no"}])
def test_a_task_that_is_no_mapping_fails_alone(
    flexget_engine: Engine, flexget_home: FlexGetHome, odd: Any
) -> None:
    tasks: dict[Any, Any] = {"good": accepting("x"), 7: odd}
    flexget_home.write(tasks)
    assert list(failures(flexget_engine)[0]) == ["7"]


def test_it_tells_which_tasks_are_invalid(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"good": accepting("x"), "bad": TYPO}, no_such_section=1)
    told = flexget_engine.call("invalid_tasks")
    assert (told["refused"], [one["task"] for one in told["tasks"]]) == ([], ["bad"])
    flexget_home.config.write_text("tasks: [\n")
    assert flexget_engine.call("invalid_tasks")["refused"]


@pytest.fixture
def strict_engine(tmp_path: Path) -> Iterator[tuple[Engine, FlexGetHome]]:
    """An engine that does as FlexGet does."""
    home = FlexGetHome(tmp_path / "flexget")
    engine = Engine(home.config, all_or_nothing=True)
    engine.start()
    yield engine, home
    engine.stop()


def test_all_or_nothing(strict_engine: tuple[Engine, FlexGetHome]) -> None:
    engine, home = strict_engine
    home.write({"good": accepting("x"), "bad": TYPO})
    failed, _ = failures(engine, ["good"])
    assert "acept_all" in failed[""]
    assert engine.call("invalid_tasks")["refused"]
    home.write({"good": accepting("x")})
    assert failures(engine)[0] == {}


TASKS: dict[str, Any] = {"plain": {"mock": []}, "v": {"rss": "{? x ?}"}, "t": {"template": "a"}}
KEY = "The key `secrets` is not valid here."


@pytest.mark.parametrize(
    ("path", "message", "config", "names"),
    [
        ([], KEY, {"tasks": {"s": {"rss": "{{ secrets.tv }}"}, "plain": {"rss": "no secrets"}}}, "s"),
        ([], "The key `varibles` is not valid here.", {"tasks": TASKS, "varibles": {"x": 1}}, "v"),
        ([], "The key `varibles` is not valid here.", {"tasks": TASKS, "variables": {}}, ""),
        ([], "The keys `tempaltes`, `b` are not valid here.", {"tasks": TASKS, "tempaltes": {"a": 1}}, "t v"),
        ([], "The key `x` is not valid here.", {"tasks": TASKS, "x": {"global": {}}}, "plain v t"),
        ([], "The key `x` is not valid here.", {"tasks": {"plain": {}}, "x": {"a": {}}}, ""),
        ([], "'tasks' is something else", {"tasks": TASKS}, "plain v t"),
        (["schedules", 0], "no", {"tasks": TASKS}, ""),
        (["email"], "no", {"tasks": {"plain": {}, "mails": {"email": {}}}}, "mails"),
        (["templates"], "no", {"tasks": TASKS, "templates": []}, "t"),
        (["tasks"], "no", {"tasks": TASKS}, "plain v t"),
        (["tasks", "v"], "no", {"tasks": {**TASKS, "f": {"inputs": [{"from_task": "v"}]}}}, "v f"),
    ],
)  # fmt: skip
def test_what_a_complaint_touches(
    path: list[Any], message: str, config: dict[str, Any], names: str
) -> None:
    complaint = {"path": path, "message": message}
    assert sorted(touched(config, [complaint])) == sorted(names.split())


def test_a_config_that_holds_itself_is_looked_through_once() -> None:
    task: dict[str, Any] = {"inputs": []}
    task["inputs"].append(task)
    complaint = {"path": ["variables"], "message": "no"}
    assert touched({"tasks": {"loop": task}}, [complaint]) == {}


def test_a_reason_quotes_the_first_complaints() -> None:
    complaints: list[Any] = [{"path": [], "message": "One."}]
    complaints += [{"path": ["tasks", 7], "message": f"{number}."} for number in range(4)]
    assert reason(complaints) == (
        "FlexGet refuses the config: One. [tasks.7] 0. [tasks.7] 1. (and 2 more)"
    )
