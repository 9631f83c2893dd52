"""Names that moved: the old ones go on working for plugins, with a warning that names the new place."""

import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any


def moved(old: str, new: str) -> Callable[[str], Any]:
    """Return a module's `__getattr__`: what is asked of the module `old` is found in `new`."""

    def find(name: str) -> Any:
        value = getattr(import_module(new), name)
        message = f"{old}.{name} is now {new}.{name}; the old name goes with version 2.0."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return value

    return find
