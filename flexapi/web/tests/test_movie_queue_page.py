"""The movie queue from a phone: adding, what is in the way, changing, removing, and who may."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from flexapi.testing.browser import PHONE
from flexapi.testing.live import LiveServer
from flexapi.testing.movie_services import MovieServices, serving
from flexapi.web.tests.conftest import remove_all

QUEUE = "/api/movie_queue"
# The browser reports each refusal, expected or not.
CONFLICT = "status of 409"


@pytest.fixture(autouse=True)
def _empty_queue(web_server: LiveServer) -> Iterator[None]:
    """Leave no movie behind."""
    yield
    remove_all(web_server, QUEUE, f"{QUEUE}/grabbed")


@pytest.fixture
def services(web_server: LiveServer) -> Iterator[type[MovieServices]]:
    """IMDb and TMDb, as FlexGet finds them."""
    file = web_server.home.folder / "plugins" / "movies.url"
    with serving() as url:
        file.write_text(url)
        yield MovieServices
    file.unlink()


def queued(server: LiveServer, *movies: dict[str, Any]) -> list[dict[str, Any]]:
    """Queue movies, then return the whole queue."""
    with server.client() as client:
        for movie in movies:
            client.post(QUEUE, json=movie).raise_for_status()
        items: list[dict[str, Any]] = client.get(QUEUE).json()["items"]
        return items


def page_of(person: Any, path: str = "/movie_queue/") -> Any:
    person.page.goto(path)
    expect(person.page.locator("#connection")).to_have_text("Live")
    return person.page


def test_added_from_a_phone_changed_and_removed(web_server: LiveServer, people: Any) -> None:
    person = people(web_server, "operator", viewport=PHONE, has_touch=True)
    page = page_of(person)
    expect(page.locator("#movies")).to_contain_text("No movie is wanted.")

    page.get_by_role("button", name="Add a movie").click()
    dialog = page.get_by_role("dialog")
    paste = dialog.get_by_label("Paste a link")
    paste.fill("https://example.org/a-page")
    expect(dialog).to_contain_text("This names no movie of IMDb or TMDb.")
    # A bare link has no title, and nobody can be asked: it is written where it goes, and the id is kept.
    paste.fill("https://www.imdb.com/title/tt0137523/")
    expect(dialog.locator("#field-title-fault")).to_contain_text("Write its title here.")
    expect(dialog.get_by_label("IMDb id")).to_have_value("tt0137523")
    dialog.get_by_label("Title").fill("F")
    expect(dialog.locator("#field-title-fault")).to_be_hidden()
    dialog.get_by_label("Title").fill("")
    paste.fill("https://www.themoviedb.org/movie/550-fight-club?language=de-DE")
    expect(dialog.get_by_label("Title")).to_have_value("Fight Club")
    expect(dialog.get_by_label("TMDb id")).to_have_value("550")
    paste.fill("Fight Club (1999) https://m.imdb.com/title/tt0137523/?ref_=ext_shr")
    dialog.get_by_label("Quality").fill("720x")
    assert dialog.evaluate("(element) => element.scrollWidth <= element.clientWidth")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog).to_contain_text("FlexGet does not know this quality")
    expect(dialog.get_by_label("Quality")).to_be_focused()
    dialog.get_by_label("Quality").fill("1080p bluray|webdl")
    dialog.get_by_role("button", name="Add").click()
    row = page.locator("li.movie")
    expect(row).to_contain_text("Fight Club (1999)")
    expect(row).to_contain_text("1080p bluray|webdl")
    expect(row).to_contain_text(re.compile(r"operator, (now|\d+ s ago)"))
    (movie,) = queued(web_server)
    assert (movie["imdb_id"], movie["tmdb_id"], movie["year"]) == ("tt0137523", 550, 1999)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    page.get_by_role("button", name="Edit Fight Club").click()
    dialog.get_by_label("Queue").fill("kids")
    dialog.get_by_label("TMDb id").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("kids")
    (changed,) = queued(web_server)
    assert changed == movie | {"queue_name": "kids", "tmdb_id": None}

    page.get_by_role("button", name="Remove Fight Club").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.locator("#movies")).to_contain_text("No movie is wanted")
    assert queued(web_server) == []
    expected = re.compile("status of (400|503)")
    assert [text for text in person.complaints if not expected.search(text)] == []
    assert person.foreign == []


def test_a_bare_link_is_looked_up(
    web_server: LiveServer, people: Any, services: type[MovieServices]
) -> None:
    person = people(web_server, "operator", viewport=PHONE, has_touch=True)
    page = page_of(person)
    page.get_by_role("button", name="Add a movie").click()
    dialog = page.get_by_role("dialog")
    paste, title = dialog.get_by_label("Paste a link"), dialog.get_by_label("Title")
    paste.fill("https://www.themoviedb.org/movie/550")
    expect(title).to_have_value("Fight Club")
    expect(dialog.get_by_label("Year")).to_have_value("1999")
    expect(dialog.get_by_label("IMDb id")).to_have_value("tt0137523")

    # Who writes a title meanwhile keeps it.
    for label in ("Title", "Year", "IMDb id", "TMDb id"):
        dialog.get_by_label(label).fill("")
    services.silent = True
    paste.fill("https://www.imdb.com/title/tt0137523/")
    expect(dialog).to_contain_text("Looking up the title…")
    title.fill("The first rule")
    expect(dialog).not_to_contain_text("Looking up")
    with page.expect_response("**/api/movie_queue/lookup"):
        services.go_on.set()
    dialog.get_by_role("button", name="Add").click()
    expect(page.locator("li.movie")).to_contain_text("The first rule")
    assert person.complaints == []


def test_a_duplicate_leads_to_its_twin(web_server: LiveServer, people: Any) -> None:
    other = {"title": "Akira", "queue_name": "anime"}
    twin, _ = queued(web_server, {"title": "Fight Club", "imdb_id": "tt0137523"}, other)
    person = people(web_server, "operator")
    page = page_of(person)
    page.get_by_role("button", name="Add a movie").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Queue")).to_have_value("default")
    dialog.get_by_label("Title").fill("Another name")
    dialog.get_by_label("IMDb id").fill("tt0137523")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert").first).to_contain_text("It is in the queue already:")
    dialog.get_by_role("link", name="Fight Club").click()
    expect(page.locator("li.movie.marked")).to_have_id(f"movie-{twin['id']}")
    assert len(queued(web_server)) == 2
    assert [text for text in person.complaints if CONFLICT not in text] == []


def test_what_was_grabbed_leads_to_the_history_or_is_queued_again(
    web_server: LiveServer, people: Any
) -> None:
    queued(web_server, {"title": "Sintel", "year": 2010, "queue_name": "grabs"})
    person = people(web_server, "operator")
    page = page_of(person)
    expect(page.locator("li.movie")).to_have_count(1)
    run = web_server.run(tasks=["grab"])["id"]
    # The page hears of the run by itself.
    expect(page.locator("#movies")).to_contain_text("No movie is wanted")
    grabbed = page.locator("li.grabbed")
    expect(grabbed).to_contain_text("Sintel (2010)")
    link = grabbed.get_by_role("link", name="Sintel.2010.1080p")
    assert link.get_attribute("href") == f"/executions/{run}/"

    page.get_by_role("button", name="Add a movie").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Sintel (2010)")
    dialog.get_by_label("Queue").fill("grabs")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog).to_contain_text("It was grabbed before: Sintel.2010.1080p by the task grab")
    other = person.open()
    other.goto(dialog.get_by_role("link", name="Sintel.2010.1080p").get_attribute("href"))
    expect(other.locator("tr.marked")).to_contain_text("Sintel.2010.1080p")
    dialog.get_by_role("button", name="Queue it again").click()
    expect(page.locator("li.movie")).to_contain_text("Sintel (2010)")

    page.get_by_role("button", name="Remove Sintel").click()
    dialog.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Queue Sintel (2010) again").click()
    dialog.get_by_label("Quality").fill("2160p")
    dialog.get_by_role("button", name="Add").click()
    expect(page.locator("li.movie")).to_contain_text("2160p")
    assert [text for text in person.complaints if CONFLICT not in text] == []


def test_searching_and_paging(web_server: LiveServer, people: Any) -> None:
    web_server.manage(
        "shell",
        "--verbosity=0",
        "-c",
        "from movie_queue.models import QueuedMovie\n"
        "for number in range(101):\n"
        "    QueuedMovie(title=f'Movie {number}', queue_name=['default', 'kids'][number % 2]).save()\n",
    )
    page = page_of(people(web_server, "viewer"))
    expect(page.locator("#count")).to_have_text("101 movies")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".pages")).to_contain_text("Page 2 of 3")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".pages")).to_contain_text("Page 3 of 3")
    expect(page.locator("li.movie b")).to_have_text(["Movie 0"])
    page.reload()
    expect(page.locator(".pages")).to_contain_text("Page 3 of 3")
    page.locator("#queue").select_option("kids")
    expect(page.locator("#count")).to_have_text("50 movies")
    page.get_by_label("Find a movie").fill("movie 99")
    expect(page.locator("li.movie")).to_have_count(1)
    assert page.url.endswith("?search=movie+99&queue_name=kids")
    # A page that is not there any more is the last one that is.
    page.goto("/movie_queue/?offset=500")
    expect(page.locator(".pages")).to_contain_text("Page 3 of 3")
    page.get_by_label("Find a movie").fill("nothing like it")
    expect(page.locator("#movies")).to_contain_text("No movies match these filters.")
