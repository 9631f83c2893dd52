"""`/api/seen`, `/api/failed`, `/api/rejected` and `/api/pending`: entries that FlexGet remembers."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.mirror import credentials

from .. import filters, models, serializers
from .tables import ApprovalMixin, ClearMixin, described


@described
class SeenViewSet(ClearMixin):
    """Entries that FlexGet has taken. One that is forgotten may be taken again."""

    subject = ("a seen entry", "seen entries")
    table = "seen"
    permission_model = models.SeenEntry
    serializer_class = serializers.SeenEntrySerializer
    filters_class = filters.SeenFilters
    ordering_fields = ("added", "title", "task", "reason", "local", "id")

    def create(self, request: Request) -> Response:
        """Have FlexGet take an entry for seen."""
        return self.made(request)

    def shown(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return an entry as who asks may see it: a value is hidden for what its field is called."""
        if self.reveals:
            return row
        fields = [field | {"value": self._masked(field)} for field in row["fields"]]
        return super().shown(row) | {"fields": fields}

    def _masked(self, field: dict[str, Any]) -> Any:
        name = str(field["field"])
        return credentials.mask_value(field["value"], (self.table, name), hide=self._eyes.shown)


@described
class FailedViewSet(ClearMixin):
    """Entries that failed. One that is forgotten is tried again at once."""

    subject = ("a failed entry", "failed entries")
    table = "failed"
    permission_model = models.FailedEntry
    serializer_class = serializers.FailedEntrySerializer
    filters_class = filters.FailedFilters
    ordering_fields = ("added", "title", "url", "reason", "count", "retry_time", "id")


@described
class RejectedViewSet(ClearMixin):
    """Entries whose rejection FlexGet remembers. One that is forgotten is looked at again."""

    subject = ("a remembered rejection", "remembered rejections")
    table = "rejected"
    permission_model = models.RejectedEntry
    serializer_class = serializers.RejectedEntrySerializer
    filters_class = filters.RejectedFilters
    ordering_fields = ("added", "title", "url", "expires", "rejected_by", "reason", "id")


@described
class PendingViewSet(ApprovalMixin):
    """Entries that `pending_approval` keeps until somebody approves them; the task's next run takes those."""

    subject = ("a pending entry", "pending entries")
    table = "pending"
    permission_model = models.PendingEntry
    serializer_class = serializers.PendingEntrySerializer
    detail_class = serializers.PendingEntryDetailSerializer
    filters_class = filters.PendingFilters
    ordering_fields = ("added", "task_name", "title", "url", "approved", "id")
    action_permissions = dict.fromkeys(
        ("approve", "reject", "approve_all", "reject_all"), "flexget_state.change_pendingentry"
    )
