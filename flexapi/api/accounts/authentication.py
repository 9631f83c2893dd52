"""Who is asking, and what they may do: one query each, whose answers count for a second (`lately`).

Both are asked by every request. The queries are written in SQL because building them again with the ORM took longer than all the
rest of a small request.
"""

import functools
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from flexapi.api.accounts import narrowing, shown
from flexapi.api.accounts.last_use import last_use
from flexapi.api.accounts.lately import Remembered, lately
from flexapi.api.models import ApiToken, Scope

M = TypeVar("M", bound=models.Model)


class UnknownToken(AuthenticationFailed):
    """401: no token is this one."""

    default_detail = gettext_lazy("Invalid token.")


class TokenAuthentication(KnoxTokenAuthentication):
    """A token in any of the ways of `shown`, for one query: the token with its user."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, ApiToken] | None:
        """The user and the token of a request; None where it shows none. Raises AuthenticationFailed.

        The first one that is ours counts. A wrong `X-Api-Key` or `Token` is refused; any other way may be a proxy's own
        password, which says nothing about who is logged in.
        """
        refusal: AuthenticationFailed | None = None
        for token in shown.tokens(request.META):
            try:
                user, found = self.authenticate_credentials(token.secret)
            except UnknownToken as error:
                refusal = refusal or (error if token.is_ours else None)
            else:
                _refuse_misplaced(found, token, request)
                narrowing.narrow(user, found)
                return user, found
        if refusal is not None:
            raise refusal
        return None

    def authenticate_credentials(self, token: bytes) -> tuple[AbstractBaseUser, ApiToken]:
        """The token's user and the token. Raises UnknownToken, AuthenticationFailed."""
        try:
            text = token.decode("ascii")
        except UnicodeDecodeError as error:
            raise UnknownToken() from error
        # Found by the hash of a random secret, so the time that the database takes tells nothing about it.
        found = find_token(hash_token(text))
        if found is None:
            raise UnknownToken()
        now = timezone.now()
        if found.expiry is not None and found.expiry <= now:
            raise AuthenticationFailed(gettext("The token has expired."))
        user, found = self.validate_user(found)
        last_use.note(found, now)
        return user, found


def _refuse_misplaced(found: ApiToken, token: shown.Shown, request: Request) -> None:
    """Raise AuthenticationFailed where a token may not be shown like that, or from there."""
    if token.in_url and found.scope == Scope.ALL:
        raise AuthenticationFailed(
            gettext(
                "A token in a URL may end in logs: only one that is narrowed (to `read` or `run`) counts there."
            )
        )
    # Where it counts from anywhere, nobody has to know where this is from.
    if found.networks and not narrowing.is_from(found, BaseThrottle().get_ident(request)):
        raise AuthenticationFailed(gettext("The token does not count from this address."))


class Backend(ModelBackend):
    """Django's users and permissions; a user's own and those of all groups come by one query, not two."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if user_obj.is_superuser:
            return super().get_all_permissions(user_obj, obj)
        # The name under which Django's own backend keeps them, and forgets them with the user object.
        if not hasattr(user_obj, "_perm_cache"):
            narrowed = narrowing.narrowing_of(user_obj)
            if narrowed is None:
                user_obj._perm_cache = set(_permissions(user_obj))
            else:
                own = all_permissions() if narrowed.superuser else _permissions(user_obj)
                user_obj._perm_cache = narrowed.of(own)
        permissions: set[str] = user_obj._perm_cache
        return permissions


def find_token(digest: str) -> ApiToken | None:
    """The token with this hash, its user loaded; each call makes objects of its own."""
    remembered = lately.find(digest, _read)
    if remembered is None:
        return None
    token = _own(remembered.token)
    token.user = _own(remembered.token.user)
    token.user.remembered = remembered
    return token


def _read(digest: str) -> ApiToken | None:
    with connection.cursor() as cursor:
        cursor.execute(_token_sql(), (digest,))
        row = cursor.fetchone()
    if row is None:
        return None
    # SQLite knows no time zones; Django stores UTC.
    values = [
        value.replace(tzinfo=UTC) if isinstance(value, datetime) and not value.tzinfo else value
        for value in row
    ]
    width = len(ApiToken._meta.concrete_fields)
    token: ApiToken = ApiToken.from_db(connection.alias, _names(ApiToken), values[:width])
    user_model = get_user_model()
    token.user = user_model.from_db(connection.alias, _names(user_model), values[width:])
    return token


def _own(instance: M) -> M:
    """Return a row's object once more, without what is cached with it; building it would cost ten times as much."""
    own = type(instance).__new__(type(instance))
    state = models.base.ModelState()
    state.db, state.adding = instance._state.db, False
    vars(own).update(vars(instance), _state=state)
    return own


def all_permissions() -> set[str]:
    """All permissions that there are, as `app.codename`."""
    names = Permission.objects.values_list("content_type__app_label", "codename").order_by()
    return {f"{app}.{code}" for app, code in names}


def _permissions(user: Any) -> frozenset[str]:
    remembered: Remembered | None = getattr(user, "remembered", None)
    if remembered is not None and remembered.permissions is not None:
        return remembered.permissions
    with connection.cursor() as cursor:
        cursor.execute(_permissions_sql(), (user.pk, user.pk))
        permissions = frozenset(f"{app}.{code}" for app, code in cursor.fetchall())
    if remembered is not None:
        remembered.permissions = permissions
    return permissions


@functools.cache
def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _columns(model: type[models.Model], alias: str) -> str:
    quote = connection.ops.quote_name
    return ", ".join(f"{alias}.{quote(str(field.column))}" for field in model._meta.concrete_fields)


@functools.cache
def _token_sql() -> str:
    user = get_user_model()
    return (
        f"SELECT {_columns(ApiToken, 't')}, {_columns(user, 'u')} "  # noqa: S608  Names of our own.
        f"FROM {_table(ApiToken)} t JOIN {_table(user)} u ON u.id = t.user_id WHERE t.digest = %s"
    )


@functools.cache
def _permissions_sql() -> str:
    user = get_user_model()
    return (
        f"SELECT c.app_label, p.codename FROM {_table(Permission)} p "  # noqa: S608  As above.
        f"JOIN {_table(ContentType)} c ON c.id = p.content_type_id WHERE p.id IN ("
        f"SELECT permission_id FROM {_table(user.user_permissions.through)} WHERE user_id = %s "
        f"UNION SELECT g.permission_id FROM {_table(Group.permissions.through)} g "
        f"JOIN {_table(user.groups.through)} m ON m.group_id = g.group_id WHERE m.user_id = %s)"
    )
