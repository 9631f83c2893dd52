"""Who is asking: API tokens, and the one query that says what a user may do."""

from datetime import timedelta
from hmac import compare_digest
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, Permission
from django.utils import timezone
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from flexapi.api.models import ApiToken

# A token's last use is noted this exactly; a write for every request would make readers wait for writers.
LAST_USED_PRECISION = timedelta(minutes=1)


class TokenAuthentication(KnoxTokenAuthentication):
    """`Authorization: Token …`, for one query: the token with its user."""

    def authenticate_credentials(self, token: bytes) -> tuple[AbstractBaseUser, ApiToken]:
        """The token's user and the token. Raises AuthenticationFailed."""
        try:
            text = token.decode("ascii")
        except UnicodeDecodeError as error:
            raise AuthenticationFailed("Invalid token.") from error
        digest = hash_token(text)
        found = ApiToken.objects.select_related("user").filter(digest=digest).first()
        if found is None or not compare_digest(found.digest, digest):
            raise AuthenticationFailed("Invalid token.")
        now = timezone.now()
        if found.expiry is not None and found.expiry <= now:
            raise AuthenticationFailed("The token has expired.")
        user, found = self.validate_user(found)
        if found.last_used is None or now - found.last_used >= LAST_USED_PRECISION:
            found.last_used = now
            found.save(update_fields=("last_used",))
        return user, found


class Backend(ModelBackend):
    """Django's users and permissions; a user's own and those of all groups come by one query, not two."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if user_obj.is_superuser:
            return super().get_all_permissions(user_obj, obj)
        # The name under which Django's own backend keeps them, and forgets them with the user object.
        if not hasattr(user_obj, "_perm_cache"):
            own = Permission.objects.filter(user=user_obj)
            groups = Permission.objects.filter(group__user=user_obj)
            fields = ("content_type__app_label", "codename")
            rows = own.order_by().values_list(*fields).union(groups.order_by().values_list(*fields))
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in rows}
        return user_obj._perm_cache
