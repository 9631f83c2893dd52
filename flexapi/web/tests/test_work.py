"""Long work on the dashboard: it moves before one's eyes, whichever process does it."""

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from flexapi.testing.live import LiveServer


def note(server: LiveServer, age: float = 0, **fields: Any) -> None:
    """Note some work as another process does, `age` seconds ago."""
    now = datetime.now(UTC).replace(tzinfo=None)
    row: dict[str, Any] = {
        # Not one that the server does: it would end what it finds unfinished.
        "name": "counting",
        "what": "Counting the entries",
        "unit": "entries",
    }
    row |= {"total": 1_000_000, "waits_for": "", "error": ""}
    row |= {"started": f"{now - timedelta(seconds=30)}", **fields}
    row["updated"] = f"{now - timedelta(seconds=age)}"
    if "finished" in row:
        row["finished"] = f"{now}"
    path = server.folder / "data" / "flexapi.sqlite3"
    with contextlib.closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as database:
        database.execute(
            f"INSERT OR REPLACE INTO api_work ({', '.join(row)})"
            f" VALUES ({', '.join('?' * len(row))})",
            list(row.values()),
        )


def test_it_moves_and_ends(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "viewer")
    page = person.front()
    card = page.get_by_role("region", name="Long work")
    meter = card.get_by_role("progressbar", name="Counting the entries")
    expect(page.locator("#connection")).to_have_text("Live")
    expect(card).to_be_hidden()

    note(web_server, done=250_000)
    page.reload()
    expect(meter).to_have_attribute("aria-valuenow", "25")
    expect(card).to_contain_text("250,000 of 1,000,000 entries · about 1 min 30 s left")
    with web_server.client("viewer") as client:
        (work,) = client.get("/api/server").json()["object"]["work"]
    assert (work["state"], work["percent"]) == ("running", 25)

    note(web_server, done=500_000, waits_for="the end of the run that goes on")
    expect(meter).to_have_attribute("aria-valuenow", "50")
    expect(card).to_contain_text("waits for the end of the run that goes on")
    note(web_server, done=1_000_000, finished=True)
    expect(card.get_by_role("status")).to_have_text("done")
    expect(card).to_contain_text("1,000,000 entries · took 30 s")
    expect(meter).to_be_hidden()

    note(web_server, age=90, done=500_000)
    page.reload()
    expect(card.get_by_role("status")).to_have_text("cut off")
    note(web_server, age=900, done=500_000)
    page.reload()
    expect(page.locator("#connection")).to_have_text("Live")
    expect(card).to_be_hidden()
    assert not person.complaints
