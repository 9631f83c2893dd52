"""The registry of what apps bring: a name is given once, and what a plugin brought can be taken out."""

from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from flexapi import registry
from flexapi.metrics import Collectors
from flexapi.registry import Registry, bringing


@pytest.fixture
def colours(monkeypatch: pytest.MonkeyPatch) -> Registry[str, int]:
    monkeypatch.setattr(registry, "_registries", [])
    return Registry("colour")


def test_it_is_a_mapping_in_the_order_of_adding(colours: Registry[str, int]) -> None:
    colours.add("red", 1)
    colours.add("blue", 2)
    assert (list(colours), dict(colours), colours["red"]) == (
        ["red", "blue"],
        {"red": 1, "blue": 2},
        1,
    )
    assert "green" not in colours
    assert repr(colours) == "<Registry of each colour: red, blue>"


def test_a_name_is_given_once(colours: Registry[str, int]) -> None:
    colours.add("red", 1)
    colours.add("red", 1)
    with pytest.raises(ValueError, match="There is a colour named red already"):
        colours.add("red", 2)
    with bringing("plugin"), pytest.raises(ValueError, match="red"):
        colours.add("red", 3)
    assert dict(colours) == {"red": 1}


def test_what_a_plugin_brought_can_be_forgotten(colours: Registry[str, int]) -> None:
    sizes: Registry[str, int] = Registry("size")
    colours.add("red", 1)
    with bringing("one"):
        colours.add("blue", 2)
        sizes.add("big", 10)
    with bringing("two"):
        colours.add("green", 3)
    assert colours.brought_by("one") == ["blue"]
    registry.forget("one")
    assert (dict(colours), dict(sizes)) == ({"red": 1, "green": 3}, {})


def test_no_plugin_keeps_flexapi_from_its_own(
    colours: Registry[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    with bringing("plugin"):
        colours.add("red", 1)
    colours.add("red", 2)
    assert dict(colours) == {"red": 2}
    assert "The plugin plugin can't have a colour named red." in caplog.text
    registry.forget("plugin")
    assert dict(colours) == {"red": 2}


def test_a_collector_that_is_taken_out_is_not_asked_any_more() -> None:
    class Figures(Collector):
        def collect(self) -> Iterator[Metric]:
            yield Metric("a", "A figure.", "gauge")

    collectors = Collectors("collector", CollectorRegistry())
    figures = Figures()
    collectors.add("figures", figures)
    collectors.add("figures", figures)
    assert [metric.name for metric in collectors.target.collect()] == ["a"]
    collectors.remove("figures")
    assert list(collectors.target.collect()) == []
