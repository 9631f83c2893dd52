"""Trials: executions of a config that is not saved."""

from typing import TYPE_CHECKING, Any

from django.db import models

from executions.kept_entries import KeptEntries

if TYPE_CHECKING:
    from executions.models import Execution

# How many ended ones are kept. They are nobody's history.
KEPT = 100


class Trial(models.Model):
    """What an execution tries."""

    execution = models.OneToOneField(
        "executions.Execution", on_delete=models.CASCADE, primary_key=True, related_name="tried"
    )
    entries_from = models.JSONField(
        null=True,
        help_text="Of a replay: the tasks of the other execution that have the entries, by the tasks of this one.",
    )
    forget = models.BooleanField(
        default=False, help_text="Whether what FlexGet remembers of entries doesn't count."
    )
    config = models.TextField(help_text="The whole config, as YAML; empty once the trial is over.")

    def __str__(self) -> str:
        return f"Trial {self.pk}"

    def payload(self) -> dict[str, Any]:
        """Return what FlexGet's side gets of it (see `flexapi.engine.host.trial`)."""
        entries = None
        if self.entries_from is not None and self.execution.entries_of_id is not None:
            kept = KeptEntries.objects.of(self.execution.entries_of_id, self.entries_from.values())
            content = dict(kept.values_list("task", "content"))
            entries = {
                task: content[other]
                for task, other in self.entries_from.items()
                if other in content
            }
        return {"config": self.config, "entries": entries, "forget": self.forget}


def payload_of(execution: "Execution") -> dict[str, Any] | None:
    """Return what makes a run a trial; None for a real one."""
    return Trial.objects.get(execution=execution).payload() if execution.trial else None


def on_ended(sender: Any, execution: "Execution", **kwargs: Any) -> None:
    """Forget the config of a trial that is over: it may have credentials that were never saved."""
    if execution.trial:
        Trial.objects.filter(execution=execution.pk).update(config="")
