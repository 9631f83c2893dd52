"""API tokens."""

from django.db import models
from knox.models import AbstractAuthToken
from knox.settings import CONSTANTS


class ApiToken(AbstractAuthToken):
    """One token of one user; only its hash is stored, so it is shown once, when it is made.

    Make one with `ApiToken.objects.create(user=…, name=…, expiry=timedelta | None)`, which answers
    `(instance, token)`.
    """

    # knox makes the digest the key; ours appears in URLs, so it has a number of its own.
    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=CONSTANTS.DIGEST_LENGTH, unique=True, editable=False)
    name = models.CharField(max_length=100, blank=True, help_text="What or who uses this token.")
    last_used = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name or self.token_key
