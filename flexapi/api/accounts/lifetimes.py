"""How long a token may live: the same for the API, the admin and the command line."""

from datetime import timedelta

from knox.settings import knox_settings

LONGEST = timedelta(days=3650)
# What the admin offers, in days; None is for ever.
OFFERED: tuple[tuple[int | None, str], ...] = (
    (30, "30 days"),
    (365, "a year"),
    (3650, "ten years"),
    (None, "for ever"),
)


def default() -> timedelta:
    """Return how long a token lives unless something else is asked for."""
    lifetime: timedelta = knox_settings.TOKEN_TTL
    return lifetime
