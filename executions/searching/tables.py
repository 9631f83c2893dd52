"""The rows of the index of words."""

from django.db import models

# The greatest seq that LogLine holds, and the id of the last execution whose lines have places in 63 bits.
LAST_SEQ = 2**31 - 1
LAST_EXECUTION = 2**32 - 1


def place(execution: int, seq: int) -> int:
    """Return a number for a line of all logs, in the order of executions and of the lines of each."""
    return execution * (LAST_SEQ + 1) + seq


def line_at(place: int) -> tuple[int, int]:
    """Return the execution and the seq of a place."""
    return divmod(place, LAST_SEQ + 1)


class LogBlock(models.Model):
    """Consecutive lines of one log, as they are searched (see `executions.searching.words`).

    `id` is the place of the first of them. On SQLite the tokens are indexed by FTS5 in the table `log_words`, which
    triggers keep; on PostgreSQL by a GIN index of the array as a tsvector (see the migrations).
    """

    id = models.BigIntegerField(primary_key=True)
    execution = models.ForeignKey("executions.Execution", on_delete=models.CASCADE)
    tokens = models.TextField(help_text="Separated by spaces.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        execution, seq = line_at(self.pk)
        return f"Log of execution {execution} from line {seq}"
