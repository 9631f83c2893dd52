"""Queued and grabbed movies as JSON."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from executions.locks import one_at_a_time
from flexapi.api.errors import ServiceUnavailable
from flexapi.api.schema import exemplified
from flexapi.api.serializers import ModelSerializer, NameOrNull
from flexapi.engine.client import EngineUnavailable
from flexapi.mirror.masked_serializers import MaskedMixin
from flexapi.phrases import phrase

from .identity import IMDB_ID
from .models import QUEUE_LOCK, GrabbedMovie, QueuedMovie
from .quality import BadQuality, check_quality

NAMES = ("id", "title", "year", "imdb_id", "tmdb_id", "queue_name")


@exemplified(title="Sintel", year=2010, imdb_id="tt1727587", quality="1080p")
class QueuedMovieSerializer(ModelSerializer[QueuedMovie]):
    """A movie that is wanted. The title is enough to want one."""

    requested_by = NameOrNull("requested_by.username")
    force = serializers.BooleanField(
        write_only=True, default=False, help_text="Queue it even if it was grabbed before."
    )

    class Meta:
        model = QueuedMovie
        fields = (*NAMES, "quality", "added", "requested_by", "force")
        read_only_fields = ("added",)
        # Duplicates are conflicts (409), and who is in the way is told.
        validators: tuple[Any, ...] = ()
        extra_kwargs = {"quality": {"allow_blank": True}}

    def validate_imdb_id(self, value: str | None) -> str | None:
        """Take an empty id for none."""
        return value or None

    def validate_quality(self, value: str) -> str:
        """Have FlexGet check it. Raises ServiceUnavailable where FlexGet can't be asked."""
        if self.instance is not None and value == self.instance.quality:
            return value
        try:
            return check_quality(value)
        except BadQuality as error:
            raise serializers.ValidationError(str(error)) from error
        except EngineUnavailable as error:
            raise ServiceUnavailable(
                phrase("The quality can't be checked. {problem}").format(problem=error)
            ) from error

    def create(self, validated: dict[str, Any]) -> QueuedMovie:
        """Queue it; raises AlreadyQueued and AlreadyGrabbed."""
        return QueuedMovie.objects.enqueue(**validated)

    def update(self, instance: QueuedMovie, validated: dict[str, Any]) -> QueuedMovie:
        """Change it; raises AlreadyQueued where it became another's twin."""
        validated.pop("force", None)
        for name, value in validated.items():
            setattr(instance, name, value)
        with one_at_a_time(QUEUE_LOCK):
            instance.refuse_duplicate()
            instance.save()
        return instance


class LookupSerializer(serializers.Serializer[Any]):
    """Which movie is looked up: by one of its ids."""

    imdb_id = serializers.RegexField(
        f"^{IMDB_ID.pattern}\\Z",
        required=False,
        allow_null=True,
        help_text="`tt` and 7 to 10 digits.",
    )
    tmdb_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**31 - 1
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse to look up nothing."""
        if not attrs.get("imdb_id") and not attrs.get("tmdb_id"):
            raise serializers.ValidationError(gettext("Give an imdb_id or a tmdb_id."))
        return attrs


class FoundMovieSerializer(serializers.Serializer[Any]):
    """What IMDb or TMDb says of a movie; nothing is queued."""

    title = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    imdb_id = serializers.CharField(allow_null=True)
    tmdb_id = serializers.IntegerField(allow_null=True)


class GrabbedMovieSerializer(MaskedMixin, ModelSerializer[GrabbedMovie]):
    """A movie that a run took off the queue; `history` is the id of its entry in the history."""

    history = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = GrabbedMovie
        fields = (*NAMES, "grabbed", "execution", "history", "task", "entry_title", "entry_url")
        read_only_fields = fields
