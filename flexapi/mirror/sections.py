"""Root sections of the config, as rows."""

from typing import Any

from django.db import models

from flexapi.mirror import credentials, handlers, mirror
from flexapi.mirror.document import same, to_json
from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.edits.sections import ConfigEditor, names
from flexapi.mirror.edits.writing import Refused
from flexapi.mirror.store.rows import mapping

MAX_NAME = 1000


class SectionQuerySet(models.QuerySet["ConfigSection"]):
    """Sections. What changes them changes the config file; the rows follow."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the sections from the config, all in one write."""
        given = [section.name for section in self]
        if given:
            ConfigEditor().delete_sections(given)
        return len(given), {"mirror.ConfigSection": len(given)}

    def update(self, **fields: Any) -> int:
        """Refused: rows follow the config, so change each section and save it."""
        raise NotImplementedError("Sections are changed one by one, with save().")

    def bulk_create(self, *args: Any, **kwargs: Any) -> list["ConfigSection"]:  # type: ignore[override]
        """Refused, as `update` is."""
        raise NotImplementedError("Sections are added one by one, with save().")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        """Refused, as `update` is."""
        raise NotImplementedError("Sections are changed one by one, with save().")


class ConfigSection(models.Model):
    """A root section of the current revision.

    `config` is null for a section whose entries have rows of their own, such as `tasks`.
    """

    name = models.CharField(max_length=MAX_NAME, unique=True)
    position = models.PositiveIntegerField(db_index=True, editable=False)
    config = models.JSONField(null=True, blank=True)

    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the section to the config; raises what `ConfigEditor` raises, and Refused."""
        if self.name in handlers.row_handlers:
            raise Refused(f"The entries of {self.name!r} are saved one by one.")
        editor = ConfigEditor()
        if self._state.adding:
            editor.add_section(self.name, self.config)
        else:
            editor.set_section(self.name, self.config)
        section = type(self).objects.get(name=self.name)
        for field in ("pk", "position", "config"):
            setattr(self, field, getattr(section, field))
        self._state.adding = False
        self._state.db = section._state.db

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the section from the config."""
        ConfigEditor().delete_sections([self.name])
        self.pk = None
        return 1, {"mirror.ConfigSection": 1}

    def source(self, *, masked: bool = False) -> str:
        """The section's YAML in the file; "" if it is gone."""
        document = mirror.current().document
        found = names(document)
        if self.name not in found:
            return ""
        path = (found[self.name],)
        text = document.source(path)
        if not masked:
            return text
        variables = credentials.secret_variables(mirror.mapping(document))
        return credentials.mask_source(text, path, variables)


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
