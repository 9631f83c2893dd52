"""Users whom somebody else has checked: a proxy in front, or an OpenID provider. Who they are here, and which role they have.

A user of this name who has a password of their own is never handed over: an administrator disables that password first.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from flexapi.api.accounts.roles import ROLES

# Under which a session has why somebody could not log in, for the login page.
REFUSED = "sso_refused"
# What a superuser is called where roles are named.
ADMIN = "admin"


class NotLetIn(Exception):
    """Who was named may not come in; the text says why, and what to do."""


def user_of(name: str, groups: Iterable[str]) -> User:
    """Return the user of this name, made where there is none, with the roles of these groups. Raises NotLetIn."""
    model: Any = get_user_model()
    try:
        model(username=name, password="!").clean_fields()  # noqa: S106  No password that anybody could have.
    except ValidationError as error:
        raise NotLetIn(
            gettext("{name!r} can't be a user name here.").format(name=name[:150])
        ) from error
    with transaction.atomic():
        user: User | None = model.objects.filter(username=name).first()
        if user is None:
            user = model.objects.create_user(name)
        if user.has_usable_password():
            raise NotLetIn(
                gettext(
                    "The user {name} has a password here, and logs in with it. For single sign-on, an administrator disables that password on the user's page in the admin."
                ).format(name=name)
            )
        if not user.is_active:
            raise NotLetIn(gettext("The user {name} is disabled here.").format(name=name))
        if settings.SSO_ROLES:
            _set_roles(user, groups)
    return user


def log_in(request: HttpRequest, user: User) -> None:
    """Begin a session, which lasts for as long as the word of somebody else counts."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.set_expiry(settings.SSO_SESSION_SECONDS)


def _set_roles(user: User, groups: Iterable[str]) -> None:
    """Give the roles that the groups stand for, and take the others; groups of other names stay."""
    wanted = {settings.SSO_ROLES[group] for group in groups if group in settings.SSO_ROLES}
    is_admin = ADMIN in wanted
    if (user.is_superuser, user.is_staff) != (is_admin, is_admin):
        user.is_superuser = user.is_staff = is_admin
        user.save(update_fields=["is_superuser", "is_staff"])
    had = set(user.groups.filter(name__in=ROLES).values_list("name", flat=True))
    wanted &= set(ROLES)
    if had - wanted:
        user.groups.remove(*Group.objects.filter(name__in=had - wanted))
    if wanted - had:
        user.groups.add(*Group.objects.filter(name__in=wanted - had))
