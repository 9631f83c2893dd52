"""`manage.py serve`: everything that one machine needs, in one process."""

import logging
import os
import secrets
import socket
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from flexapi import allocation, declared, lean, paths, plugins, startup, upgrading
from flexapi.backup.contents import BackupError
from flexapi.data_folder import FolderInUse, WrongConfig, claim, remember_config
from flexapi.mirror import mirror
from flexapi.sample_config import write_sample

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Set up what is missing, then serve until Ctrl-C or SIGTERM."""

    help = "Serve the API, the admin and the live log, and run FlexGet."
    requires_system_checks: list[str] = []  # Migrating checks them.

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options; the settings take their values (see `flexapi.paths`)."""
        for setting in declared.SETTINGS.values():
            if setting.option:
                parser.add_argument(setting.option, help=f"{setting.about} ({setting.name})")
        parser.add_argument(
            "--no-worker",
            action="store_true",
            help="queue executions for Celery workers, and run none here",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        allocation.few_arenas()
        if options["no_worker"] and not (settings.DATABASE_URL and settings.REDIS_URL):
            raise CommandError(
                "With --no-worker, others run what is queued here: set FLEXAPI_DATABASE_URL and "
                "FLEXAPI_REDIS_URL, and start workers with `celery -A flexapi worker`."
            )
        if settings.TIME_ZONE_PROBLEM:
            logger.warning(settings.TIME_ZONE_PROBLEM)
        for said in settings.UNKNOWN_VARIABLES.values():
            logger.warning(said)
        if exposed := paths.exposed(settings.DATA_DIR):
            logger.warning(exposed)
        listener = self._listen()
        try:
            folder = claim(settings.DATA_DIR)
            remember_config(settings.DATA_DIR, settings.FLEXGET_CONFIG)
        except (FolderInUse, WrongConfig) as error:
            raise CommandError(str(error)) from error
        with folder, listener:
            try:
                with startup.alone():
                    self._prepare()
            except startup.StillStarting as error:
                raise CommandError(str(error)) from error
            self._serve(listener, works=not options["no_worker"])

    def _listen(self) -> socket.socket:
        """Take the port first: a second server by mistake must not touch anything."""
        host, port = settings.HOST.strip("[]"), settings.PORT
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            return socket.create_server((host, port), family=family, backlog=128)
        except OSError as error:
            raise CommandError(
                f"Can't listen on {host}, port {port}: {_reason(error)}. "
                "Choose others with --host and --port."
            ) from error

    def _prepare(self) -> None:
        try:
            upgrading.prepare()
        except (upgrading.NewerDatabase, BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        # One that fails is left out, and not met again when all is migrated.
        plugins.migrate(
            apps, lambda label: call_command("migrate", label, verbosity=0, interactive=False)
        )
        call_command("migrate", verbosity=0, interactive=False)
        self._make_first_user()
        self._prepare_config()

    def _prepare_config(self) -> None:
        several = bool(settings.DATABASE_URL)
        joins = several and bool(mirror.current().revision)
        if not joins and not os.path.lexists(settings.FLEXGET_CONFIG):
            write_sample(settings.FLEXGET_CONFIG)
            self.stdout.write(f"No config found; a sample is in {settings.FLEXGET_CONFIG}")
        if several:
            # Before others start: the first one's file is the config of all.
            problem = mirror.join()
            if problem is not None and problem.code == "unknown":
                raise CommandError(problem.detail)

    def _make_first_user(self) -> None:
        User = get_user_model()
        if User.objects.exists():
            return
        given = declared.ADMIN_PASSWORD.value()
        password = given or secrets.token_urlsafe(12)
        User.objects.create_superuser("admin", password=password)
        if given:
            self.stdout.write("Made the user admin, with the password of FLEXAPI_ADMIN_PASSWORD.")
        else:
            self.stdout.write(f"Made the user admin, with the password {password}")
            self.stdout.write("It is shown this once; change it in the admin.")

    def _serve(self, listener: socket.socket, *, works: bool) -> None:
        # Importing daphne installs Twisted's reactor, which no other command may have.
        with lean.serving():
            from flexapi.server import Server

        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(f"Config: {settings.FLEXGET_CONFIG}")
        self.stdout.write(f"Serving on http://{shown}:{port}{settings.PATH_PREFIX}/ (Ctrl-C stops)")
        self.stdout.flush()
        Server(listener, works=works).run()


def _reason(error: OSError) -> str:
    # A name that can't be resolved has a text of its own and an error number that is none.
    if isinstance(error, socket.gaierror) or error.errno is None:
        return str(error.strerror)
    return os.strerror(error.errno)
