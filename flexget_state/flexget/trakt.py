"""FlexGet's access to accounts of Trakt, as `flexget trakt` gives it. Tokens stay in FlexGet's database."""

import re
import time
from typing import Any

from flexget.components.trakt import db as trakt
from flexget.plugin import PluginError

from flexapi.engine import protocol
from flexapi.engine.host.errands import errand, tell
from flexapi.engine.host.manager import WarmManager
from flexapi.engine.host.transactions import Params, local_time, on_database, or_not_found
from flexapi.engine.protocol import RpcError

from .tables import Json

# Seconds that a token waits for FlexGet's database, and between two tries.
PATIENCE = 60.0
PAUSE = 0.2
# In what FlexGet says on its command line.
_ADDRESS = re.compile(r"https?://\S+")
_CODE = re.compile(r"code is (\S+?)[.\s]")


def _as_json(account: Any) -> Json:
    return {
        "name": account.account,
        "created": local_time(account.created),
        "expires": local_time(account.expires),
    }


@on_database
def page(session: Any, params: Params) -> Json:
    """Return `{"count", "items": [{"name", "created", "expires"}]}`."""
    accounts = session.query(trakt.TraktUserAuth).order_by(trakt.TraktUserAuth.account)
    shown = accounts.limit(params["limit"]).offset(params["offset"])
    return {"count": accounts.count(), "items": [_as_json(account) for account in shown]}


@on_database
def one(session: Any, params: Params) -> Json:
    """Return the account `params["name"]`."""
    account = session.get(trakt.TraktUserAuth, params["name"])
    return _as_json(or_not_found(account, f"FlexGet has no access to an account {params['name']}."))


@on_database(of=one)
def delete(session: Any, params: Params) -> None:
    """Forget the token of the account `params["name"]`."""
    try:
        trakt.delete_account(params["name"])
    except PluginError as error:
        raise RpcError(protocol.NOT_FOUND, str(error.value)) from error


@errand
def authorize(manager: WarmManager, params: Params) -> Json:
    """Let somebody allow FlexGet the account `params["name"]`, on Trakt's page; return it.

    What to do there is told: `{"url", "code", "text"}`, the first two empty where FlexGet's text doesn't have them. This waits
    for as long as Trakt's code is good, ten minutes.
    """

    def say(text: str, **kwargs: Any) -> None:
        address, code = _ADDRESS.search(text), _CODE.search(text)
        if address or code:
            tell(url=address[0] if address else "", code=code[1] if code else "", text=text)

    # This process is for this call only.
    trakt.console = say
    try:
        token = trakt.device_auth()
    except PluginError as error:
        raise RpcError(protocol.CONFLICT, str(error.value)) from error
    except (KeyError, ValueError) as error:
        raise RpcError(
            protocol.CONFLICT, f"Trakt's answer isn't what FlexGet expects: {error}."
        ) from error
    trakt.device_auth = lambda: token
    return _stored(manager, params)


def _stored(manager: WarmManager, params: Params) -> Json:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            stored: Json = _store(manager, params)
        except RpcError as error:
            if error.code != protocol.DATABASE_LOCKED or time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)
        else:
            return stored


@on_database
def _store(session: Any, params: Params) -> Json:
    trakt.get_access_token(params["name"], re_auth=True, called_from_cli=True)
    return _as_json(session.get(trakt.TraktUserAuth, params["name"]))


METHODS = {
    "trakt.page": page,
    "trakt.one": one,
    "trakt.delete": delete,
    "trakt.authorize": authorize,
}
