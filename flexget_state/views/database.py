"""`/api/database`: care for FlexGet's own tables."""

import logging
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.engine_calls import FlexGetViewSet
from flexapi.api.permissions import IsSuperuser
from flexapi.api.viewsets import one
from flexapi.phrases import phrase

from .. import errands

VACUUM = phrase("Vacuuming FlexGet's database")
CLEANUP = phrase("Cleaning FlexGet's database up")
RESET = phrase("Resetting the tables of {plugin}")

logger = logging.getLogger("flexapi")


class PluginTables(serializers.Serializer[None]):
    """The tables of one plugin."""

    name = serializers.CharField(help_text="What `reset` takes.")
    version = serializers.IntegerField(help_text="The version of the tables.")
    tables = serializers.ListField(child=serializers.CharField())


class CareLine(serializers.Serializer[None]):
    """What FlexGet logged."""

    level = serializers.CharField()
    plugin = serializers.CharField()
    message = serializers.CharField()


class Care(serializers.Serializer[None]):
    """What became of it. With `running`, the rest is empty, and `work` at `/api/server` shows how it ends."""

    action = serializers.ChoiceField(["cleanup", "vacuum", "reset"])
    state = serializers.ChoiceField(["done", "running"])
    seconds = serializers.FloatField(allow_null=True)
    log = CareLine(many=True)
    bytes_before = serializers.IntegerField(
        allow_null=True, help_text="Of `vacuum`: what the tables took on the disk."
    )
    bytes_after = serializers.IntegerField(allow_null=True)


ANSWERS = {
    200: Care,
    202: OpenApiResponse(Care, description="It takes long and goes on; what comes waits."),
    503: OpenApiResponse(
        description="A run, or a `flexget` command, is on, or FlexGet can't be reached; nothing was done."
    ),
}
REFUSED = OpenApiResponse(
    description="FlexGet refuses the config, whose tasks a cleanup goes by; nothing was done."
)


class DatabaseViewSet(FlexGetViewSet):
    """FlexGet's tables, as `flexget database` cares for them: under FlexGet's lock, while no run is on."""

    permission_classes = (IsSuperuser,)
    serializer_class = PluginTables
    lookup_field = "plugin"
    lookup_value_regex = "[^/]{1,100}"

    def list(self, request: Request) -> Response:
        """List the plugins that have tables of their own."""
        return self.page_from("flexget_state.database.plugins")

    @extend_schema(request=None, responses=ANSWERS)
    @action(detail=False, methods=["post"])
    def vacuum(self, request: Request) -> Response:
        """Give the disk back what deleted rows left.

        SQLite's file is written again without it, which takes as much room again meanwhile. In PostgreSQL each table is vacuumed and
        analyzed, which PostgreSQL also does by itself.
        """
        return self._run("vacuum", VACUUM)

    @extend_schema(request=None, responses={**ANSWERS, 409: REFUSED})
    @action(detail=False, methods=["post"])
    def cleanup(self, request: Request) -> Response:
        """Have FlexGet's plugins delete what they need no longer.

        Schedules do so once a week.
        """
        return self._run("cleanup", CLEANUP)

    @extend_schema(request=None, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def reset(self, request: Request, plugin: str) -> Response:
        """Make the tables of a plugin again, empty.

        What the plugin remembers is lost: with `seen`, FlexGet takes again what it has taken. All or nothing.
        """
        return self._run("reset", RESET.format(plugin=plugin), plugin=plugin)

    def _run(self, name: str, what: str, **params: str) -> Response:
        logger.warning("%s asked for this: %s.", self.request.user, what)
        done = errands.run(f"flexget_state.database.{name}", what, **params)
        answer: dict[str, Any] = {"action": name, "state": "running" if done is None else "done"}
        answer |= {"seconds": None, "log": [], "bytes_before": None, "bytes_after": None}
        return one(answer | (done or {}), 202 if done is None else 200)
