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


class RoleGrant(models.Model):
    """A permission that a ready group was given once, so that it is not given again after it was taken away."""

    role = models.CharField(max_length=20)
    permission = models.ForeignKey("auth.Permission", on_delete=models.CASCADE)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("role", "permission"), name="role_permission_once"),
        )

    def __str__(self) -> str:
        return f"{self.role}: {self.permission_id}"
