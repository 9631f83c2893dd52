"""In FlexGet's process: what FlexGet keeps in its tables, answered by the views of FlexGet's own API.

They are called in this process, without a server, within the transaction that all methods of the host have. Who may ask
for what was decided before.
"""

import time
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from flask import g
from flexget import config_schema
from flexget.api import api_app
from flexget.plugin import plugins
from flexget.webserver import User
from loguru import logger
from werkzeug.test import EnvironBuilder

from flexapi.engine import protocol
from flexapi.engine.host import transactions
from flexapi.engine.host.transactions import on_database
from flexapi.engine.protocol import RpcError

Params = dict[str, Any]
Answer = dict[str, Any]

# Without it, JSON is indented for people, which costs more than all the rest of an answer.
api_app.json.compact = True
# Headers of an answer that say something about its body.
HEADERS = ("Content-Type", "Link", "Total-Count", "Count", "Series-ID", "Season-ID", "Episode-ID")
# What FlexGet's views raise where they meet a value that they did not think of.
_UNTHOUGHT = (ValueError, TypeError, KeyError, AttributeError, OverflowError, ZeroDivisionError)
# How many answers are kept, of how many characters at most, and for how many seconds: clients ask the same every minute or so.
MOST = 100
LONGEST = 200_000
KEPT_FOR = 300.0


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and the state of what it tells."""

    answer: Answer
    state: Hashable
    until: float


# The one that was made first comes first.
_kept: dict[tuple[str, str, str], Kept] = {}


def answer(params: Params) -> Answer:
    """Return what FlexGet's API answers: `{"status", "headers", "tagged", "body"}`, the body as text; whether it has an ETag.

    `params` are the HTTP `verb`, the `path` below `/api`, the `query`, the body with its `content_type`, and the `url` of the API
    for links. Raises RpcError where a view fails.
    """
    builder = EnvironBuilder(
        path=params["path"],
        base_url=params["url"],
        method=params["verb"],
        query_string=params["query"],
        data=params["body"].encode(),
        content_type=params["content_type"],
    )
    with api_app.request_context(builder.get_environ()):
        # Whoever it is: FlexGet's own views ask only that there is somebody.
        g._login_user = User(name="flexapi")
        try:
            response = api_app.full_dispatch_request()
        except _UNTHOUGHT as error:
            raise RpcError(
                protocol.INVALID_PARAMS,
                f"FlexGet can't answer this: {type(error).__name__}: {error}",
            ) from error
    return {
        "status": response.status_code,
        "headers": {
            name: str(response.headers[name]) for name in HEADERS if name in response.headers
        },
        "tagged": "ETag" in response.headers,
        "body": response.get_data(as_text=True),
    }


def kept_answer(params: Params, state: Hashable) -> Answer:
    """As `answer`, but that what was answered to a GET is answered again for as long as `state` is the same one."""
    if params["verb"] != "GET":
        return answer(params)
    key = (params["path"], params["query"], params["url"])
    kept = _kept.get(key)
    if kept is None or kept.state != state or time.monotonic() > kept.until:
        kept = Kept(answer(params), state, time.monotonic() + KEPT_FOR)
        _kept.pop(key, None)
        if len(kept.answer["body"]) <= LONGEST:
            _kept[key] = kept
        while len(_kept) > MOST:
            del _kept[next(iter(_kept))]
    return kept.answer


@on_database
def ask(session: Any, params: Params) -> Answer:
    """As `answer`, of what is in FlexGet's database."""
    state = transactions.state()
    return answer(params) if state is None else kept_answer(params, state)


def look(manager: Any, params: Params) -> Answer:
    """As `answer`, of what FlexGet knows without its database: what its plugins have registered."""
    return kept_answer(params, (len(plugins), len(config_schema.schema_paths)))


def read(manager: Any, params: Params) -> Answer:
    """As `answer`, of files, which change behind FlexGet's back."""
    return answer(params)


def defaults(manager: Any, params: Params) -> Params:
    """Return the `config`, a whole one or parts of one, with the defaults of plugins filled in, whatever is wrong with it."""
    config: Params = params["config"]
    # What there is to complain of was said when the file was loaded.
    logger.disable(config_schema.__name__)
    try:
        config_schema.process_config(config)
    finally:
        logger.enable(config_schema.__name__)
    return config


METHODS = {"ask": ask, "look": look, "read": read, "defaults": defaults}
