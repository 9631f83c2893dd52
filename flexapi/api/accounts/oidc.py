"""Logging in by an OpenID provider (authorization code flow with PKCE).

mozilla-django-oidc speaks the protocol. What it lacks is here: the provider's addresses come from its own document, its tokens have
to be for us and from it, and users go by name (see `sso`). The browser's session is an ordinary one.
"""

import functools
import logging
from collections.abc import Mapping
from typing import Any

import jwt
import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation import gettext
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from flexapi.api.accounts import sso

logger = logging.getLogger(__name__)

# Seconds that the provider may take to answer.
TIMEOUT = 10
ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256")
_FAILURES = (requests.RequestException, SuspiciousOperation, jwt.PyJWTError, sso.NotLetIn)


@functools.cache
def provider() -> dict[str, Any]:
    """Return what the provider says of itself; asked for once it answered. Raises RequestException, SuspiciousOperation."""
    url = f"{settings.OIDC_ISSUER}/.well-known/openid-configuration"
    response = requests.get(url, timeout=TIMEOUT)
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    if found.get("issuer", "").rstrip("/") != settings.OIDC_ISSUER:
        raise SuspiciousOperation(
            gettext("The provider calls itself {value}, not {oidc_issuer}.").format(
                value=found.get("issuer"), oidc_issuer=settings.OIDC_ISSUER
            )
        )
    return found


def _setting(name: str, *default: Any) -> Any:
    """Return what mozilla-django-oidc asks for: an address of the provider's, or one of our own settings."""
    addresses = {
        "OIDC_OP_AUTHORIZATION_ENDPOINT": "authorization_endpoint",
        "OIDC_OP_TOKEN_ENDPOINT": "token_endpoint",
        "OIDC_OP_USER_ENDPOINT": "userinfo_endpoint",
        "OIDC_OP_JWKS_ENDPOINT": "jwks_uri",
    }
    if name in addresses:
        return provider().get(addresses[name])
    own = {
        "OIDC_RP_CLIENT_ID": settings.OIDC_CLIENT_ID,
        "OIDC_RP_CLIENT_SECRET": settings.OIDC_CLIENT_SECRET,
        "OIDC_RP_SCOPES": settings.OIDC_SCOPES,
        "OIDC_RP_SIGN_ALGO": ALGORITHMS[0],
        "OIDC_USE_PKCE": True,
        "OIDC_TIMEOUT": TIMEOUT,
        "OIDC_AUTHENTICATION_CALLBACK_URL": "oidc_callback",
        # Most providers take the secret both ways, and those that take one of them say which.
        "OIDC_TOKEN_USE_BASIC_AUTH": "client_secret_post"
        not in provider().get("token_endpoint_auth_methods_supported", ["client_secret_basic"]),
    }
    if name in own:
        return own[name]
    return getattr(settings, name, *default)


class OidcBackend(OIDCAuthenticationBackend):
    """Finds the user of a provider's answer. It tells nothing about permissions: those are the other backend's."""

    get_settings = staticmethod(_setting)

    def __init__(self) -> None:
        # Django makes one whenever it asks for a permission; the provider is asked when somebody comes from it.
        pass

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> Any:
        """Return the user of the answer in the URL, None where a password is tried. Raises one of _FAILURES."""
        if "nonce" not in kwargs:
            return None
        super().__init__()
        return super().authenticate(request, **kwargs)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_user(self, user_id: Any) -> None:
        """No session is this backend's."""

    def _verify_jws(self, payload: str, key: Any) -> dict[str, Any]:
        """Return what a token says: signed by the provider, by it, for us, and of now. Raises PyJWTError."""
        claims: dict[str, Any] = jwt.decode(
            payload,
            key,
            algorithms=list(ALGORITHMS),
            audience=settings.OIDC_CLIENT_ID,
            issuer=provider()["issuer"],
            leeway=30,
            options={"require": ["exp", "iat", "sub"]},
        )
        return claims

    def get_or_create_user(
        self, access_token: str, id_token: str, payload: Mapping[str, Any]
    ) -> Any:
        """Return the user. Raises NotLetIn, RequestException, SuspiciousOperation."""
        claims = dict(payload)
        if self.OIDC_OP_USER_ENDPOINT:
            told = self.get_userinfo(access_token, id_token, payload)
            if told.get("sub") != payload["sub"]:
                raise sso.NotLetIn(gettext("The provider tells of two users at once."))
            claims |= told
        name = claims.get(settings.OIDC_USER_CLAIM)
        if not isinstance(name, str) or not name:
            raise sso.NotLetIn(
                gettext(
                    "The provider sends no {oidc_user_claim}; FLEXAPI_OIDC_USER_CLAIM and FLEXAPI_OIDC_SCOPES say what is asked for."
                ).format(oidc_user_claim=settings.OIDC_USER_CLAIM)
            )
        groups = claims.get(settings.OIDC_GROUPS_CLAIM) or []
        return sso.user_of(name, [groups] if isinstance(groups, str) else groups)


class OidcStartView(OIDCAuthenticationRequestView):
    """Sends the browser to the provider."""

    get_settings = staticmethod(_setting)

    def __init__(self, **kwargs: Any) -> None:
        # As above: the provider is asked in `get`.
        super(OIDCAuthenticationRequestView, self).__init__(**kwargs)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Redirect there; back to the login page where it can't be asked."""
        try:
            self.OIDC_OP_AUTH_ENDPOINT = _setting("OIDC_OP_AUTHORIZATION_ENDPOINT")
            self.OIDC_RP_CLIENT_ID = settings.OIDC_CLIENT_ID
            response: HttpResponseBase = super().get(request)
        except _FAILURES as error:
            return _back(request, error)
        return response


class OidcCallbackView(OIDCAuthenticationCallbackView):
    """Where the provider sends the browser back to."""

    get_settings = staticmethod(_setting)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Log in, or say on the login page why not."""
        try:
            response: HttpResponseBase = super().get(request)
        except _FAILURES as error:
            return _back(request, error)
        return response

    def login_success(self) -> HttpResponseBase:
        sso.log_in(self.request, self.user)
        return HttpResponseRedirect(self.success_url)

    def login_failure(self) -> HttpResponseBase:
        said = self.request.GET.get("error_description") or self.request.GET.get("error")
        return _back(
            self.request,
            sso.NotLetIn(
                gettext("The provider says: {reason}").format(reason=said or "nothing")[:300]
            ),
        )


def _back(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """Return to the login page with the reason; what isn't the user's own business is in the log."""
    logger.warning("Nobody was logged in by the provider: %s", error)
    if isinstance(error, sso.NotLetIn):
        text = str(error)
    elif isinstance(error, requests.RequestException):
        text = gettext(
            "The provider can't be reached, or refuses this server. Its log and ours say more."
        )
    else:
        text = gettext(
            "What the provider sent can't be trusted. Try again; the server's log says more."
        )
    request.session[sso.REFUSED] = text
    return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
