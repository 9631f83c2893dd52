"""The thread inside the server that forgets old calls, also those of hooks that nobody calls any more."""

from django.conf import settings
from django.db import DatabaseError

from flexapi.background import Loop
from hooks.models import HookCall

# Seconds between two looks.
INTERVAL = 3600.0


class CallKeeper(Loop):
    """Deletes calls by their age; their number is looked at with each new one."""

    def __init__(self) -> None:
        super().__init__("hook-calls", self.look, period=INTERVAL, passing=(DatabaseError,))

    def look(self) -> None:
        """Delete what is too old, once. Raises DatabaseError."""
        HookCall.objects.prune(settings.HOOK_CALLS, settings.HOOK_CALL_DAYS)
