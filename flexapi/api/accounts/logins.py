"""What `/api/server` says of who logged in, to those who administer users."""

from typing import Any

from django.contrib.auth import get_user_model

MOST = 10
PERMISSION = "auth.view_user"


def recent_logins() -> list[dict[str, Any]]:
    """Return who logged in lately, the latest first: `[{"user", "time"}, …]`, each user once."""
    users = get_user_model().objects.exclude(last_login=None).order_by("-last_login")[:MOST]
    return [{"user": user.get_username(), "time": user.last_login} for user in users]
