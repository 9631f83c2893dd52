"""The command `flexapi`: what people need of Django's management commands, under names with dashes.

`flexapi --help` and `--version` are answered without Django. Completion for shells is a script that `flexapi completion` prints, so
that no key press waits for Python.
"""

import argparse
import difflib
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from flexapi import paths
from flexapi.variables import Unusable
from flexapi.version import VERSION

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand, CommandParser

PROGRAM = "flexapi"
SHELLS = ("bash", "zsh", "fish")
EPILOG = (
    "`flexapi COMMAND --help` explains one. Settings are FLEXAPI_… variables: see docs/settings.md."
)
# Options of all management commands, which are for developers.
OF_DJANGO = frozenset(
    {
        *("version", "verbosity", "settings", "pythonpath"),
        *("traceback", "no_color", "force_color", "skip_checks"),
    }
)
# What an argument of this name is, for completion.
FILES = {"file": "file", "config": "file", "data_dir": "directory"}


@dataclass(frozen=True)
class Command:
    """A command: its line in the help, and the management command or the function that runs it."""

    help: str
    management: str = ""
    run: Callable[[list[str]], int] | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name (default: those of the process); return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name, rest = (given[0], given[1:]) if given else ("--help", [])
    command = COMMANDS.get(name)
    if command is None:
        if name.startswith("-"):
            overview().parse_args([name])
        _unknown(name)
    if command.run is not None:
        return command.run(rest)
    if {"-h", "--help"} & set(rest):
        leave_no_trace()
    if name == "serve":
        paths.export_options(rest)
    return _guarded(lambda: _manage(name, command.management, rest))


def manage(argv: list[str]) -> int:
    """Run any of Django's commands; `argv` is that of the process. For `manage.py` and `flexapi manage`."""
    if argv[1:2] == ["serve"]:
        paths.export_options(argv[2:])

    def run() -> None:
        from django.core.management import execute_from_command_line

        execute_from_command_line(argv)

    return _guarded(run)


def overview() -> argparse.ArgumentParser:
    """Return the parser of `flexapi` with the names of all commands."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="The remote control for FlexGet: a REST API, pages, and a live log.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"FlexAPI {VERSION}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands", dest="command")
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.help, add_help=False)
    return parser


def _unknown(name: str) -> NoReturn:
    near = difflib.get_close_matches(name.replace("_", "-"), COMMANDS, n=1)
    hint = f" Do you mean {near[0]}?" if near else ""
    _end(f"There is no command {name}.{hint} `{PROGRAM} --help` lists them.")


def _end(message: str) -> NoReturn:
    print(f"Error: {message}", file=sys.stderr)  # noqa: T201
    sys.exit(2)


def leave_no_trace() -> None:
    """Give the settings a data folder that goes with this process: to explain a command needs none."""
    folder = tempfile.TemporaryDirectory(prefix="flexapi-help-")
    # Kept alive by the process, whose end removes it.
    _folders.append(folder)
    os.environ["FLEXAPI_DATA_DIR"] = folder.name


_folders: list[tempfile.TemporaryDirectory[str]] = []


def _guarded(run: Callable[[], None]) -> int:
    """Set Django's settings, run, and say what is wrong with them in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexapi.settings")
    # Django reads the settings when it is imported, so the options have to be in place first.
    from django.core.exceptions import ImproperlyConfigured

    try:
        run()
    except (ImproperlyConfigured, Unusable) as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _manage(name: str, management: str, rest: list[str]) -> None:
    command = _loaded(management)
    prepared = command.create_parser

    def without_developers_options(prog_name: str, subcommand: str) -> "CommandParser":
        parser = prepared(prog_name, subcommand)
        for action in parser._actions:
            if action.dest in OF_DJANGO:
                action.help = argparse.SUPPRESS
        return parser

    command.create_parser = without_developers_options  # type: ignore[method-assign,assignment]
    command.run_from_argv([PROGRAM, name, *rest])


def _loaded(management: str) -> "BaseCommand":
    import django
    from django.core.management import get_commands, load_command_class

    django.setup()
    app = get_commands()[management]
    return load_command_class(app, management) if isinstance(app, str) else app


def _any_command(rest: list[str]) -> int:
    return manage([f"{PROGRAM} manage", *rest])


def _worker(rest: list[str]) -> int:
    try:
        from celery.bin.celery import celery
    except ImportError:
        _end(
            "Workers need more packages than one machine does: install the wheel's extra `distributed`, or"
            " `pip install -r requirements.txt -r requirements-distributed.txt` in a checkout."
        )

    def run() -> None:
        celery.main(
            args=["--app", "flexapi.celery", "worker", *rest],
            prog_name=PROGRAM,
            standalone_mode=True,
        )

    return _guarded(run)


def _healthcheck(rest: list[str]) -> int:
    from flexapi import healthcheck

    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} healthcheck", description=COMMANDS["healthcheck"].help
    )
    parser.parse_args(rest)
    return healthcheck.main()


def _completion(rest: list[str]) -> int:
    """Print a script of completion for a shell, made of the commands' own parsers."""
    import shtab

    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} completion",
        description="Print what teaches a shell the commands and options.",
        epilog=(
            "Write it where the shell looks: ~/.local/share/bash-completion/completions/flexapi for bash, _flexapi in a folder of"
            " $fpath for zsh, ~/.config/fish/completions/flexapi.fish for fish."
        ),
    )
    parser.add_argument("shell", choices=SHELLS)
    shell = parser.parse_args(rest).shell
    leave_no_trace()
    return _guarded(lambda: print(shtab.complete(complete_parser(), shell=shell)))  # noqa: T201


def complete_parser() -> argparse.ArgumentParser:
    """Return a parser that knows all options of all commands; Django is set up for it."""
    import shtab

    kinds = {"file": shtab.FILE, "directory": shtab.DIRECTORY}
    parser = argparse.ArgumentParser(prog=PROGRAM)
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(dest="command")
    for name, command in COMMANDS.items():
        added = commands.add_parser(name, help=command.help)
        if command.management:
            _loaded(command.management).add_arguments(added)  # type: ignore[arg-type]
        if name == "completion":
            added.add_argument("shell", choices=SHELLS)
        for action in added._actions:
            if action.dest in FILES:
                action.complete = kinds[FILES[action.dest]]  # type: ignore[attr-defined]
    return parser


COMMANDS = {
    "serve": Command("serve the API, the pages and the live log, and run FlexGet", "serve"),
    "worker": Command("run FlexGet for servers elsewhere (Celery's options)", run=_worker),
    "create-token": Command("make an API token for a user, and print it", "create_token"),
    "create-superuser": Command("make a user who may do everything", "createsuperuser"),
    "change-password": Command("set a user's password", "changepassword"),
    "backup": Command("write everything into one file, while the server runs", "backup"),
    "restore": Command("put a backup back", "restore"),
    "move-database": Command("copy FlexAPI's SQLite database into PostgreSQL", "move_database"),
    "move-flexget-database": Command(
        "copy FlexGet's SQLite database into PostgreSQL", "move_flexget_database"
    ),
    "check": Command("say what is wrong with the settings (--deploy: for a server)", "check"),
    "healthcheck": Command("end with 0 where this machine's server is healthy", run=_healthcheck),
    "completion": Command("print what completes commands in a shell", run=_completion),
    "manage": Command("run any other of Django's commands", run=_any_command),
}
