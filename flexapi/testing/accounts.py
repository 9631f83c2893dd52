"""Users and tokens in a server's SQLite database, made in this process: one of its own would take seconds to start."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from django.contrib.auth.models import Group, User
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from flexapi.api.models import ApiToken

T = TypeVar("T")


class _Database(DatabaseWrapper):
    """Opens where pytest-django, which minds the tests' own database, refuses to."""

    def ensure_connection(self) -> None:
        if self.connection is None:
            self.connect()


def on_database(file: Path, work: Callable[[], T]) -> T:
    """Return what `work` returns, in a thread whose Django has this file for its database."""

    def there() -> T:
        database = _Database({**connections.databases["default"], "NAME": str(file)}, "default")
        connections["default"] = database  # This thread's alone.
        try:
            return work()
        finally:
            database.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(there).result()


def make_users(file: Path, roles: Mapping[str, str | None]) -> dict[str, str]:
    """Make users who have the admin's password, by name; return a token of each."""

    def make() -> dict[str, str]:
        # A hash takes long to make, and this process may have another way to.
        password = User.objects.get(username="admin").password
        for name, role in roles.items():
            User.objects.create(username=name, password=password).groups.set(
                Group.objects.filter(name=role)
            )
        return _tokens(list(roles))

    return on_database(file, make)


def make_token(file: Path, user: str) -> str:
    """Return a new token of a user."""
    return on_database(file, lambda: _tokens([user])[user])


def _tokens(names: list[str]) -> dict[str, str]:
    day = timedelta(days=1)
    return {
        user.username: str(ApiToken.objects.create(user=user, name="tests", expiry=day)[1])
        for user in User.objects.filter(username__in=names)
    }
