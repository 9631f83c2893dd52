"""Every event of FlexGet's has its line in docs/flexget.md: a FlexGet with a new one, or with a plugin that newly waits for
one that never comes here, is noticed.

`FLEXAPI_TEST_WRITE=1 make test ARGS=flexapi/tests/test_flexget_events.py` writes the tables of that page.
"""

from collections.abc import Iterator

import pytest
from flexget.ipc import DaemonService

from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome, accepting, messages, reports_of

from .flexget_events import ON_PAGE, in_source, known, table

LISTENER = """
from pathlib import Path
from flexget import plugin
from flexget.event import event

def note(name):
    with Path(__file__).with_name("heard.txt").open("a") as file:
        file.write(name + "\\n")

{handlers}

class Listener:
    schema = {{"type": "boolean"}}

@event("plugin.register")
def register():
    plugin.register(Listener, "listener", api_ver=2)
"""
HANDLER = """
@event("{name}")
def handler_{number}(*arguments):
    note("{name}")
"""


def test_the_table_has_each_event_of_flexget() -> None:
    assert set(known()) == set(in_source())
    for name, event in known().items():
        assert ("here" in event) != ("never" in event), name


def test_each_of_flexget_s_own_that_waits_in_vain_is_accounted_for() -> None:
    waiting = in_source()
    for name, event in known().items():
        if "never" in event:
            assert set(event["handlers"]) == waiting[name], name


def test_what_a_flexget_command_could_ask_of_the_daemon_is_known() -> None:
    # docs/flexget.md, "Commands and the daemon".
    exposed = {name for name in vars(DaemonService) if name.startswith("exposed_")}
    assert exposed == {"exposed_handle_cli", "exposed_version"}


def test_the_page_has_the_tables() -> None:
    ON_PAGE.check(table(known()))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> FlexGetHome:
    """A FlexGet home with a plugin that notes which events it hears."""
    home = FlexGetHome(tmp_path_factory.mktemp("events") / "flexget")
    handlers = [
        HANDLER.format(name=name, number=number)
        for number, name in enumerate(known())
        if name not in ("plugin.register", "manager.before_config_validate")
    ]
    path = home.folder / "plugins" / "listener.py"
    path.write_text(LISTENER.format(handlers="".join(handlers)))
    return home


@pytest.fixture(scope="module")
def engine(home: FlexGetHome) -> Iterator[Engine]:
    """An engine on it, ready."""
    home.write({"a": accepting("x")}, log_filter=[{"message": "Produced"}])
    engine = Engine(home.config)
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()


def test_a_plugin_hears_what_the_table_says(engine: Engine, home: FlexGetHome) -> None:
    reports_of(engine.execute(1, None, {"cron": True}))
    heard = (home.folder / "plugins" / "heard.txt").read_text().split()
    never = {name for name, event in known().items() if "never" in event}
    # No run of this config forgets anything or finds tables of another FlexGet; for two there is no handler.
    others = {"forget", "manager.upgrade", "manager.db_upgraded", "manager.lock_acquired"}
    others |= {"manager.subcommand.inject", "plugin.register", "manager.before_config_validate"}
    assert set(heard) == set(known()) - never - others
    # FlexGet's own order: plugins find the config when they get ready.
    assert heard.index("manager.config_updated") < heard.index("manager.startup")
    assert heard.count("manager.startup") == 1


def test_a_plugin_hears_of_the_second_run_in_a_process_as_of_the_first(
    engine: Engine, home: FlexGetHome
) -> None:
    heard = home.folder / "plugins" / "heard.txt"
    home.write({"a": accepting("x")})
    # The first run after a change of the config is the last of its process.
    for number in range(3):
        reports_of(engine.execute(number, None, {}))
    counts = []
    for number in range(3):
        counts.append(heard.read_text().split().count("task.execute.before_plugin"))
        reports_of(engine.execute(number, None, {}))
    assert counts[2] - counts[1] == counts[1] - counts[0] > 5


def test_the_server_names_what_waits_in_vain(engine: Engine) -> None:
    (problem,) = engine.plugin_problems()
    assert problem["file"].endswith("listener.py")
    assert problem["names"] == ["listener"]
    for name in (name for name, event in known().items() if "never" in event):
        assert name in problem["reason"]


def test_the_log_is_filtered_as_the_config_tells(engine: Engine, home: FlexGetHome) -> None:
    home.write({"a": accepting("x")}, log_filter=[{"message": "Produced"}])
    lines = messages(reports_of(engine.execute(1, None, {})))
    assert "Produced 1 entries." not in lines
    assert "ACCEPTED: `x` by accept_all plugin" in lines

    # The section is gone, and with it the filter; a task's own is for that task.
    filtering = accepting("x", log_filter=[{"message": "ACCEPTED"}])
    home.write({"a": filtering, "b": accepting("y")})
    lines = messages(reports_of(engine.execute(2, None, {})))
    assert lines.count("Produced 1 entries.") == 2
    assert [line for line in lines if line.startswith("ACCEPTED")] == [
        "ACCEPTED: `y` by accept_all plugin"
    ]
