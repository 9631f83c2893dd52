"""What becomes of a call: from the sender's request to an execution or to movies in the queue."""

import glob
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import translation
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    ErrorDetail,
    PermissionDenied,
    Throttled,
    ValidationError,
)
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from executions import requests
from executions.models import Execution
from executions.queues import SeveralQueues
from executions.views import request_schema
from flexapi.api.errors import BodyTooLarge, Conflict
from flexapi.mirror import credentials, mirror
from flexapi.phrases import phrase
from flexapi.text import storable, storable_all
from hooks import mapping, senders, shells
from hooks.models import Hook, HookCall, Target
from movie_queue.models import AlreadyGrabbed, AlreadyQueued
from movie_queue.serializers import QueuedMovieSerializer

User = AbstractBaseUser | AnonymousUser | None
# Headers that are kept of a call, and letters of each.
MOST_HEADERS = 60
LONGEST_HEADER = 500
# What shows who somebody is; `credentials` knows others by their names.
SECRET_HEADERS = ("authorization", "cookie", "x-api-key", "x-hub-signature", "x-hub-signature-256")
# A stranger isn't told which hooks there are; what was wrong stands in the call.
TOO_LONG = phrase("The body has {count} bytes; {max_bytes} are taken.")
NO_JSON = phrase("The body of this call isn't JSON, so nothing can come of it.")
OFF = phrase("The hook {name} is off.")
NO_TASK = phrase("The config has no enabled task {task}. Name another in the hook {name}.")
EMPTY = phrase("`{path}` is empty.")
NOT_LET_IN = phrase(
    "There is no hook of this name, or this isn't what it asks for: its secret, signature or token. FlexAPI's page of hooks "
    "lists the call and says what was wrong."
)

Outcome = HookCall.Outcome


@dataclass(slots=True)
class Done:
    """What came of a body: an execution, movies, or nothing, for a reason."""

    entries: int = 0
    execution: int | None = None
    reason: str = ""


# What is kept of a call is read later, in whichever language.
@translation.override(settings.LANGUAGE_CODE)
def receive(name: str, request: Request) -> HookCall:
    """Take what a sender posts to the hook of this name: the call as it is kept, accepted or ignored.

    One that isn't taken is kept as well, and raises AuthenticationFailed, PermissionDenied, Throttled, BodyTooLarge,
    ParseError, ValidationError, Conflict or ServiceUnavailable.
    """
    hook = Hook.objects.filter(name=name).first()
    if hook is None:
        senders.brake_strangers(request)
        raise AuthenticationFailed(NOT_LET_IN)
    call = HookCall(
        hook=hook,
        address=BaseThrottle().get_ident(request) or "",
        headers=_kept_headers(request.headers.items()),
    )
    body = request.body
    try:
        user = senders.check(hook, request, body)
        senders.brake(hook, request)
    except (AuthenticationFailed, PermissionDenied, Throttled) as error:
        if not isinstance(error, Throttled):
            senders.brake_strangers(request)
        _keep(call, Outcome.DENIED, error.status_code, _told(error))
        if isinstance(error, AuthenticationFailed):
            raise AuthenticationFailed(NOT_LET_IN) from error
        raise
    call.body = storable(body[: hook.max_bytes].decode("utf-8", "replace"))
    try:
        if len(body) > hook.max_bytes:
            raise BodyTooLarge(TOO_LONG.format(count=len(body), max_bytes=hook.max_bytes))
        done = act(hook, request.data, user)
    except APIException as error:
        _keep(call, Outcome.REFUSED, error.status_code, _told(error))
        raise
    return _keep_done(call, done)


@translation.override(settings.LANGUAGE_CODE)
def repeat(call: HookCall, user: User) -> HookCall:
    """Do with a kept body what its hook says now, on behalf of a user; the new call. Raises as `receive` does."""
    try:
        body = json.loads(call.body)
    except ValueError as error:
        raise Conflict(NO_JSON) from error
    again = HookCall(hook=call.hook, headers=call.headers, body=call.body, repeat_of=call.pk)
    try:
        done = act(call.hook, body, user)
    except APIException as error:
        _keep(again, Outcome.REFUSED, error.status_code, _told(error))
        raise
    return _keep_done(again, done)


