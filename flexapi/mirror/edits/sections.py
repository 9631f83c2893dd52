"""What can be done to root sections and to the config as a whole; each function is one write."""

from typing import Any

from django.utils.translation import gettext

from flexapi.mirror.document import Document, EditRefused, KeyTaken, PathNotFound, from_json
from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.edits.editor import Editor
from flexapi.mirror.edits.names import check_name, key_node
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.store.rows import mapping
from flexapi.phrases import phrase

# What edits did, as revisions tell it.
ADDED = phrase("Added section {section}")
CHANGED = phrase("Changed section {section}")
DELETED = phrase("Deleted section {section}")
ALL_DELETED = phrase("Deleted sections {sections}")
CONFIG_CHANGED = phrase("Changed the config")

# The path of the config as a whole.
WHOLE: tuple[()] = ()


class ConfigEditor(Editor[str | tuple[()] | None]):
    """Edits sections; the guard gets their names, None for one that there is not yet, WHOLE for the whole text."""

    def add_section(self, name: str, config: Any) -> None:
        """Add a root section at the end. Raises KeyTaken, BadName."""
        check_name(name)

        def edit(base: Snapshot) -> Document:
            return self._free(base, name).set((name,), config)

        self._write(edit, ADDED.format(section=name))

    def add_section_source(self, text: str) -> str:
        """Add a root section from its YAML source (`name: …`); return its name. Raises as `add_section`."""
        name = key_node(text).value
        check_name(name)

        def edit(base: Snapshot) -> Document:
            return self._free(base, name).set((name,), {}).replace_source((name,), text)

        self._write(edit, ADDED.format(section=name))
        return name

    def set_section(self, name: str, config: Any) -> None:
        """Set the value of a section to what a client means by this JSON. Raises PathNotFound."""

        def edit(base: Snapshot) -> Document:
            document, key = self._present(base, name)
            return document.set((key,), from_json(config, document.get((key,))))

        self._write(edit, CHANGED.format(section=name))

    def set_section_source(self, name: str, text: str) -> None:
        """Set a section's YAML source (`name: …`), comments included. Raises PathNotFound."""

        def edit(base: Snapshot) -> Document:
            document, key = self._present(base, name)
            return document.replace_source((key,), text)

        self._write(edit, CHANGED.format(section=name))

    def delete_sections(self, given: list[str]) -> None:
        """Delete root sections. Raises PathNotFound."""

        def edit(base: Snapshot) -> Document:
            keys = [self._present(base, name)[1] for name in given]
            document = base.document
            for key in keys:
                document = document.delete((key,))
            return document

        done = ALL_DELETED.format(sections=", ".join(given))
        self._write(edit, done if len(given) > 1 else DELETED.format(section=given[0]))

    def set_text(self, text: str) -> None:
        """Set the whole text. Raises EditRefused for what isn't a mapping."""

        def edit(base: Snapshot) -> Document:
            self._ask_guard(WHOLE)
            new = base.document.replace_source(WHOLE, text)
            if new.data is not None and not isinstance(new.data, dict):
                raise EditRefused(gettext("The config must be a mapping at its root"), 1, 1)
            return new

        self._write(edit, CONFIG_CHANGED)

    def _free(self, base: Snapshot, name: str) -> Document:
        """The document, once nothing speaks against a section of this name."""
        self._ask_guard(None)
        if name in names(base.document):
            raise KeyTaken(gettext("There is a section {name} already").format(name=repr(name)))
        return base.document

    def _present(self, base: Snapshot, name: str) -> tuple[Document, Any]:
        """The document and the real key of a section, once the guard has nothing against it."""
        self._ask_guard(name)
        return base.document, key_of(base.document, name)


def names(document: Document) -> dict[str, Any]:
    """Return the real keys of the root by the texts that stand for them."""
    return {name: key for key, name in key_names(mapping(document.data)).items()}


def key_of(document: Document, name: str) -> Any:
    """Return the real key of a section. Raises PathNotFound."""
    found = names(document)
    if name not in found:
        raise PathNotFound(gettext("There is no section {name!r}").format(name=name))
    return found[name]
