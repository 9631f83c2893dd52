"""Raw errors in plain words."""

from typing import Any

import pytest

from executions.explaining import EXPLANATIONS, explained
from executions.models import Execution, Status

POOL = "a: Unable to download the RSS for task a (http://x/): HTTPConnectionPool(host='x', port=9): Max retries exceeded (Caused by NewConnectionError("
SAID = {
    f'{POOL}"[Errno 111] Connection refused"))': "refuses the connection",
    f'{POOL}"[Errno -2] Name or service not known"))': "can't be found",
    "a: HTTPSConnectionPool: Read timed out. (read timeout=30)": "too long",
    "a: ('Connection aborted.', RemoteDisconnected('Remote end closed'))": "broke the connection off",
    "a: SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired": "expired",
    "a: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate": "can't be trusted",
    "a: [SSL: WRONG_VERSION_NUMBER] wrong version number": "secure connection",
    "a: 401 Client Error: Unauthorized for url: http://x/": "login",
    "a: 403 Client Error: Forbidden for url: http://x/": "does not allow",
    "a: 404 Client Error: Not Found for url: http://x/": "nothing at that address",
    "a: 429 Client Error: Too Many Requests for url": "too often",
    "a: 503 Server Error: Service Unavailable for url": "fault of its own",
    "a: Invalid URL 'x': No scheme supplied": "no complete address",
    "a: Exceeded 30 redirects.": "in a circle",
    "a: Invalid RSS feed: not well-formed (invalid token)": "no feed",
    "a: Expecting value: line 1 column 1 (char 0)": "no JSON",
    "a: [Errno 28] No space left on device": "disk is full",
    "a: [Errno 13] Permission denied: '/x'": "may not read or write",
    "a: [Errno 2] No such file or directory: '/x'": "missing",
    "a: (sqlite3.OperationalError) database is locked": "in use",
    "a: No module named 'transmission_rpc'": "not installed",
    "a: transmission-rpc module version >=7.0.3,<8.0.0 required.": "not installed",
    "a: [Errno 101] Network is unreachable": "can't be reached",
    "a: BUG: Unhandled error in plugin rss: oh": "The plugin rss has a fault",
    "FlexGet's process was killed by signal 9 before the execution was over.": "memory",
}


@pytest.mark.parametrize("said", SAID, ids=str)
def test_what_is_common_is_explained(said: str) -> None:
    assert SAID[said] in (explained(said) or "")


def test_each_explanation_is_of_something() -> None:
    assert len({explained(said) for said in SAID}) == len(EXPLANATIONS)


def test_what_is_not_known_is_left_as_it_was_said() -> None:
    assert explained("a: The plugin says something of its own.") is None
    assert explained("") is None


def test_tasks_that_fail_alike_are_explained_once() -> None:
    assert explained("a: Connection refused\nb: Connection refused\nc: else") == explained(
        "a: Connection refused"
    )


@pytest.mark.django_db
def test_the_api_has_both(api: Any, viewer: Any) -> None:
    reason = "a: 404 Client Error: Not Found for url"
    execution = Execution.objects.create(tasks=["a"], status=Status.FAILED, abort_reason=reason)
    shown = api(viewer).get(f"/api/execution/{execution.pk}").json()["object"]
    assert shown["abort_reason"] == reason
    assert "Check it in a browser" in shown["explanation"]
