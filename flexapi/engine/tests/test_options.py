"""The options of an execution are FlexGet's own."""

from pathlib import Path

from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome, accepting, messages, mock, of_kind, reports_of


def test_the_schema_is_read_off_flexget_s_parser(flexget_engine: Engine) -> None:
    schema = flexget_engine.call("options")
    assert schema["additionalProperties"] is False
    options = schema["properties"]
    assert options["learn"]["type"] == "boolean"
    assert options["now"]["type"] == "boolean"
    assert options["no_cache"]["type"] == "boolean"
    assert "urlrewrite" in options["disable_phases"]["items"]["enum"]
    assert "eval" in options["dump"]["items"]["enum"]
    assert options["inject"]["items"]["required"] == ["title", "url"]
    # What asks questions, or prints the config with its credentials, is not offered.
    assert not {"help", "h", "try_regexp", "dump_config", "profile"} & set(options)


def test_learn(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"a": accepting("x", exec="echo hi > learned.txt")})
    log = messages(reports_of(flexget_engine.execute(1, None, {"learn": True})))
    assert any("--learn" in line for line in log)
    assert not (flexget_home.folder / "learned.txt").exists()


def test_disable_phases(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"a": accepting("x")})
    reports = reports_of(flexget_engine.execute(1, None, {"disable_phases": ["input"]}))
    (task,) = of_kind(reports, "task")
    assert task["accepted"] == 0


def test_inject(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"a": mock("own", regexp={"reject": ["."]})})
    entries = [
        {"title": "taken", "url": "http://localhost/t", "accept": True, "force": True},
        {"title": "not taken", "url": "http://localhost/n", "fields": {"size": 3}},
    ]
    reports = reports_of(flexget_engine.execute(1, ["a"], {"inject": entries}))
    (report,) = of_kind(reports, "entries")
    states = {entry["title"]: entry["state"] for entry in report["entries"]}
    assert states == {"taken": "accepted", "not taken": "rejected"}


def test_fields_of_any_kind_are_injected(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"a": mock("own", accept_all=True, set={"said": "{{list[1].deep}}"})})
    fields = {
        "list": [1, {"deep": [None, 2.5]}],
        "none": None,
        "big": 10**30,
        "": True,
        "é": "\U0001f600",
    }
    item = {"title": "x", "url": "http://localhost/x", "fields": fields}
    (task,) = of_kind(
        reports_of(flexget_engine.execute(1, ["a"], {"inject": [item], "dump": ["accepted"]})),
        "task",
    )
    assert (task["accepted"], task["aborted"]) == (1, False)


def test_what_flexget_takes_for_no_entry_ends_the_run_in_order(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"a": mock("own", accept_all=True)})
    item = {"title": "x", "url": "http://localhost/x", "fields": {"url": None}}
    reports = reports_of(flexget_engine.execute(1, ["a"], {"inject": [item]}))
    (task,) = of_kind(reports, "task")
    assert task["abort_reason"] == "Tried to set 'x' url to None"
    assert of_kind(reports, "finished")


def test_loglevel(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"a": accepting("x")})
    quiet = of_kind(reports_of(flexget_engine.execute(1, None, {"loglevel": "error"})), "log")
    loud = of_kind(reports_of(flexget_engine.execute(2, None, {"loglevel": "debug"})), "log")
    assert quiet == []
    assert "DEBUG" in {line["level"] for line in loud}


def test_dump_prints_into_the_log(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"a": accepting("Some Title")})
    log = messages(reports_of(flexget_engine.execute(1, None, {"dump": ["accepted"]})))
    assert any("original_title" in line for line in log)


def test_test_leaves_the_database_alone(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    entry = {"title": "only once", "url": "http://localhost/only-once"}
    flexget_home.write({"tested": {"mock": [entry], "accept_all": True}})
    for number in (1, 2):
        (task,) = of_kind(
            reports_of(flexget_engine.execute(number, ["tested"], {"test": True})), "task"
        )
        assert task["accepted"] == 1, "the test run before was remembered"
    (task,) = of_kind(reports_of(flexget_engine.execute(3, ["tested"], {})), "task")
    assert task["accepted"] == 1
    assert not list(flexget_home.folder.glob("test-*"))
    assert not list(flexget_home.folder.glob(".test-*"))


def test_cli_config(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"a": mock("red", "blue", regexp={"accept": ["$colour"]})})
    options = {"cli_config": ["colour=red"]}
    (task,) = of_kind(reports_of(flexget_engine.execute(1, None, options)), "task")
    assert (task["accepted"], task["undecided"]) == (1, 1)


def test_dl_path(flexget_engine: Engine, flexget_home: FlexGetHome, tmp_path: Path) -> None:
    source = tmp_path / "source.torrent"
    source.write_bytes(b"not really a torrent")
    (tmp_path / "here").mkdir()
    flexget_home.write(
        {
            "a": {
                "mock": [{"title": "file", "url": source.as_uri()}],
                "accept_all": True,
                "disable": ["seen"],
                "download": str(tmp_path / "elsewhere"),
            }
        }
    )
    reports_of(flexget_engine.execute(1, None, {"dl_path": str(tmp_path / "here")}))
    assert [path.read_bytes() for path in (tmp_path / "here").iterdir()] == [
        b"not really a torrent"
    ]
