"""`server/log/`: the lines of all runs, those that were stored and those that come."""

from collections.abc import AsyncGenerator
from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request

from executions.following.announcements import BOARD
from executions.following.follow import subscription
from flexapi.api.http.threads import run_sync

from .. import streams
from ..shapes import Refused
from .base import MOST, FlexGetView

# So many lines of the past at most.
LONGEST = 10_000

Place = tuple[int, int]


class Log(FlexGetView):
    """Stream lines: the last ones, with `search` those that have its words, then what is logged from now on."""

    needs = {"GET": "executions.view_execution"}

    def get(self, request: Request) -> HttpResponseBase:
        given = request.query_params.get("lines", "200")
        if not given.isascii() or not given.isdigit():
            raise Refused(400, "lines is a number from 0 on.")
        # Also where no line is asked for: a user who may not read the log gets no stream.
        past = self._last(min(int(given[:9]), LONGEST))
        return streams.answer(request, self._parts(past))

    async def _parts(self, past: list[dict[str, Any]]) -> AsyncGenerator[streams.Part]:
        for line in past:
            yield _shown(line)
        reached = max(map(_place, past), default=(0, 0))
        async with subscription(BOARD) as changes:
            while True:
                for line in await run_sync(self._after, reached):
                    reached = max(reached, _place(line))
                    yield _shown(line)
                # So that whoever reads knows that the connection stands.
                yield {}
                await changes.wait()

    def _last(self, number: int) -> list[dict[str, Any]]:
        """Return so many lines, the oldest first."""
        found: list[dict[str, Any]] = []
        query = {"limit": max(1, min(number, MOST))}
        while True:
            answer = self.ask("GET", "/api/log", query={**self._search, **query})
            found += answer.items
            if len(found) >= number or not answer.data["next"]:
                return found[:number][::-1]
            query["older_than"] = answer.data["next"].rpartition("older_than=")[2].partition("&")[0]

    def _after(self, reached: Place) -> list[dict[str, Any]]:
        """Return what was logged behind a place, the oldest first; of very many lines the last ones."""
        return [line for line in self._last(MOST) if _place(line) > reached]

    @property
    def _search(self) -> dict[str, str]:
        # The UI calls it `query`, which FlexGet does not know.
        given = self.request.query_params
        search = given.get("search") or given.get("query")
        return {"search": search} if search else {}


def _place(line: dict[str, Any]) -> Place:
    return (line["execution"], line["seq"])


def _shown(line: dict[str, Any]) -> streams.Part:
    return {
        "timestamp": streams.stamp(line["time"]),
        "log_level": line["level"],
        "plugin": line["plugin"],
        "task": line["task"],
        "message": line["message"],
    }
