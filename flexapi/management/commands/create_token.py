"""`manage.py create_token USER`: print a new API token and nothing else, for use in scripts."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from flexapi.api.accounts import lifetimes
from flexapi.api.models import ApiToken, Scope


class Command(BaseCommand):
    """Make an API token for a user."""

    help = "Make an API token for a user and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what or who uses the token")
        scope = parser.add_mutually_exclusive_group()
        scope.add_argument("--read", action="store_true", help="it may read, and no credentials")
        scope.add_argument(
            "--run", nargs="+", metavar="TASK", help="it may run these tasks (names or globs) alone"
        )
        expiry = parser.add_mutually_exclusive_group()
        expiry.add_argument("--days", type=int, help="days until it expires (365)")
        expiry.add_argument("--never-expires", action="store_true", help="valid until revoked")

    def handle(self, *args: Any, **options: Any) -> str:
        users = get_user_model()._default_manager
        user = users.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']!r}.")
        if len(options["name"]) > 100:
            raise CommandError("A token's name has at most 100 characters.")
        lifetime: timedelta | None = lifetimes.default()
        if options["never_expires"]:
            lifetime = None
        elif options["days"] is not None:
            if not 1 <= options["days"] <= lifetimes.LONGEST.days:
                raise CommandError(f"--days is a number from 1 to {lifetimes.LONGEST.days}.")
            lifetime = timedelta(days=options["days"])
        scope = Scope.READ if options["read"] else Scope.RUN if options["run"] else Scope.ALL
        _, token = ApiToken.objects.create(
            user=user,
            name=options["name"],
            expiry=lifetime,
            scope=scope,
            tasks="\n".join(options["run"] or ()),
        )
        return str(token)
