"""Yes and no in URLs: one grammar, whoever reads them."""

from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from flexapi.api.filters import YesNoFilterSet
from flexapi.api.parameters import YesNoField, flag
from tasks.models import Task

WORDS = {"true": True, "YES": True, "on": True, "1": True} | dict.fromkeys(
    ("false", "No", "off", "0"), False
)


class Parameters(serializers.Serializer[Any]):
    enabled = YesNoField(required=False)


class Filters(YesNoFilterSet):
    class Meta:
        model = Task
        fields = ("enabled",)


def by_flag(given: str) -> bool:
    return flag(Request(RequestFactory().get("/", {"enabled": given})), "enabled")


def by_serializer(given: str) -> bool:
    parameters = Parameters(data={"enabled": given})
    parameters.is_valid(raise_exception=True)
    return bool(parameters.validated_data["enabled"])


def by_filter(given: str) -> bool:
    form = Filters({"enabled": given}, Task.objects.all()).form
    if not form.is_valid():
        raise ValidationError(form.errors)
    return bool(form.cleaned_data["enabled"])


@pytest.mark.parametrize("read", [by_flag, by_serializer, by_filter])
def test_all_take_the_same_words(read: Any) -> None:
    assert {word: read(word) for word in WORDS} == WORDS
    for word in ("perhaps", "2", "t", "null", " true"):
        with pytest.raises(ValidationError, match="This must be true or false"):
            read(word)


def test_a_switch_needs_no_value() -> None:
    request = Request(RequestFactory().get("/?stream"))
    assert flag(request, "stream", bare=True) is True
    with pytest.raises(ValidationError):
        flag(request, "stream")


def test_what_is_not_there_is_the_default() -> None:
    request = Request(RequestFactory().get("/"))
    assert flag(request, "x") is False
    assert flag(request, "x", default=True) is True


@pytest.mark.django_db
def test_a_list_refuses_what_it_does_not_know(api: Any, viewer: Any) -> None:
    assert api(viewer).get("/api/tasks?enabled=yes&name=x").status_code == 200
    refused = api(viewer).get("/api/tasks?enabled=perhaps")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["attr"] == "enabled"
