"""Models whose rows show entries of the config: what changes them changes the file, and the rows follow.

A subclass says where its entry stands in the config and how entries are deleted; its `save` writes one, then
shows what came of it.
"""

from collections.abc import Sequence
from typing import Any, NoReturn, Self, TypeVar

from django.db import models

from flexapi.mirror import credentials, mirror
from flexapi.mirror.document import Document, Path

Row = TypeVar("Row", bound="Mirrored")


class MirroredQuerySet(models.QuerySet[Row]):
    """Rows that are deleted from the config, all in one write, and never changed behind its back."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the entries from the config; raises what the model's `delete_from_config` raises."""
        rows = list(self)
        if rows:
            self.model.delete_from_config(rows)
        return len(rows), {self.model._meta.label: len(rows)}

    def update(self, **fields: Any) -> NoReturn:
        """WriteRefused: rows follow the config, so change each one and save it."""
        self._refuse("changed")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        """WriteRefused, as `update` is."""
        self._refuse("added")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """WriteRefused, as `update` is."""
        self._refuse("changed")

    def _refuse(self, what: str) -> NoReturn:
        plural = str(self.model._meta.verbose_name_plural).capitalize()
        raise NotImplementedError(f"{plural} are {what} one by one, with save().")


class Mirrored(models.Model):
    """A row that shows an entry of the current revision; `position` is its place among those of its kind."""

    position = models.PositiveIntegerField(db_index=True, editable=False)

    class Meta:
        abstract = True
        ordering = ("position",)

    @classmethod
    def delete_from_config(cls, rows: Sequence[Self]) -> None:
        """Delete the entries that these rows show, in one write."""
        raise NotImplementedError

    def path_in(self, document: Document) -> Path | None:
        """Return where the entry is in the config; None where it is gone."""
        raise NotImplementedError

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the entry from the config."""
        self.delete_from_config([self])
        self.pk = None
        return 1, {self._meta.label: 1}

    def show(self, stored: Self) -> None:
        """Become what a row of the database is, after the config was written."""
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(stored, field.attname))
        self._state.adding = False
        self._state.db = stored._state.db

    def source(self, *, masked: bool = False) -> str:
        """The entry's YAML in the file, moved to the left edge; "" where it has none."""
        document = mirror.current().document
        path = self.path_in(document)
        if path is None:
            return ""
        return source_of(document, path, masked=masked)


def source_of(document: Document, path: Path, *, masked: bool) -> str:
    """Return the YAML of the value at a path, moved to the left edge; with `masked`, without any credential that is known."""
    hide = credentials.in_config().hide if masked else str
    return credentials.source_of(document, path, masked=masked, hide=hide)
