"""The page of webhooks that come in."""

from dataclasses import asdict
from typing import Any

from flexapi.web import page_data
from flexapi.web.views import PageView
from hooks.models import Hook, HookCall, Proof, Target
from hooks.ready.templates import templates
from tasks.models import Task


class HooksView(PageView):
    """The hooks, and what came through them; its script asks the API."""

    template_name = "web/hooks.html"
    permission_required = ("executions.view_execution", "hooks.view_hook")
    script = "web/js/hooks.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the hooks and outcomes to choose from."""
        return super().get_context_data(
            **kwargs, hooks=Hook.objects.only("name"), outcomes=HookCall.Outcome.choices
        )

    def get_data(self) -> dict[str, Any]:
        """Where hooks are read, and what they choose from."""
        return {
            "endpoints": page_data.endpoints("hooks", "hooks/calls"),
            "templates": [asdict(template) for template in templates().values()],
            "tasks": list(Task.objects.values_list("name", flat=True)),
            "proofs": dict(Proof.choices),
            "targets": dict(Target.choices),
        }
