"""Variables of a config that stand beside it, in a file or in FlexGet's database: they change when it does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flexget import config_schema
from loguru import logger


def outside(source: Any, folder: Path) -> Any:
    """Return what the variables outside of a config are now, to be compared; None where there are none.

    `source` is what the config's section `variables` says, `folder` where the config is. Raises what SQLAlchemy does.
    """
    if isinstance(source, str):
        try:
            return (folder / source).read_bytes()
        except OSError:
            return None
    if source is True:
        # Not before FlexGet has loaded its plugins: the order in which they prepare the config is theirs.
        from flexget.components.variables.variables import variables_from_db

        return variables_from_db()
    return None


@contextmanager
def unstored() -> Iterator[None]:
    """Let FlexGet prepare a config without putting what a file of variables says into its database."""
    from flexget.components.variables import variables

    stores = variables.variables_to_db
    variables.variables_to_db = lambda values: None
    try:
        yield
    finally:
        variables.variables_to_db = stores


@contextmanager
def only_looked_at() -> Iterator[None]:
    """Let FlexGet prepare and check a config that is only looked at: it stores nothing, and logs no folder that isn't there."""
    logger.disable(config_schema.__name__)
    try:
        with unstored():
            yield
    finally:
        logger.enable(config_schema.__name__)


def store(source: str, folder: Path) -> None:
    """Put what a file of variables says into FlexGet's database, as FlexGet does when it loads a config."""
    from flexget.components.variables.variables import variables_from_file, variables_to_db

    variables_to_db(variables_from_file(folder, source))
