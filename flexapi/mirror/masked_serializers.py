"""Serializers of what FlexGet says: texts without credentials for users who may not see them."""

from functools import cached_property
from typing import Any

from flexapi.mirror import credentials


class EyesMixin:
    """For a serializer that knows in its context who asks: the `request`, or the `user`."""

    context: dict[str, Any]

    @cached_property
    def eyes(self) -> credentials.Eyes:
        """What who asks sees."""
        user = self.context["user"] if "user" in self.context else self.context["request"].user
        return credentials.eyes_of(user)


class MaskedMixin(EyesMixin):
    """For a serializer all of whose texts are shown as who asks may see them. Stands before the serializer's class."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return it as who asks may see it."""
        data = super().to_representation(instance)  # type: ignore[misc]
        shown: dict[str, Any] = self.eyes.shown(data)
        return shown
