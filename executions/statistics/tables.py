"""What is counted a day: a row for each task and result, for each step of durations, and for each plugin that rejected entries."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models

from executions.results import LONGEST_NAME, TaskResult


class DayCount(models.Model):
    """How often a task ended in one way on a day, how long that took, and what became of the entries."""

    day = models.DateField(help_text="The server's local day on which it ended.")
    task = models.CharField(max_length=LONGEST_NAME)
    status = models.CharField(max_length=8, choices=TaskResult.Status)
    runs = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    accepted = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    undecided = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = (
            # It is also the index by which the days are read.
            models.UniqueConstraint(fields=("day", "task", "status"), name="day_task_status"),
        )

    def __str__(self) -> str:
        return f"{self.runs} {self.status} on {self.day}"


class DayDurations(models.Model):
    """How many runs of a task took about as long on a day, those that were skipped left out; `durations.py` says how long."""

    day = models.DateField()
    task = models.CharField(max_length=LONGEST_NAME)
    step = models.SmallIntegerField()
    runs = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("day", "task", "step"), name="day_task_step"),
        )

    def __str__(self) -> str:
        return f"{self.runs} of step {self.step} on {self.day}"


class DayRejections(models.Model):
    """How many entries of a task a plugin rejected on a day."""

    day = models.DateField()
    task = models.CharField(max_length=LONGEST_NAME)
    plugin = models.CharField(max_length=200)
    entries = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("day", "task", "plugin"), name="day_task_plugin"),
        )

    def __str__(self) -> str:
        return f"{self.entries} by {self.plugin} on {self.day}"


def add(rows: Iterable[models.Model], key: tuple[str, ...], counted: tuple[str, ...]) -> None:
    """Add what the rows count to the stored ones with the same key, or store them.

    In SQL, as two runs may end in the same moment and the ORM's upsert replaces; in the order of the keys, so that
    those two don't wait for each other.
    """
    ordered = sorted(rows, key=lambda row: [getattr(row, name) for name in key])
    if not ordered:
        return
    meta, quote = ordered[0]._meta, connection.ops.quote_name
    by_name = {field.name: field for field in meta.concrete_fields}
    fields = [by_name[name] for name in (*key, *counted)]
    table, columns = quote(meta.db_table), [quote(str(field.column)) for field in fields]
    sums = ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in columns[len(key) :])
    sql = (
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608  Names of our own.
        f"VALUES ({', '.join(['%s'] * len(fields))}) "
        f"ON CONFLICT ({', '.join(columns[: len(key)])}) DO UPDATE SET {sums}"
    )
    values: list[list[Any]] = [
        [field.get_db_prep_save(getattr(row, field.name), connection) for field in fields]
        for row in ordered
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
