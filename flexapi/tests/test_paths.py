"""Data folder, config lookup, secret key, options that become variables."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flexapi import paths


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("FLEXAPI_DATA_DIR", "FLEXAPI_CONFIG", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("tasks: {}\n")
    return path


class TestDataDir:
    def test_it_is_made_private(self, home: Path) -> None:
        folder = paths.data_dir()
        assert folder == home / ".local/share/flexapi"
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_xdg(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(home / "share"))
        assert paths.data_dir() == home / "share/flexapi"

    def test_it_may_be_named(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FLEXAPI_DATA_DIR", "~/deep/er")
        assert paths.data_dir() == home / "deep/er"
        assert (home / "deep/er").is_dir()


def mode(folder: Path) -> int:
    return folder.stat().st_mode & 0o7777


class TestAnExistingDataDir:
    @pytest.fixture
    def folder(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        folder = home / "data"
        folder.mkdir(mode=0o755)
        monkeypatch.setenv("FLEXAPI_DATA_DIR", str(folder))
        return folder

    def test_an_open_one_is_closed(self, folder: Path) -> None:
        assert paths.data_dir() == folder
        assert mode(folder) == 0o700
        paths.secret_key(folder)
        (folder / "flexapi.sqlite3").touch()
        folder.chmod(0o755)
        paths.data_dir()
        assert mode(folder) == 0o700
        assert paths.exposed(folder) == ""

    def test_one_with_other_things_is_complained_about(self, folder: Path) -> None:
        (folder / "films").mkdir()
        assert mode(paths.data_dir()) == 0o755
        assert f"`chmod 700 {folder}`" in paths.exposed(folder)

    def test_the_home_and_a_folder_for_everybody_stay_open(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paths.secret_key(folder)
        monkeypatch.setenv("HOME", str(folder))
        assert mode(paths.data_dir()) == 0o755
        monkeypatch.undo()
        monkeypatch.setenv("FLEXAPI_DATA_DIR", str(folder))
        folder.chmod(0o1777)
        assert mode(paths.data_dir()) == 0o1777
        assert "1777" in paths.exposed(folder)

    def test_what_the_group_may_do_is_somebodys_decision(self, folder: Path) -> None:
        folder.chmod(0o750)
        assert mode(paths.data_dir()) == 0o750
        assert paths.exposed(folder) == ""


class TestFindConfig:
    def test_there_may_be_none(self, home: Path) -> None:
        assert paths.find_config() is None
        assert paths.default_config() == home / ".flexget/config.yml"

    def test_the_order(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        xdg = write(home / ".config/flexget/config.yml")
        assert paths.find_config() == xdg
        other = write(home / "xdg/flexget/config.yml")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
        assert paths.find_config() == other
        own = write(home / ".flexget/config.yml")
        assert paths.find_config() == own
        monkeypatch.setenv("FLEXAPI_CONFIG", "~/named.yml")
        assert paths.find_config() == home / "named.yml"


class TestSecretKey:
    def test_it_is_kept_and_private(self, tmp_path: Path) -> None:
        key = paths.secret_key(tmp_path)
        assert len(key) >= 64
        assert paths.secret_key(tmp_path) == key
        assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]

    def test_processes_that_start_together_agree(self, tmp_path: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from flexapi import paths;"
            "print(paths.secret_key(Path(sys.argv[1])))"
        )

        def start(_: int) -> str:
            command = [sys.executable, "-c", code, str(tmp_path)]
            root = Path(__file__).resolve().parents[2]
            return subprocess.run(
                command, cwd=root, capture_output=True, text=True, check=True
            ).stdout

        with ThreadPoolExecutor(6) as pool:
            keys = set(pool.map(start, range(6)))
        assert len(keys) == 1

    def test_an_empty_one_is_an_error_that_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "secret_key").touch()
        with pytest.raises(RuntimeError, match="secret_key is empty"):
            paths.secret_key(tmp_path)


class TestExportOptions:
    @pytest.fixture(autouse=True)
    def _clean(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for variable in paths.OPTION_VARIABLES.values():
            monkeypatch.setenv(variable, "before")

    def test_options_become_variables(self) -> None:
        paths.export_options(["--port=9000", "--data-dir", "/x", "--no-worker", "--host", "::"])
        assert os.environ["FLEXAPI_PORT"] == "9000"
        assert os.environ["FLEXAPI_DATA_DIR"] == "/x"
        assert os.environ["FLEXAPI_HOST"] == "::"
        assert os.environ["FLEXAPI_CONFIG"] == "before"

    def test_nonsense_is_left_to_the_command(self) -> None:
        paths.export_options(["--port"])
        assert os.environ["FLEXAPI_PORT"] == "before"


def test_the_package_can_be_imported_without_django() -> None:
    code = "import sys, flexapi, flexapi.paths; sys.exit('django' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
