"""`server/…`, `variables/`, `irc/…` and `database/…`: FlexAPI's own, in FlexGet's form."""

import base64
import binascii
import os
import re
from typing import Any, cast

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api import inside
from flexapi.api.engine_calls import ask
from flexapi.api.permissions import IsSuperuser

from .. import defaults
from ..authentication import require_same_origin
from ..shapes import API_VERSION, Refused, check, message
from .base import FlexGetView

_RAW = {
    "type": "object",
    "properties": {"raw_config": {"type": "string"}},
    "required": ["raw_config"],
}
_MANAGE = {
    "type": "object",
    "properties": {
        "operation": {"type": "string", "enum": ["reload", "shutdown"]},
        "force": {"type": "boolean"},
    },
    "required": ["operation"],
    "additionalProperties": False,
}
_DATABASE = {
    "type": "object",
    "properties": {
        "operation": {"type": "string", "enum": ["cleanup", "vacuum", "plugin_reset"]},
        "plugin_name": {"type": "string"},
    },
    "required": ["operation"],
    "additionalProperties": False,
}
_YAML: dict[str, Any] = {"content_type": "application/yaml", "accept": "application/yaml"}


class Version(FlexGetView):
    """Which FlexGet runs. Nobody is asked which one is the latest, and the UI can't do without one."""

    def get(self, request: Request) -> Response:
        version = ask("version")["flexget"]
        return Response(
            {"api_version": API_VERSION, "flexget_version": version, "latest_version": version}
        )


class Pid(FlexGetView):
    """The process that answers."""

    def get(self, request: Request) -> Response:
        return Response({"pid": os.getpid()})


class Config(FlexGetView):
    """The config as data, with FlexGet's defaults."""

    needs = {"GET": "mirror.view_configsection"}
    tagged = True

    def get(self, request: Request) -> HttpResponse:
        return self.of_config(self._config)

    def _config(self) -> dict[str, Any]:
        sections = self.every("/api/config")
        return defaults.filled({section["name"]: section["config"] for section in sections})


class RawConfig(FlexGetView):
    """The text of the config, in base64."""

    needs = {"GET": "mirror.view_configsection", "POST": "mirror.change_configsection"}
    tagged = True

    def get(self, request: Request) -> HttpResponse:
        return self.of_config(self._raw)

    def _raw(self) -> dict[str, str]:
        text = self.ask("GET", "/api/config", **_YAML).data
        return {"raw_config": base64.b64encode(text.encode()).decode()}

    def post(self, request: Request) -> Response:
        given = check(request.data, _RAW)["raw_config"]
        try:
            text = base64.b64decode(given, validate=True).decode()
        except (ValueError, binascii.Error) as error:
            raise Refused(400, "payload was not a valid base64 encoded string") from error
        answer = inside.ask(request, "PUT", "/api/config", text, **_YAML)
        if answer.status == 400:
            raise _refusal(answer.data["errors"])
        self.ask_again(answer)
        return message("Config was loaded and successfully updated to file")

    def ask_again(self, answer: inside.Answer) -> None:
        """Raise Refused for what else was answered."""
        if answer.failed:
            details = [str(one["detail"]) for one in answer.data["errors"]]
            raise Refused(answer.status, " ".join(details))


def _refusal(errors: list[dict[str, Any]]) -> Refused:
    """What FlexGet says of a text that is no YAML, or that it would not run."""
    details = [str(one["detail"]) for one in errors]
    if any(one["code"] == "invalid_yaml" for one in errors):
        reason = " ".join(details)
        place = re.search(r" \(line (\d+), column (\d+)\)", reason)
        # FlexGet counts from 0.
        at = {} if place is None else {"line": int(place[1]) - 1, "column": int(place[2]) - 1}
        return Refused(400, "Invalid YAML syntax", reason=reason, **at)
    told = [
        {"error": str(one["detail"]), "config_path": _pointer(one["attr"] or "")} for one in errors
    ]
    return Refused(400, "Error loading config: " + " ".join(details), errors=told)


def _pointer(attr: str) -> str:
    """Return where in the config something is, of an error's `attr`, which begins with `config`."""
    return "/" + "/".join(attr.split(".")[1:])


