"""API tokens, what roles were given, and how far long work is."""

from django.db import models
from django.utils.translation import gettext_lazy
from knox.models import AbstractAuthToken
from knox.settings import CONSTANTS


class Scope(models.TextChoices):
    """What a token may do of what its user may."""

    ALL = "all", gettext_lazy("all that its user may")
    READ = "read", gettext_lazy("read, and no credentials")
    RUN = "run", gettext_lazy("run the tasks that it names")


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
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.ALL)
    # Texts of lines, since tokens are read without the ORM.
    tasks = models.TextField(
        blank=True, default="", help_text="Those that it may run: names or globs, one a line."
    )
    addresses = models.TextField(
        blank=True,
        default="",
        help_text="Addresses or networks from which it counts, one a line; none: from everywhere.",
    )

    class Meta:
        ordering = ("-id",)
        verbose_name = "API token"

    def __str__(self) -> str:
        return self.name or self.token_key

    @property
    def task_globs(self) -> list[str]:
        """The names and globs of the tasks that it may run."""
        return self.tasks.splitlines()

    @property
    def networks(self) -> list[str]:
        """The networks from which it counts; none: all."""
        return self.addresses.splitlines()


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


class Work(models.Model):
    """Long work that some process of FlexAPI does: how far it is, for whoever looks from another.

    One row for each kind of work. `flexapi.api.status.progress` writes it.
    """

    name = models.CharField(max_length=100, unique=True)
    what = models.TextField(help_text="What is done, for people.")
    unit = models.CharField(max_length=50, help_text="What `done` and `total` count.")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    waits_for = models.TextField(blank=True, help_text="What it can't go on without.")
    started = models.DateTimeField()
    updated = models.DateTimeField()
    finished = models.DateTimeField(null=True)
    error = models.TextField(blank=True, help_text="Why it ended before it was done.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.what}: {self.done} of {self.total} {self.unit}"
