"""What goes wrong with the config, as answers of the API."""

import contextlib
from collections.abc import Iterator

from django.utils.translation import gettext
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError

from flexapi import phrases
from flexapi.api.errors import Conflict, ServiceUnavailable, StorageFailed
from flexapi.engine.client import EngineUnavailable
from flexapi.mirror import credentials, mirror
from flexapi.mirror.disk import file
from flexapi.mirror.document import EditRefused, KeyTaken, ParseError, Path, PathNotFound
from flexapi.mirror.edits import validation, writing
from flexapi.mirror.edits.names import BadName
from flexapi.mirror.mirror import Problem
from flexapi.phrases import phrase


def validation_error(faults: list[validation.Fault], places: tuple[Path, ...]) -> ValidationError:
    """Return the 400 for what FlexGet refuses: `attr` is the place in the request's `config`.

    `places` is where in the config the request's value may go. What is wrong elsewhere has no
    `attr` in the request; its place is in the text.
    """
    details: dict[str, list[ErrorDetail]] = {}
    for fault in faults:
        at = next((place for place in places if fault.path[: len(place)] == place), None)
        if at is not None:
            attr = validation.dotted(("config", *fault.path[len(at) :]))
            message = fault.message
        else:
            attr = "non_field_errors"
            message = f"{validation.dotted(fault.path)}: {fault.message}"
        details.setdefault(attr, []).append(ErrorDetail(message, code="invalid_config"))
    return ValidationError(details)


def unusable(problem: Problem) -> Conflict:
    """Return the 409 for a file that can't be used now; line and column are in the text."""
    detail = problem.detail if problem.detail.endswith(".") else f"{problem.detail}."
    said = phrases.translated(detail, gettext)
    if mirror.current().revision:
        hint = gettext("Mend the file, or restore a revision.")
    else:
        hint = gettext("Mend the file.")
    return Conflict(f"{said} {hint}", code=f"config_{problem.code}")


@contextlib.contextmanager
def translated(*places: Path) -> Iterator[None]:
    """Turn what an edit of the value at one of the places raises into answers."""
    try:
        yield
    except validation.Invalid as error:
        raise validation_error(error.faults, places) from error
    except credentials.StillMasked as error:
        fault = validation.Fault(error.path, str(error))
        raise validation_error([fault], places) from error
    except ParseError as error:
        raise ValidationError({"config": [ErrorDetail(str(error), code="invalid_yaml")]}) from error
    except BadName as error:
        raise ValidationError({"name": [ErrorDetail(str(error), code="invalid")]}) from error
    except KeyTaken as error:
        raise Conflict(str(error), code="exists") from error
    except PathNotFound as error:
        raise NotFound(str(error)) from error
    except EditRefused as error:
        raise Conflict(str(error), code="edit_refused") from error
    except writing.Unusable as error:
        raise unusable(error.problem) from error
    except writing.KeepsChanging as error:
        raise Conflict(str(error)) from error
    except writing.WriteFailed as error:
        raise StorageFailed(str(error)) from error
    except EngineUnavailable as error:
        raise ServiceUnavailable(
            phrase("FlexGet can't check the config now. {problem}").format(problem=error)
        ) from error
    except file.LockBusy as error:
        raise ServiceUnavailable(phrase("Another process is writing the config.")) from error
