"""What is raised where FlexGet's database can't be worked with."""


class DatabaseUnusable(Exception):
    """FlexGet's database can't be reached, or is of another FlexGet; the message says what to do."""


def unusable(error: Exception) -> str:
    """Return what is said of a database that fails, in one line."""
    # SQLAlchemy's own text adds the statement.
    cause = getattr(error, "orig", None) or error
    return f"FlexGet's database can't be used: {' '.join(str(cause).split())}"
