"""A folder with a FlexGet config for tests, and fixtures with a real engine on it."""

import os
import select
import shutil
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from flexapi.engine.client import Engine
from flexapi.engine.instance import method_modules, plugin_packages
from flexapi.engine.run import Report, Run

MISBEHAVE = Path(__file__).with_name("misbehave.py")


class FlexGetHome:
    """The folder of one config."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.yml"
        (folder / "plugins").mkdir(parents=True)
        shutil.copy(MISBEHAVE, folder / "plugins" / "misbehave.py")
        self.write({})

    def write(self, tasks: dict[str, Any], **sections: Any) -> None:
        """Write a config with these tasks and root sections."""
        self.config.write_text(yaml.safe_dump({"tasks": tasks, **sections}, sort_keys=False))

    @property
    def lock(self) -> Path:
        """FlexGet's lock file."""
        return self.folder / ".config-lock"


def mock(*titles: str, **plugins: Any) -> dict[str, Any]:
    """Return a task that makes up entries with these titles."""
    entries = [{"title": title, "url": f"http://localhost/{title}"} for title in titles or ("one",)]
    return {"mock": entries, "disable": ["seen", "retry_failed"], **plugins}


def accepting(*titles: str, **plugins: Any) -> dict[str, Any]:
    """Return a task that makes up entries and accepts them."""
    return mock(*titles, accept_all=True, **plugins)


def reports_of(run: Run) -> list[Report]:
    """Run to the end and return all that was reported."""
    return [report for batch in run for report in batch]


def messages(reports: list[Report]) -> list[str]:
    """Return the messages of the log."""
    return [report.params["message"] for report in reports if report.kind == "log"]


def of_kind(reports: list[Report], kind: str) -> list[dict[str, Any]]:
    """Return the reports of a kind."""
    return [report.params for report in reports if report.kind == kind]


def is_gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process has ended, or does so soon: a signal takes its time to arrive."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        ended, _, _ = select.select([pidfd], [], [], seconds)
        return bool(ended)
    finally:
        os.close(pidfd)


def other_python(folder: Path, **modules: str) -> Path:
    """Make another environment that has FlexGet, and these modules; return its interpreter."""
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "flexget.pth").write_text(sysconfig.get_path("purelib"))
    for name, text in modules.items():
        (site / f"{name}.py").write_text(f"import sys\n{text}\n")
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def flexget_home(tmp_path_factory: pytest.TempPathFactory) -> FlexGetHome:
    """The folder that the tests' engine works with; each test writes its own config."""
    return FlexGetHome(tmp_path_factory.mktemp("flexget"))


@pytest.fixture(scope="session")
def flexget_engine(flexget_home: FlexGetHome) -> Iterator[Engine]:
    """A real engine that has loaded FlexGet, shared because that takes seconds."""
    engine = Engine(flexget_home.config, None, method_modules, plugin_packages)
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()
