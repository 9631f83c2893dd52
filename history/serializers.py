"""The history as JSON."""

from typing import Any

from flexapi.api.serializers import ModelSerializer, TextOrNull
from flexapi.mirror.masked_serializers import EyesMixin
from history.models import HistoryEntry


class HistoryEntrySerializer(EyesMixin, ModelSerializer[HistoryEntry]):
    """An entry that was accepted. What is not known is null."""

    url = TextOrNull()
    file = TextOrNull(help_text="Where it was stored, where that is known.")
    reason = TextOrNull(help_text="Why it was accepted.")
    plugin = TextOrNull(help_text="The plugin that accepted it.")
    imdb_id = TextOrNull()

    class Meta:
        model = HistoryEntry
        fields = (
            "id",
            "time",
            "task",
            "title",
            "url",
            "file",
            "reason",
            "plugin",
            "imdb_id",
            "tmdb_id",
            "execution",
        )
        read_only_fields = fields

    def to_representation(self, entry: HistoryEntry) -> dict[str, Any]:
        # By hand: lists are read far more often than anything else here.
        data = {
            "id": entry.pk,
            "time": entry.time.isoformat().replace("+00:00", "Z"),
            "task": entry.task,
            "title": entry.title,
            "url": entry.url or None,
            "file": entry.file or None,
            "reason": entry.reason or None,
            "plugin": entry.plugin or None,
            "imdb_id": entry.imdb_id or None,
            "tmdb_id": entry.tmdb_id,
            "execution": entry.execution,
        }
        # A tracker's URL has the key of its user in it.
        shown: dict[str, Any] = self.eyes.shown(data)
        return shown
