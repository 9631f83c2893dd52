"""The history inside FlexGet's process: FlexGet's own rows, and what a run reports of what it took."""

from flexapi.engine.host.transactions import Method

from . import rows

METHODS: dict[str, Method] = {"rows": rows.rows}
