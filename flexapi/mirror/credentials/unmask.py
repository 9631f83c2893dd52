"""The way back: a config that was read with masks and is sent with them."""

from typing import Any

from flexapi.mirror.credentials.texts import MASK, mask_text
from flexapi.mirror.credentials.values import Hide, mask_value
from flexapi.mirror.document import Document, Path, same, to_json
from flexapi.phrases import phrase

MASKED = phrase("{mask} stands here in place of a credential; write the real value.")


class StillMasked(Exception):
    """A text with masked credentials was sent, and what they were is not known at `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(MASKED.format(mask=MASK))
        self.path = path


def unmask(document: Document, before: Document, hide: Hide = mask_text) -> Document:
    """Put the credentials back that `document` has masked and `before` still has; `hide` masked what is in its texts.

    Raises StillMasked where there is nothing to put back.
    """
    if document.text.count(MASK) <= before.text.count(MASK):
        return document
    return document.set((), _Way(hide).back(document.data, before.data, ()))


class _Way:
    def __init__(self, hide: Hide) -> None:
        self._hide = hide

    def back(self, value: Any, before: Any, path: Path) -> Any:
        if same(value, before):
            return value
        if isinstance(value, dict):
            known = before if isinstance(before, dict) else {}
            keys = {key: self._key(key, known, path) for key in value}
            return {
                keys[key]: self.back(below, known.get(keys[key]), (*path, keys[key]))
                for key, below in value.items()
            }
        if isinstance(value, list):
            others = before if isinstance(before, list) else []
            return [
                self.back(item, self._counterpart(item, at, others, len(value), path), (*path, at))
                for at, item in enumerate(value)
            ]
        if not isinstance(value, str) or MASK not in value:
            return value
        scalar = before is not None and not isinstance(before, dict | list)
        if scalar and (value == MASK or self._hide(str(to_json(before))) == value):
            return before
        raise StillMasked(path)

    def _key(self, key: Any, known: dict[Any, Any], path: Path) -> Any:
        if not isinstance(key, str) or MASK not in key or key in known:
            return key
        alike = [name for name in known if isinstance(name, str) and self._hide(name) == key]
        if len(alike) != 1:
            raise StillMasked((*path, key))
        return alike[0]

    def _counterpart(self, item: Any, at: int, others: list[Any], count: int, path: Path) -> Any:
        """The list item that was shown as `item`, wherever it was; None where that isn't certain."""
        looks = to_json(item)
        alike = [
            other
            for other in others
            if mask_value(to_json(other), (*path, at), hide=self._hide) == looks
        ]
        if at < len(others) and any(other is others[at] for other in alike):
            return others[at]
        if len(alike) == 1:
            return alike[0]
        # Nothing was added or removed, so what is in this place was edited.
        return others[at] if len(others) == count else None
