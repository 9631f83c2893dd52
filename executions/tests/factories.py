"""Rows for tests that need no run."""

from datetime import UTC, datetime, timedelta
from typing import Any

from executions.models import Execution, ExecutionEntry, LogLine, Status, TaskResult

BEGIN = datetime(2026, 1, 31, 3, 0, 0, 123456, tzinfo=UTC)


def make_execution(status: str = Status.COMPLETE, **fields: Any) -> Execution:
    """Store an execution."""
    return Execution.objects.create(status=status, **fields)


def add_lines(execution: Execution, *lines: tuple[str, str] | str) -> None:
    """Store log lines, each a message or a level and a message; count them."""
    rows: list[LogLine] = []
    for line in lines:
        level, message = line if isinstance(line, tuple) else ("INFO", line)
        seq = execution.log_lines + len(rows) + 1
        rows.append(
            LogLine(
                execution=execution,
                seq=seq,
                time=BEGIN + timedelta(seconds=seq),
                level=level,
                plugin="task",
                task="tv",
                message=message,
            )
        )
    LogLine.objects.bulk_create(rows)
    execution.log_lines += len(rows)
    execution.save(update_fields=["log_lines"])


def add_entry(execution: Execution, title: str, state: str, **fields: Any) -> ExecutionEntry:
    """Store what became of an entry."""
    defaults = {"task": "tv", "url": f"http://localhost/{title}", "original_url": ""}
    return ExecutionEntry.objects.create(
        execution=execution, title=title, state=state, **(defaults | fields)
    )


def add_result(
    execution: Execution, task: str, status: str = "complete", **fields: Any
) -> TaskResult:
    """Store how a task ended."""
    return TaskResult.objects.create(execution=execution, task=task, status=status, **fields)
