"""How long a token may live: the same for the API, the admin and the command line."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy
from knox.settings import knox_settings

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LONGEST = timedelta(days=3650)
# What the admin offers, in days; None is for ever.
OFFERED: tuple[tuple[int | None, "StrPromise"], ...] = (
    (30, gettext_lazy("30 days")),
    (365, gettext_lazy("a year")),
    (3650, gettext_lazy("ten years")),
    (None, gettext_lazy("for ever")),
)


def default() -> timedelta:
    """Return how long a token lives unless something else is asked for."""
    lifetime: timedelta = knox_settings.TOKEN_TTL
    return lifetime
