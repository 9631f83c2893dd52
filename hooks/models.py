"""Hooks, each a door for one sender, and what came through them."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext, gettext_lazy
from knox.crypto import hash_token

from flexapi.phrases import phrase
from hooks.mapping import BadPath, Mapping, check_path, check_value

# Names that are paths of their own below /api/hooks.
RESERVED = ("calls", "templates", "try")
# What the movie queue takes besides the title.
MOVIE_FIELDS = ("year", "imdb_id", "tmdb_id", "quality", "queue_name")
MOST_FIELDS = 100
MOST_CONDITIONS = 20
# Calls that were turned away at the door and are kept: they may come from anybody.
DENIED_KEPT = 20
PRUNED_AT_ONCE = 500


class Proof(models.TextChoices):
    """How a sender shows that it is the one."""

    SECRET = "secret", gettext_lazy("A secret, in a header or in the address")
    SIGNATURE = "signature", gettext_lazy("A signature of the body (X-Hub-Signature-256)")
    TOKEN = "token", gettext_lazy("An API token of a user")


class Target(models.TextChoices):
    """What a body becomes."""

    TASK = "task", gettext_lazy("Entries of a task")
    MOVIE_QUEUE = "movie_queue", gettext_lazy("Movies of the queue")


class Hook(models.Model):
    """A door for one sender: how it shows who it is, how its JSON is read, and what becomes of that.

    The secret isn't stored: of one that is shown, a hash, as of API tokens; one that signs is made from the server's key.
    """

    name = models.CharField(
        max_length=50,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9][a-z0-9_-]*\Z", phrase("A name has small letters, digits, `-` and `_`.")
            )
        ],
        help_text="The last part of its address.",
    )
    enabled = models.BooleanField(default=True)
    template = models.CharField(
        max_length=50, blank=True, help_text="The ready mapping that it was made from."
    )
    proof = models.CharField(max_length=9, choices=Proof, default=Proof.SECRET)
    target = models.CharField(max_length=11, choices=Target, default=Target.TASK)
    task = models.CharField(
        max_length=500, blank=True, help_text="The task that gets the entries, by its name."
    )
    entries = models.CharField(
        max_length=500,
        blank=True,
        help_text="The path of the entries, such as `$.episodes`; empty where a body is one.",
    )
    title = models.CharField(
        max_length=1000,
        help_text="The title: a JSON path, or text with paths in braces. `$` is the body, `@` the entry.",
    )
    url = models.CharField(
        max_length=1000, blank=True, help_text="The URL, likewise; empty: one is made up."
    )
    fields = models.JSONField(
        default=dict, blank=True, help_text="More fields, likewise, by their names."
    )
    conditions = models.JSONField(
        default=list,
        blank=True,
        help_text='What has to hold, such as `[{"path": "$.eventType", "is": ["Grab"]}]`. Any other body is answered with '
        "200, and nothing comes of it.",
    )
    accept = models.BooleanField(
        default=False, help_text="Accept the entries at once, whatever the task's filters say."
    )
    rate = models.PositiveIntegerField(
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(6000)],
        help_text="Calls a minute; more are answered with 429.",
    )
    max_bytes = models.PositiveIntegerField(
        default=200_000,
        validators=[MinValueValidator(100), MaxValueValidator(5_000_000)],
        help_text="Bytes of a body; a larger one is answered with 413.",
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    digest = models.CharField(max_length=128, blank=True, editable=False)
    salt = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def mapping(self) -> Mapping:
        """How its bodies are read."""
        return Mapping(self.title, self.url, self.entries, self.fields, tuple(self.conditions))

    def clean(self) -> None:
        """Check the mapping and what goes together. Raises ValidationError."""
        faults: dict[str, str] = {}
        if self.name in RESERVED:
            faults["name"] = gettext("{names} are no names: they are paths of their own.").format(
                names=", ".join(RESERVED)
            )
        if self.target == Target.TASK and not self.task:
            faults["task"] = gettext("Which task gets the entries?")
        faults |= _faults_of_fields(self.fields, self.target)
        faults |= _faults_of_conditions(self.conditions)
        for name in ("title", "url"):
            _try(faults, name, check_value, getattr(self, name))
        if self.entries:
            _try(faults, "entries", check_path, self.entries)
        if faults:
            raise ValidationError(faults)

    # -- secrets

    def renew(self) -> None:
        """Save it with a new secret, which `fresh_secret` has until the row is read again.

        None where senders show an API token.
        """
        self.digest = self.salt = ""
        self.fresh_secret: str | None = None
        if self.proof == Proof.SECRET:
            self.fresh_secret = secrets.token_urlsafe(32)
            self.digest = hash_token(self.fresh_secret)
        elif self.proof == Proof.SIGNATURE:
            self.salt = secrets.token_hex(16)
            self.fresh_secret = self._signing_key()
        self.save()

    def has_secret(self, shown: bytes) -> bool:
        """Whether this is the secret."""
        digest = hash_token(shown.decode("latin1"))
        return bool(self.digest) and constant_time_compare(digest, self.digest)

    def has_signed(self, signature: str, body: bytes) -> bool:
        """Whether a signature (`sha256=…`, as GitHub sends it) is that of the body."""
        if not self.salt:
            return False
        wanted = hmac.new(self._signing_key().encode(), body, hashlib.sha256).hexdigest()
        return constant_time_compare(signature, f"sha256={wanted}")

    def _signing_key(self) -> str:
        return salted_hmac("hooks", self.salt, algorithm="sha256").hexdigest()


class HookCallQuerySet(models.QuerySet["HookCall"]):
    """Calls."""

    def prune(self, kept: int, days: int, hook: Hook | None = None) -> None:
        """Delete those that are older than so many days (0: none); of a hook, all but so many of the latest.

        Those that were turned away are counted apart, so that nobody can push out the others.
        """
        if days:
            oldest = timezone.now() - timedelta(days=days)
            self._delete(self.filter(time__lt=oldest))
        if hook is not None:
            own, denied = self.filter(hook=hook), models.Q(outcome=HookCall.Outcome.DENIED)
            self._delete_outdated(own.exclude(denied), kept)
            self._delete_outdated(own.filter(denied), min(kept, DENIED_KEPT))

    def _delete_outdated(self, rows: "HookCallQuerySet", kept: int) -> None:
        keys = rows.order_by("-pk").values_list("pk", flat=True)
        last = keys[kept : kept + 1].first()
        if last is not None:
            self._delete(rows.filter(pk__lte=last))

    def _delete(self, rows: "HookCallQuerySet") -> None:
        while keys := list(rows.order_by().values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
            self.filter(pk__in=keys).delete()


class HookCall(models.Model):
    """A request to a hook, and what became of it."""

    class Outcome(models.TextChoices):
        """What became of it."""

        ACCEPTED = "accepted", gettext_lazy("Accepted")
        IGNORED = "ignored", gettext_lazy("Ignored")
        REFUSED = "refused", gettext_lazy("Refused")
        DENIED = "denied", gettext_lazy("Turned away")

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="calls")
    time = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=100, blank=True, help_text="Where it came from.")
    headers = models.JSONField(default=dict, help_text="Secrets show as `********`.")
    body = models.TextField(
        blank=True, help_text="As it came; nothing of a call that was turned away."
    )
    outcome = models.CharField(max_length=8, choices=Outcome)
    status = models.PositiveSmallIntegerField(help_text="The HTTP status that it was answered.")
    reason = models.TextField(blank=True, help_text="Why nothing came of it.")
    entries = models.PositiveIntegerField(default=0, help_text="Entries or movies that it brought.")
    execution = models.BigIntegerField(
        null=True, help_text="The id of the execution, which is pruned one day."
    )
    repeat_of = models.BigIntegerField(
        null=True, help_text="The id of the call whose body somebody sent once more."
    )

    objects = HookCallQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        default_permissions: ClassVar[tuple[str, ...]] = ("view", "delete")
        permissions = (("repeat_hookcall", "Can repeat a call of a hook"),)
        indexes = (
            models.Index(fields=["hook", "outcome", "-id"], name="hook_calls"),
            models.Index(fields=["time"], name="hook_call_time"),
        )

    def __str__(self) -> str:
        return f"Call {self.pk} of {self.hook}"


def on_renamed(sender: Any, old: str, new: str, **kwargs: Any) -> None:
    """Name the task in hooks as it is called now. A receiver of `tasks.signals.renamed`."""
    Hook.objects.filter(task=old).update(task=new)


def _try(faults: dict[str, str], name: str, check: Any, text: str) -> None:
    try:
        check(text)
    except BadPath as error:
        faults[name] = str(error)


def _faults_of_fields(fields: Any, target: str) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not isinstance(fields, dict) or not all(isinstance(text, str) for text in fields.values()):
        said = gettext("Give names with paths or texts: {example}.")
        return {"fields": said.format(example='{"tvdb_id": "$.series.tvdbId"}')}
    if len(fields) > MOST_FIELDS:
        return {"fields": gettext("There are at most {most} fields.").format(most=MOST_FIELDS)}
    unknown = [name for name in fields if name not in MOVIE_FIELDS]
    if target == Target.MOVIE_QUEUE and unknown:
        said = gettext("A movie has {fields}; not {field}.")
        return {"fields": said.format(fields=", ".join(MOVIE_FIELDS), field=repr(unknown[0]))}
    for text in fields.values():
        _try(faults, "fields", check_value, text)
    return faults


def _faults_of_conditions(conditions: Any) -> dict[str, str]:
    faults: dict[str, str] = {}
    are_right = isinstance(conditions, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("path"), str)
        and isinstance(one.get("is", []), list)
        and not set(one) - {"path", "is"}
        for one in conditions
    )
    if not are_right:
        said = gettext("Give paths and values: {example}.")
        return {"conditions": said.format(example='[{"path": "$.eventType", "is": ["Grab"]}]')}
    if len(conditions) > MOST_CONDITIONS:
        said = gettext("There are at most {most} conditions.")
        return {"conditions": said.format(most=MOST_CONDITIONS)}
    for condition in conditions:
        _try(faults, "conditions", check_path, condition["path"])
    return faults