def attempt(hook: Hook, body: Any) -> dict[str, Any]:
    """Return what a body would bring, and run nothing: `{"unmet", "entries", "movies"}`. Raises ValidationError."""
    unmet = mapping.unmet(hook.mapping, body)
    found = [] if unmet is not None else _read(hook, body)
    is_task = hook.target == Target.TASK
    return {
        "unmet": unmet,
        "entries": found if is_task else [],
        "movies": [] if is_task else found,
    }


def act(hook: Hook, body: Any, user: User) -> Done:
    """Do what a hook is for. Raises Conflict, ValidationError, PermissionDenied, ServiceUnavailable."""
    if not hook.enabled:
        raise Conflict(OFF.format(name=hook.name), code="off")
    unmet = mapping.unmet(hook.mapping, body)
    if unmet is not None:
        return Done(reason=unmet)
    found = _read(hook, body)
    if not found:
        return Done(reason=EMPTY.format(path=hook.entries))
    return _run(hook, found, user) if hook.target == Target.TASK else _queue(found, user)


def _read(hook: Hook, body: Any) -> list[dict[str, Any]]:
    read = mapping.entries if hook.target == Target.TASK else mapping.movies
    try:
        return storable_all(read(hook.mapping, body))  # type: ignore[no-any-return]
    except mapping.Unfit as error:
        raise ValidationError({error.attr: [ErrorDetail(str(error), "unfit")]}) from error


def _run(hook: Hook, entries: list[dict[str, Any]], user: User) -> Done:
    problem = mirror.refresh()
    names = mirror.task_names()
    if problem is None and hook.task not in names:
        raise Conflict(NO_TASK.format(task=repr(hook.task), name=hook.name), code="unknown_task")
    injected = [{**entry, "accept": True} for entry in entries] if hook.accept else entries
    tasks, options = [glob.escape(hook.task)], {"inject": injected, "now": True}
    try:
        shells.check(hook.task, entries)
    except shells.Unsafe as error:
        raise Conflict(str(error), code="exec_unescaped") from error
    requests.check({"tasks": tasks, **options}, request_schema(), names, problem)
    try:
        execution = Execution.objects.enqueue(tasks, options, requested_by=user, hook=hook.name)
    except SeveralQueues as error:
        raise Conflict(str(error), code="several_queues") from error
    return Done(len(entries), execution=execution.pk)


def _queue(movies: list[dict[str, Any]], user: User) -> Done:
    """Queue movies; one that is queued already, or was grabbed, is no fault of the sender's."""
    serializers = [QueuedMovieSerializer(data=movie) for movie in movies]
    for serializer in serializers:
        serializer.is_valid(raise_exception=True)
    queued, reasons = 0, []
    for serializer in serializers:
        try:
            serializer.save(requested_by=user)
        except (AlreadyQueued, AlreadyGrabbed) as error:
            reasons.append(str(error))
        else:
            queued += 1
    return Done(queued, reason=" ".join(reasons[:10]))


def _keep_done(call: HookCall, done: Done) -> HookCall:
    call.entries, call.execution = done.entries, done.execution
    outcome = Outcome.ACCEPTED if done.entries else Outcome.IGNORED
    return _keep(call, outcome, 201 if done.entries else 200, done.reason)


def _keep(call: HookCall, outcome: HookCall.Outcome, status: int, reason: str) -> HookCall:
    call.outcome, call.status, call.reason = outcome, status, storable(reason)
    call.save()
    HookCall.objects.prune(settings.HOOK_CALLS, settings.HOOK_CALL_DAYS, call.hook)
    return call


def _told(error: APIException) -> str:
    """Return an error in one line, with the places of what is wrong."""
    return "; ".join(_lines(error.detail, ()))


def _lines(detail: Any, path: tuple[str, ...]) -> Iterable[str]:
    if isinstance(detail, dict):
        for name, below in detail.items():
            yield from _lines(below, (*path, str(name)))
    elif isinstance(detail, list):
        for below in detail:
            yield from _lines(below, path)
    else:
        yield f"{'.'.join(path)}: {detail}" if path else str(detail)


def _kept_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {
        storable(name): credentials.MASK if _is_secret(name) else storable(value[:LONGEST_HEADER])
        for name, value in list(headers)[:MOST_HEADERS]
    }


def _is_secret(name: str) -> bool:
    return name.lower() in SECRET_HEADERS or credentials.is_credential(name)
