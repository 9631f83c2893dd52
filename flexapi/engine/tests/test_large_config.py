"""A large config is checked and loaded by a process of its own, and the host is left with just what it would have loaded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flexapi.engine.client import Engine
from flexapi.testing.config_file import CORPUS
from flexapi.testing.flexget_home import FlexGetHome, accepting, messages, of_kind, reports_of

TASKS = 900
STEP = 10

# Its check takes until there is a file beside it.
PATIENT = """
import os, time
from flexget import config_schema, plugin
from flexget.event import event

FLAG = os.path.join(os.path.dirname(__file__), "go")

@config_schema.format_checker.checks("patient")
def is_patient(value):
    while not os.path.exists(FLAG):
        time.sleep(0.01)
    return value != "wrong"

class Patient:
    schema = {"type": "string", "format": "patient"}
    def on_task_start(self, task, config):
        pass

@event("plugin.register")
def register():
    plugin.register(Patient, "patient", api_ver=2)
"""


@pytest.fixture
def home(tmp_path: Path) -> FlexGetHome:
    home = FlexGetHome(tmp_path / "flexget")
    (home.folder / "plugins" / "patient.py").write_text(PATIENT)
    home.write({"small": accepting("x")})
    return home


@pytest.fixture
def engine(home: FlexGetHome) -> Iterator[Engine]:
    engine = Engine(home.config, methods={"own": "flexapi.engine.host.tests.plain_check"})
    engine.start()
    # What the host loaded when it started.
    engine.call("own.loaded", {}, timeout=60)
    yield engine
    engine.stop()


def write_large(home: FlexGetHome, patience: str = "right") -> str:
    tasks: dict[str, Any] = {
        f"task {number}": accepting(f"title {number}") for number in range(TASKS)
    }
    home.write({**tasks, "late": accepting("y", patient=patience)})
    return home.config.read_text()


def test_others_are_answered_while_the_file_is_loaded(engine: Engine, home: FlexGetHome) -> None:
    write_large(home, "wrong")
    loading = engine.begin("invalid_tasks")
    as_well = engine.begin("invalid_tasks")
    assert engine.call("quality", {"text": "720p"}) == {"error": ""}
    assert not loading.done()
    assert not as_well.done()
    (home.folder / "plugins" / "go").touch()
    found = loading.result(60)
    assert [each["task"] for each in found["tasks"]] == ["late"]
    assert as_well.result(60) == found
    kept = engine.call("own.loaded", {})
    assert kept["invalid"] == ["late"]
    assert kept["tasks"] == TASKS + 1
    assert kept["loads"] == 0


def test_others_are_answered_while_a_text_is_checked(engine: Engine, home: FlexGetHome) -> None:
    checking = engine.begin("validate", {"text": write_large(home, "wrong")})
    assert engine.call("quality", {"text": "720p"}) == {"error": ""}
    assert not checking.done()
    (home.folder / "plugins" / "go").touch()
    (fault,) = checking.result(60)
    assert fault["path"] == ["tasks", "late", "patient"]


def test_what_was_loaded_runs(engine: Engine, home: FlexGetHome) -> None:
    (home.folder / "plugins" / "go").touch()
    write_large(home)
    answer = engine.call("invalid_tasks", timeout=60)
    assert (answer["refused"], answer["tasks"]) == ([], [])
    reports = reports_of(engine.execute(1, ["late"], {}))
    assert of_kind(reports, "finished") == [{"aborted": False}]
    assert any("ACCEPTED" in message for message in messages(reports))
    assert engine.call("own.loaded", {})["loads"] == 0


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real configs is not here")
def test_real_configs_are_loaded_alike(engine: Engine, home: FlexGetHome) -> None:
    engine.call("own.all_are_large", {})
    for path in sorted(CORPUS.glob("*.yml"))[::STEP]:
        home.config.write_bytes(path.read_bytes())
        answer = engine.call("invalid_tasks", timeout=60)
        elsewhere = engine.call("own.loaded", {})
        assert elsewhere["loads"] == 0, path.name
        here = engine.call("own.load_here", {}, timeout=60)
        assert answer == here["answer"], path.name
        if not answer["refused"]:
            assert elsewhere["all"] == here["all"], path.name