class Manage(FlexGetView):
    """Read the config again. What is to end the server is somebody's who started it."""

    needs = {"POST": "mirror.view_configsection"}

    def post(self, request: Request) -> Response:
        wanted = check(request.data, _MANAGE)["operation"]
        # Whoever reads the config has its file looked at.
        self.ask("GET", "/api/config", query={"limit": 1})
        if wanted == "shutdown":
            raise Refused(501, "FlexAPI is ended by what started it, such as systemd or Docker.")
        config = self.ask("GET", "/api/server").object["config"]
        if config["state"] != "ok":
            raise Refused(500, f"Error loading config: {config['detail']}")
        return message("Config successfully reloaded from disk")


class Variables(FlexGetView):
    """The variables in FlexGet's database."""

    needs = {
        "GET": "flexget_state.view_variable",
        "PUT": "flexget_state.change_variable",
        "PATCH": "flexget_state.change_variable",
    }
    tagged = True

    def get(self, request: Request) -> Response:
        return self._answer("GET")

    def put(self, request: Request) -> Response:
        return self._answer("PUT", check(request.data, {"type": "object"}), 201)

    def patch(self, request: Request) -> Response:
        return self._answer("PATCH", check(request.data, {"type": "object"}))

    def _answer(self, method: str, data: Any = None, status: int = 200) -> Response:
        return Response(self.ask(method, "/api/variables", data).object, status)


class IrcView(FlexGetView):
    """What the three have in common: `?name=` is a connection, without it all of them are meant."""

    def connections(self) -> list[dict[str, Any]]:
        """Return those that are meant. Raises Refused where there is none."""
        found = list(self.every("/api/irc"))
        if not found:
            raise Refused(400, "IRC daemon does not appear to be running")
        name = self.request.query_params.get("name")
        if name is None:
            return found
        found = [connection for connection in found if connection["name"] == name]
        if not found:
            raise Refused(404, f"Connection {name} is not a valid IRC connection")
        return found


class IrcConnections(IrcView):
    """How the connections are."""

    needs = {"GET": "irc_connections.view_ircconnection"}

    def get(self, request: Request) -> Response:
        return Response([{one["name"]: _connection(one)} for one in self.connections()])


class IrcSteered(IrcView):
    """Restarts or stops connections. FlexGet does that on GET, which pages of other sites can send."""

    needs = {"GET": "irc_connections.steer_ircconnection"}
    verb = ""
    done = ""

    def get(self, request: Request) -> Response:
        require_same_origin(request)
        for connection in self.connections():
            self.ask("POST", inside.path("irc", connection["name"], self.verb))
        return message(f"Successfully {self.done} connection(s)")


def _connection(connection: dict[str, Any]) -> dict[str, Any]:
    channels = connection["channels"]
    return {
        "alive": connection["state"] == "connected",
        "channels": [{one["name"]: int(one["joined"])} for one in channels],
        "connected_channels": [one["name"] for one in channels if one["joined"]],
        "port": connection["port"],
        "server": connection["server"],
    }


class Database(FlexGetView):
    """Care for FlexGet's tables."""

    permission_classes = (IsSuperuser,)

    def post(self, request: Request) -> Response:
        wanted = check(request.data, _DATABASE)
        match wanted["operation"]:
            case "cleanup":
                self.ask("POST", "/api/database/cleanup")
                return message("DB Cleanup finished")
            case "vacuum":
                self.ask("POST", "/api/database/vacuum")
                return message("DB VACUUM finished")
        name = wanted.get("plugin_name")
        if not name:
            raise Refused(400, "'plugin_name' attribute must be used when trying to reset plugin")
        unknown = (400, f"The plugin {name} has no stored schema to reset")
        self.ask("POST", inside.path("database", name, "reset"), refused={404: unknown})
        return message(f"Plugin {name} DB reset was successful")


class DatabasePlugins(FlexGetView):
    """The plugins that have tables."""

    permission_classes = (IsSuperuser,)

    def get(self, request: Request) -> Response:
        found = cast(list[dict[str, Any]], list(self.every("/api/database")))
        return Response(sorted(one["name"] for one in found))
