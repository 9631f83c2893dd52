"""The defaults of FlexGet's plugins, which FlexGet's API shows in configs and FlexAPI keeps out of the file."""

import json
from typing import Any

from flexapi.api.engine_calls import ask
from flexapi.api.errors import ServiceUnavailable

Config = dict[str, Any]


def filled(config: Config) -> Config:
    """Return a whole config, or parts of one, with the defaults that FlexGet fills in; as it is where FlexGet can't be reached."""
    try:
        found: Config = ask("flexapi_flexget_api.defaults", config=config)
    except ServiceUnavailable:
        return config
    return found


def without(given: Any, shown: Any, stands: Any) -> Any:
    """Return what somebody sent back without the defaults that they were shown.

    `stands` is the value as it stands in the file, `shown` the same with defaults. What stands in the file, or is another
    value than the default, stays.
    """
    if isinstance(given, dict) and isinstance(shown, dict) and isinstance(stands, dict):
        return {
            name: without(value, shown.get(name), stands.get(name))
            for name, value in given.items()
            if name in stands or name not in shown or not _same(value, shown[name])
        }
    if not (isinstance(given, list) and isinstance(shown, list) and isinstance(stands, list)):
        return given
    if len(given) == len(shown) == len(stands):
        return [without(*each) for each in zip(given, shown, stands, strict=True)]
    # Some were taken from the list or added to it: what is left is found by what was shown of it.
    known = {json.dumps(one): other for one, other in zip(shown, stands, strict=False)}
    return [known.get(json.dumps(item), item) for item in given]


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal; to Python, `true` is 1."""
    return type(one) is type(other) and bool(one == other)
