"""The rows of the current revision: root sections here, what is in them by their handlers."""

from typing import Any

from flexapi.mirror import handlers
from flexapi.mirror.document.jsonview import key_names, to_json
from flexapi.mirror.document.values import same
from flexapi.mirror.models import ConfigSection

MAX_NAME = 1000


def mapping(data: Any) -> dict[Any, Any]:
    """Return `data` where it is a mapping, else an empty one: `tasks:` without a value, say."""
    return data if isinstance(data, dict) else {}


def update_rows(old: Any, new: Any) -> None:
    """Bring all rows from the data of one revision to that of another; in its transaction.

    `old` is None where the rows can't be trusted to show it: then every row is compared.
    """
    update_sections(mapping(new))
    for section, index_rows in handlers.registered().items():
        before = None if old is None else mapping(old).get(section)
        after = mapping(new).get(section)
        if old is None or not same(before, after):
            index_rows(before, after)


def update_sections(data: dict[Any, Any]) -> None:
    """Make the rows of the root sections show `data`. What a handler keeps rows of isn't kept twice."""
    rows = {section.name: section for section in ConfigSection.objects.all()}
    names = {name[:MAX_NAME]: key for key, name in key_names(data).items()}
    handled = handlers.registered()
    ConfigSection.objects.filter(name__in=[name for name in rows if name not in names]).delete()
    changed = []
    for position, (name, key) in enumerate(names.items()):
        config = None if name in handled else to_json(data[key])
        row = rows.get(name)
        if row is None:
            ConfigSection.objects.create(name=name, position=position, config=config)
        elif not same(row.config, config) or row.position != position:
            row.config, row.position = config, position
            changed.append(row)
    ConfigSection.objects.bulk_update(changed, ["config", "position"])
