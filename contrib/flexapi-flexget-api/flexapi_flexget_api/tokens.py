"""The one token of a user that FlexGet's API shows as often as it is asked for.

FlexAPI stores hashes of tokens alone. So this one is made from the server's secret key and what is stored of it: it can be
made again to be shown, and nobody can who has only the database.
"""

import hashlib
import hmac
from typing import cast

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.request import Request

from flexapi.api.accounts import lifetimes, shown
from flexapi.api.models import ApiToken

NAME = "FlexGet's API"


def of(user: AbstractUser) -> str:
    """Return the user's token; a new one where there is none, or where it has expired."""
    token = _of(user).filter(expiry__gt=timezone.now()).first()
    if token is None or not _is_ours(token):
        return renewed(user)
    return _secret(token)


def presented(request: Request) -> str:
    """Return the token that a request came with."""
    token = cast(ApiToken, request.auth)
    for one in shown.tokens(request.META):
        secret = one.secret.decode("ascii", "replace")
        if hash_token(secret) == token.digest:
            return secret
    raise AssertionError("A request that was let in by a token shows it.")


def renewed(user: AbstractUser) -> str:
    """Make a new token instead of the old one, and return it."""
    with transaction.atomic():
        _of(user).delete()
        token, _ = ApiToken.objects.create(user=user, name=NAME, expiry=lifetimes.default())
        secret = _secret(token)
        token.digest = hash_token(secret)
        token.token_key = secret[: CONSTANTS.TOKEN_KEY_LENGTH]
        token.save(update_fields=["digest", "token_key"])
    return secret


def _of(user: AbstractUser) -> QuerySet[ApiToken]:
    found: QuerySet[ApiToken] = ApiToken.objects.filter(user=user, name=NAME)
    return found.order_by("-id")


def _is_ours(token: ApiToken) -> bool:
    """Whether it was made here, with this key; somebody may have made another one of this name."""
    return bool(token.digest == hash_token(_secret(token)))


def _secret(token: ApiToken) -> str:
    text = f"flexget api {token.pk} {token.user_id} {token.created.timestamp()}"
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hex()[:56]
