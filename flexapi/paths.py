"""Where things are on this machine: data folder, FlexGet's config, secrets.

Imports no Django, so that settings and the command line can use it.
"""

import argparse
import contextlib
import os
import secrets
import stat
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

from flexapi import declared

# Options of `serve` that the settings need: they become the variables that the settings read.
OPTION_VARIABLES = {
    setting.option: setting.name for setting in declared.SETTINGS.values() if setting.option
}


def export_options(arguments: Sequence[str]) -> None:
    """Copy the options of `serve` into their `FLEXAPI_*` variables; other arguments are left alone."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for option in OPTION_VARIABLES:
        parser.add_argument(option)
    try:
        options, _ = parser.parse_known_args(arguments)
    except argparse.ArgumentError:
        return  # The command's own parser says what is wrong with it.
    for option, variable in OPTION_VARIABLES.items():
        value = getattr(options, option.removeprefix("--").replace("-", "_"))
        if value is not None:
            os.environ[variable] = value


def data_dir() -> Path:
    """The folder of FlexAPI's own state (database, secret key), made with mode 0700 if missing.

    `FLEXAPI_DATA_DIR` names it; else it is `flexapi` under `$XDG_DATA_HOME` or `~/.local/share`.
    """
    folder = declared.DATA_DIR.value()
    if folder is None:
        share = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        folder = Path(share).expanduser().absolute() / "flexapi"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    else:
        _close(folder)
    return folder


def _close(folder: Path) -> None:
    """Give an existing data folder that everybody may read the mode 0700, where it is FlexAPI's own.

    A folder that holds other things first (a home, /tmp) stays as it is; `exposed` says so. What its owner's group
    may do is somebody's decision.
    """
    if not exposed(folder) or folder == Path.home() or folder.stat().st_mode & stat.S_ISVTX:
        return
    if (folder / "secret_key").exists() or not any(folder.iterdir()):
        with contextlib.suppress(OSError):
            folder.chmod(0o700)


def exposed(folder: Path) -> str:
    """Say that other users of this machine may read the data folder; "" where they may not."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not mode & 0o007:
        return ""
    return (
        f"Every user of this machine may look into {folder} (mode {mode:04o}), where FlexAPI keeps the config with its"
        f" passwords. Run `chmod 700 {folder}` as its owner, or choose a folder for FlexAPI alone (FLEXAPI_DATA_DIR)."
    )


def documentation() -> Path | None:
    """The folder of the documentation: `docs` of the sources, or where an installed package has it; None without any."""
    sources = Path(__file__).resolve().parents[1] / "docs"
    installed = Path(sysconfig.get_path("data")) / "share" / "doc" / "flexapi"
    # Another package may have left a folder `docs` beside this one.
    return next((each for each in (sources, installed) if (each / "flexget.md").is_file()), None)


def default_config() -> Path:
    """Where FlexGet looks first and where a sample is written when there is no config."""
    return Path.home() / ".flexget" / "config.yml"


def find_config() -> Path | None:
    """The config file that FlexGet would use, or None when there is none.

    `FLEXAPI_CONFIG` is answered even where the file does not exist yet: who names a file means that one.
    """
    if named := declared.CONFIG.value():
        return named
    xdg = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config").expanduser()
    for candidate in (default_config(), xdg.absolute() / "flexget" / "config.yml"):
        if candidate.is_file():
            return candidate
    return None


def secret_key(folder: Path) -> str:
    """Django's secret key from `<folder>/secret_key`, generated there (mode 0600) at first use.

    Of two processes that start at the same moment the slower one uses the key of the faster one.
    """
    path = folder / "secret_key"
    if not path.exists():
        # mkstemp makes the file with mode 0600; the link appears whole or not at all.
        handle, name = tempfile.mkstemp(dir=folder, prefix=".secret_key.")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64))
                file.flush()
                os.fsync(file.fileno())
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise RuntimeError(f"{path} is empty; delete it and a new key is generated")
    return key


def flexget_database(config: Path) -> Path:
    """Return FlexGet's own SQLite file, which it names for the config."""
    return config.parent / f"db-{config.stem}.sqlite"
