"""A server on loopback that stands in for IMDb and TMDb where FlexGet looks up a movie."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import ClassVar

from flexapi.testing.json_service import JsonService

# A FlexGet plugin that has FlexGet find both where a file says, and nobody where there is none.
ELSEWHERE = """
from pathlib import Path
from flexget.components.imdb import utils
from flexget.components.tmdb import api_tmdb

tmdb_request = api_tmdb.tmdb_request
from_graphql = utils.ImdbParser._parse_from_graphql

def place():
    file = Path(__file__).with_name("movies.url")
    return file.read_text() if file.exists() else "http://127.0.0.1:9/"

def of_tmdb(endpoint, **params):
    api_tmdb.BASE_URL = f"{place()}3/"
    return tmdb_request(endpoint, **params)

def of_imdb(self):
    utils.IMDB_GRAPHQL_URL = f"{place()}graphql"
    from_graphql(self)

def no_page(url, **options):
    raise ConnectionError("no page of IMDb is asked for in tests")

api_tmdb.tmdb_request = of_tmdb
utils.ImdbParser._parse_from_graphql = of_imdb
utils.imdb_get = no_page
"""


class MovieServices(JsonService):
    """Knows Fight Club, at both; `silent` has IMDb answer nothing until `go_on` is set. `asked`: whether it was."""

    silent: ClassVar[bool] = False
    asked: ClassVar[threading.Event] = threading.Event()
    go_on: ClassVar[threading.Event] = threading.Event()

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.set()
        if self.silent:
            self.go_on.wait(30)
        known = query["variables"]["id"] == "tt0137523"
        title = {"titleText": {"text": "Fight Club"}, "releaseYear": {"year": 1999}}
        self.answer(200, {"data": {"title": title if known else None}})

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        movie = {"id": 550, "title": "Fight Club", "release_date": "1999-10-15"}
        if path == "/3/movie/550":
            self.answer(200, {**movie, "imdb_id": "tt0137523"})
        elif path == "/3/find/tt0137523":
            self.answer(200, {"movie_results": [movie]})
        elif path.startswith("/3/find/"):
            self.answer(200, {"movie_results": []})
        else:
            self.answer(404, {"status_message": "Not found."})


@contextmanager
def serving() -> Iterator[str]:
    """Serve, and give the URL that belongs into the plugin's file `movies.url`."""
    MovieServices.silent = False
    MovieServices.asked.clear()
    MovieServices.go_on.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), MovieServices) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        MovieServices.go_on.set()
        server.shutdown()
