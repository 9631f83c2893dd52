"""`manage.py move_flexget_database`: FlexGet's SQLite database into PostgreSQL."""

import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from flexapi.engine import flexget_lock, host_process

SCRIPT = host_process.HOST.parent / "move" / "database.py"


class Command(BaseCommand):
    help = (
        "Move what FlexGet remembers from its SQLite file into the PostgreSQL of "
        "FLEXAPI_FLEXGET_DATABASE_URL. The file is only read; either all is moved or nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from",
            dest="source",
            type=Path,
            help="the SQLite file; by default the one beside the config",
        )
        parser.add_argument(
            "--replace", action="store_true", help="throw away what is in PostgreSQL already"
        )
        parser.add_argument(
            "--upgrade",
            action="store_true",
            help="have a copy upgraded first where the file is of an older FlexGet",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.FLEXGET_DATABASE_URL:
            raise CommandError(
                "Set FLEXAPI_FLEXGET_DATABASE_URL to where FlexGet's tables are to go."
            )
        config = Path(settings.FLEXGET_CONFIG)
        if not config.is_file():
            raise CommandError(f"There is no {config}; --config or FLEXAPI_CONFIG names FlexGet's.")
        holder = flexget_lock.holder(config)
        if holder is not None:
            raise CommandError(f"FlexGet is running (process {holder.pid}). Stop it first.")
        source = options["source"] or config.parent / f"db-{config.stem}.sqlite"
        params = {
            "config": str(config),
            "source": str(source),
            "database": settings.FLEXGET_DATABASE_URL,
            "replace": options["replace"],
            "upgrade": options["upgrade"],
        }
        # By its standard input: arguments and environment can be read by others.
        with subprocess.Popen(
            [settings.FLEXGET_PYTHON or sys.executable, str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=host_process.environment(),
            text=True,
        ) as process:
            with cast(IO[str], process.stdin) as stdin:
                stdin.write(json.dumps(params) + "\n")
            moved = self._follow(cast(IO[str], process.stdout))
        if moved is None:
            raise CommandError(f"The process that moves ended (exit code {process.returncode}).")
        self.stdout.write(f"Moved {moved} rows from {source}. The file is as it was.")

    def _follow(self, messages: IO[str]) -> int | None:
        """Show what comes; return how many rows were moved, None where the end was not said."""
        began = time.monotonic()
        for line in messages:
            try:
                message = json.loads(line)
            except ValueError:
                # A plugin that prints.
                self.stderr.write(line.rstrip("\n"))
                continue
            if "error" in message:
                raise CommandError(message["error"])
            if "moved" in message:
                return int(message["moved"])
            if "note" in message:
                self.stdout.write(message["note"])
            else:
                self.stdout.write(_progress(message, time.monotonic() - began))
        return None


def _progress(message: dict[str, Any], seconds: float) -> str:
    done, total = message["done"], message["total"]
    left = seconds * (total - done) / done if done else 0
    return f"{done} of {total} rows ({message['table']}), {left:.0f} s left"
