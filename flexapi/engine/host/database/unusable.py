"""What is raised where FlexGet's database can't be worked with."""

from flexapi.engine import texts


class DatabaseUnusable(Exception):
    """FlexGet's database can't be reached, or is of another FlexGet; the message says what to do."""


def unusable(error: Exception) -> str:
    """Return what is said of a database that fails, in one line."""
    # SQLAlchemy's own text adds the statement.
    cause = getattr(error, "orig", None) or error
    return texts.DATABASE_UNUSABLE.format(error=" ".join(str(cause).split()))
