"""Who is at the door: whether a request shows what its hook asks for, and whether it comes too often."""

from typing import Any, cast

from django.contrib.auth.models import AbstractUser
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.request import Request

from flexapi.api.accounts import shown
from flexapi.api.accounts.authentication import TokenAuthentication
from flexapi.api.accounts.throttles import SharedThrottle
from flexapi.phrases import phrase
from hooks.models import Hook, Proof, Target

WRONG_SIGNATURE = phrase(
    "X-Hub-Signature-256 isn't the signature of this body. Give the sender the hook's secret."
)
WRONG_SECRET = phrase(
    "The hook's secret is missing or wrong. Send it in X-Api-Key, in Authorization (`Bearer …`), as the password of Basic, or as `?apikey=…`."
)
TOKEN_ONLY = phrase("Show an API token: this hook takes nothing else.")
NO_PERMISSION = phrase("This token may not do this: it needs the permission {permission}.")

SIGNATURE = "HTTP_X_HUB_SIGNATURE_256"
# What a user needs whose token opens a hook.
PERMISSIONS = {
    Target.TASK: "executions.add_execution",
    Target.MOVIE_QUEUE: "movie_queue.add_queuedmovie",
}


class _HookThrottle(SharedThrottle):
    """The calls of one hook, from wherever they come."""

    what = "Calls of hooks"

    def __init__(self, hook: Hook) -> None:
        self.hook = hook
        self.rate = f"{hook.rate}/min"
        super().__init__()

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"hook_{self.hook.pk}"


class _StrangerThrottle(SharedThrottle):
    """Those from one address that showed the wrong thing, or nothing, at any hook."""

    what, scope, rate = "Calls of hooks", "hook_stranger", "60/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


def check(hook: Hook, request: Request, body: bytes) -> AbstractUser | None:
    """Return the user whose token was shown; None where the hook has a secret of its own.

    Raises AuthenticationFailed, PermissionDenied.
    """
    if hook.proof == Proof.TOKEN:
        return _user_of_token(hook, request)
    if hook.proof == Proof.SIGNATURE:
        if not hook.has_signed(request.META.get(SIGNATURE, ""), body):
            raise AuthenticationFailed(WRONG_SIGNATURE)
    elif not any(hook.has_secret(one.secret) for one in shown.tokens(request.META)):
        raise AuthenticationFailed(WRONG_SECRET)
    return None


def brake(hook: Hook, request: Request) -> None:
    """Count a call. Raises Throttled where the hook had as many as it may this minute."""
    _allow(_HookThrottle(hook), request)


def brake_strangers(request: Request) -> None:
    """Count who was turned away. Raises Throttled where an address was so too often."""
    _allow(_StrangerThrottle(), request)


def _allow(throttle: SharedThrottle, request: Request) -> None:
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]
        raise Throttled(throttle.wait())


def _user_of_token(hook: Hook, request: Request) -> AbstractUser:
    found = TokenAuthentication().authenticate(request)
    if found is None:
        raise AuthenticationFailed(TOKEN_ONLY)
    user, permission = cast(AbstractUser, found[0]), PERMISSIONS[Target(hook.target)]
    if not user.has_perm(permission):
        raise PermissionDenied(NO_PERMISSION.format(permission=permission))
    return user
