"""Root sections of the config, as rows."""

from collections.abc import Sequence
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext

from flexapi.mirror import handlers
from flexapi.mirror.document import Document, Path, same, to_json
from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.edits.sections import ConfigEditor, names
from flexapi.mirror.edits.writing import WriteRefused
from flexapi.mirror.mirrored import Mirrored, MirroredQuerySet
from flexapi.mirror.store.rows import mapping

MAX_NAME = 1000


class ConfigSection(Mirrored):
    """A root section of the current revision.

    `config` is null for a section whose entries have rows of their own, such as `tasks`.
    """

    name = models.CharField(max_length=MAX_NAME, unique=True)
    config = models.JSONField(null=True, blank=True)

    objects = MirroredQuerySet.as_manager()

    class Meta(Mirrored.Meta):
        # Named so that no pattern such as `view_*` has it.
        permissions = (("see_credentials", "Can see credentials"),)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the section to the config; raises what `ConfigEditor` raises, and WriteRefused."""
        if self.name in handlers.row_handlers:
            raise WriteRefused(
                gettext("The entries of {name} are saved one by one.").format(name=repr(self.name))
            )
        editor = ConfigEditor()
        if self._state.adding:
            editor.add_section(self.name, self.config)
        else:
            editor.set_section(self.name, self.config)
        self.show(type(self).objects.get(name=self.name))

    @classmethod
    def delete_from_config(cls, rows: Sequence[Self]) -> None:
        """Delete sections from the config, in one write."""
        ConfigEditor().delete_sections([section.name for section in rows])

    def path_in(self, document: Document) -> Path | None:
        """Return where the section is; None where it is gone."""
        found = names(document)
        return (found[self.name],) if self.name in found else None


def update_sections(old: Any, new: dict[Any, Any]) -> None:
    """Make the rows show the root sections of `new`; what is as in `old` is left alone."""
    queryset: models.QuerySet[ConfigSection] = models.QuerySet(ConfigSection)
    rows = {section.name: section for section in queryset}
    found = {name[:MAX_NAME]: key for key, name in key_names(new).items()}
    queryset.filter(name__in=[name for name in rows if name not in found]).delete()
    added, changed = [], []
    handled = handlers.row_handlers
    for position, (name, key) in enumerate(found.items()):
        row = rows.get(name)
        if (
            row is not None
            and row.position == position
            and (name in handled or (key in mapping(old) and same(old[key], new[key])))
        ):
            continue
        config = None if name in handled else to_json(new[key])
        if row is None:
            added.append(ConfigSection(name=name, position=position, config=config))
        else:
            row.config, row.position = config, position
            changed.append(row)
    queryset.bulk_update(changed, ["config", "position"])
    queryset.bulk_create(added)
