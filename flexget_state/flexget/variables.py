"""The variables in FlexGet's database, which its config may use (`variables: yes`): a JSON object."""

import json
from typing import Any

from flexget.components.variables.variables import Variables, variables_to_db

from flexapi.engine import protocol
from flexapi.engine.host.manager import ConfigInvalid, WarmManager, load_yaml
from flexapi.engine.host.transactions import Params, on_database
from flexapi.engine.protocol import RpcError

from .tables import Json


@on_database
def one(session: Any, params: Params) -> Json:
    """Return the variables."""
    row = session.query(Variables).first()
    # FlexGet's own reading makes dates of what looks like one.
    stored = json.loads(row._variables or "{}") if row else {}
    return stored if isinstance(stored, dict) else {}


@on_database(of=one)
def _replace(session: Any, params: Params) -> Json:
    data: Json = params["data"]
    variables_to_db(data)
    return data


@on_database(of=one)
def _update(session: Any, params: Params) -> Json:
    read: Any = one
    merged: Json = read.__wrapped__(session, params) | params["data"]
    variables_to_db(merged)
    return merged


def replace(manager: WarmManager, params: Params) -> Json:
    """Replace all variables by `params["data"]`; return them."""
    return _changed(manager, _replace, params)


def update(manager: WarmManager, params: Params) -> Json:
    """Set the variables in `params["data"]`, and leave the others; return all."""
    return _changed(manager, _update, params)


def _changed(manager: WarmManager, change: Any, params: Params) -> Json:
    _check_source(manager)
    result: Json = change(manager, params)
    # Else each run would find that they changed, and load the config by itself.
    manager.config_file_hash = None
    return result


def _check_source(manager: WarmManager) -> None:
    """Raise RpcError where FlexGet takes its variables from elsewhere, and the change would be lost or without effect."""
    try:
        config = load_yaml(manager.config_path.read_text(encoding="utf-8"))
        source = config.get("variables") if isinstance(config, dict) else None
    except (ConfigInvalid, OSError, UnicodeDecodeError):
        return
    if isinstance(source, str):
        message = f"The config takes its variables from the file {source}; edit them there."
    elif isinstance(source, dict):
        message = "The config has its variables in its section variables; edit them there."
    else:
        return
    raise RpcError(protocol.CONFLICT, message)


METHODS = {
    "variables.one": one,
    "variables.replace": replace,
    "variables.update": update,
}
