"""Which schedules name a task, told as the API knows them."""

from flexapi.mirror.document import Document
from flexapi.mirror.schedules import ScheduleReferences
from schedules.models import Schedule


class NamedReferences(ScheduleReferences):
    """As the mirror's own, with ids in place of places."""

    def naming(self, document: Document, task: str) -> list[str]:
        """Return `schedule 7 (tv, movies)` and so on, in the order of the file."""
        places = self.places(document, task)
        if not places:
            return []
        rows = {row.position: row for row in Schedule.rows.filter(position__in=places)}
        return [
            f"schedule {rows[place].pk} ({', '.join(rows[place].tasks)})"
            for place in places
            if place in rows
        ]
