"""When each token was last used: noted in memory and written by a loop, so that no request waits for a writer."""

import threading
from datetime import datetime, timedelta

from django.db import DatabaseError

from flexapi.api.models import ApiToken
from flexapi.background import Loop

# A token's last use is noted this exactly.
PRECISION = timedelta(minutes=1)
# Seconds until a note is in the database.
PERIOD = 5.0


class LastUse(Loop):
    """Writes what was noted, every few seconds; what can't be written now is written later."""

    def __init__(self) -> None:
        super().__init__("last-use", self.write, period=PERIOD, at_once=False)
        self._lock = threading.Lock()
        self._noted: dict[int, datetime] = {}

    def note(self, token: ApiToken, now: datetime) -> None:
        """Note that a token is used, unless that is known already."""
        if token.last_used is None or now - token.last_used >= PRECISION:
            with self._lock:
                self._noted[token.pk] = now

    def write(self) -> None:
        """Write what was noted since the last time. Raises DatabaseError; then it is still noted."""
        with self._lock:
            noted, self._noted = self._noted, {}
        try:
            for key, moment in noted.items():
                ApiToken.objects.filter(pk=key).update(last_used=moment)
        except DatabaseError:
            with self._lock:
                self._noted = noted | self._noted
            raise


last_use = LastUse()
