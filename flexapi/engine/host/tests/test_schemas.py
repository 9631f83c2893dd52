"""FlexGet complains of the same, whether references of its schemas are kept or resolved each time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flexapi.engine.client import Engine, EngineError
from flexapi.testing.config_file import CORPUS

# Every so many: FlexGet itself needs half a minute for some.
STEP = 10


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    config = tmp_path_factory.mktemp("flexget") / "config.yml"
    config.write_text("tasks: {}\n")
    engine = Engine(config, methods={"own": "flexapi.engine.host.tests.plain_check"})
    engine.start()
    yield engine
    engine.stop()


def answer(engine: Engine, method: str, text: str) -> object:
    try:
        return engine.call(method, {"text": text}, timeout=60)
    except EngineError as error:
        return str(error)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real configs is not here")
@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.yml"))[3::STEP], ids=lambda path: path.stem)
def test_complaints_about_real_configs_are_the_same(engine: Engine, path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    assert answer(engine, "validate", text) == answer(engine, "own.validate", text)


def test_a_schema_that_changes_is_taken(engine: Engine) -> None:
    text = "tasks: {tv: {accept_all: maybe}}"
    (complaint,) = engine.call("validate", {"text": text})
    assert complaint["path"] == ["tasks", "tv", "accept_all"]
    change = {"plugin": "accept_all", "schema": {"enum": ["maybe"]}}
    engine.call("own.change_schema", change)
    assert engine.call("validate", {"text": text}) == []
