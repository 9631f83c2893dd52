"""The history of the config file."""

import hashlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

# Characters of what somebody says of a change.
MESSAGE_LENGTH = 300


def digest(content: bytes) -> str:
    """Return the hash by which file contents are compared."""
    return hashlib.blake2b(content, digest_size=32).hexdigest()


class ConfigRevisions(models.Manager["ConfigRevision"]):
    """The revisions of the config itself."""

    def get_queryset(self) -> models.QuerySet["ConfigRevision"]:
        return super().get_queryset().filter(file=None)


class ConfigRevision(models.Model):
    """One state that the config file had, or a file that it names.

    `content` is the file byte for byte, so that even a file that is not UTF-8 can be kept.
    """

    class Origin(models.TextChoices):
        API = "api", gettext_lazy("API")
        ADMIN = "admin", gettext_lazy("Admin")
        FILE = "file", gettext_lazy("File")
        RESTORE = "restore", gettext_lazy("Restore")

    file = models.ForeignKey(
        "ConfigFile",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        help_text="The file that the config names, of which this is a state; none: the config itself.",
    )
    content = models.BinaryField()
    hash = models.CharField(max_length=64, editable=False)
    origin = models.CharField(max_length=10, choices=Origin)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True, db_index=True)
    summary = models.CharField(max_length=200, blank=True, help_text="What the change did.")
    message = models.CharField(
        max_length=MESSAGE_LENGTH, blank=True, help_text="Why it was made, as its author says."
    )
    problem = models.CharField(
        max_length=500, blank=True, help_text="Why this state could not be used, if it could not."
    )
    notes = models.JSONField(
        default=list,
        blank=True,
        help_text="What the change did to values that an anchor shares, as sentences.",
    )
    # The file is written after the commit. On one machine, only a current revision that is not marked
    # here can be one whose write a crash cut off; any other difference is somebody's edit of the
    # file. Where servers have files of their own, it is on the disk of at least one of them.
    written = models.BooleanField(default=False, editable=False)
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    # The config's; those of files that it names are asked for by their file.
    objects = ConfigRevisions()
    every: models.Manager["ConfigRevision"] = models.Manager()

    class Meta:
        ordering = ("-id",)
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"Revision {self.pk}"

    @property
    def text(self) -> str:
        """The content as text; bytes that are no UTF-8 become U+FFFD."""
        return bytes(self.content).decode("utf-8", "replace")


class ConfigState(models.Model):
    """Which revision is the truth; a single row, compared and set by every write."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    current = models.ForeignKey(ConfigRevision, on_delete=models.PROTECT, related_name="+")
    # Sections whose rows do not show it, because their handler failed; "" is the config as a whole.
    behind = models.JSONField(default=list, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_config_state")]

    def __str__(self) -> str:
        return f"Current: {self.current_id}"


class ConfigFile(models.Model):
    """A file that the config names; `path` is relative to the config's folder where the file is in it."""

    path = models.CharField(max_length=1000, unique=True)
    current = models.ForeignKey(
        ConfigRevision, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        ordering = ("path",)
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.path


class KnownCredential(models.Model):
    """A credential that a run had: what it logged keeps hiding it when the config has another one."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    value = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Credential {self.pk}"


class InvalidTask(models.Model):
    """A task that can't run, as FlexGet complains of it or of what it uses; `key` is its name in the file."""

    key = models.CharField(max_length=1000, unique=True)
    complaints = models.JSONField(help_text="What FlexGet says, and where: attr, detail.")
    since = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
