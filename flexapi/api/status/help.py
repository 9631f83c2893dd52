"""Where the documentation says what to do about what `/api/server` names."""

from django.urls import reverse


def troubleshooting(anchor: str) -> str:
    """Return the path of a place of docs/troubleshooting.md, as this server shows it."""
    return f"{reverse('documentation_page', args=['troubleshooting'])}#{anchor}"
