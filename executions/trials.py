"""Trials: executions of a config that is not saved."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from executions.models import Execution

# How many ended ones are kept. They are nobody's history.
KEPT = 100


class Trial(models.Model):
    """What an execution tries."""

    execution = models.OneToOneField(
        "executions.Execution", on_delete=models.CASCADE, primary_key=True, related_name="tried"
    )
    config = models.TextField(help_text="The whole config, as YAML; empty once the trial is over.")

    def __str__(self) -> str:
        return f"Trial {self.pk}"

    def payload(self) -> dict[str, Any]:
        """Return what FlexGet's side gets of it (see `flexapi.engine.host.trial`)."""
        return {"config": self.config}


def payload_of(execution: "Execution") -> dict[str, Any] | None:
    """Return what makes a run a trial; None for a real one."""
    return Trial.objects.get(execution=execution).payload() if execution.trial else None


def on_ended(sender: Any, execution: "Execution", **kwargs: Any) -> None:
    """Forget the config of a trial that is over: it may have credentials that were never saved."""
    if execution.trial:
        Trial.objects.filter(execution=execution.pk).update(config="")
