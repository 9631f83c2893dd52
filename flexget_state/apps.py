"""The app of what FlexGet remembers and of the lists it manages."""

from typing import ClassVar

from django.apps import AppConfig


class FlexGetStateConfig(AppConfig):
    """What is in FlexGet's database beside series and history. It has no tables."""

    name = "flexget_state"
    verbose_name = "FlexGet's memory and lists"
    engine_methods = "flexget_state.flexget"
    # An operator decides what runs may take, by making FlexGet forget (or know) an entry, or by approving one. What
    # is in a list or a variable gets into tasks as it is, and so into their commands: that is for editors.
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "viewer": ["view_*"],
        "operator": [
            "add_seenentry",
            "delete_seenentry",
            "delete_failedentry",
            "delete_rejectedentry",
            "change_pendingentry",
            "delete_pendingentry",
            "approve_pendinglist",
        ],
        "editor": ["*"],
    }

    def ready(self) -> None:
        """Say what waits for approval."""
        from . import telling

        telling.register()
