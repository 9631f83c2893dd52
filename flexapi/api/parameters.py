"""Parameters of URLs that are a yes or a no: everywhere the same words, in any case."""

from typing import Any

import django_filters
from django import forms
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from flexapi.phrases import phrase

NEITHER = phrase("This must be true or false.")
_WORDS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


def yes_or_no(name: str, given: str, *, bare: bool = False) -> bool:
    """Return what the parameter `name` says; with `bare`, one without a value (`?stream`) is a yes.

    Raises ValidationError where it is neither.
    """
    if bare and not given:
        return True
    try:
        return _WORDS[given.lower()]
    except KeyError:
        raise ValidationError({name: [ErrorDetail(NEITHER, code="invalid")]}) from None


def flag(request: Request, name: str, default: bool = False, *, bare: bool = False) -> bool:
    """Return a yes or no of the URL, `default` where it isn't there; `bare` as for `yes_or_no`.

    Raises ValidationError.
    """
    given = request.query_params.get(name)
    return default if given is None else yes_or_no(name, given, bare=bare)


class YesNoField(serializers.BooleanField):
    """For serializers of parameters."""

    def to_internal_value(self, data: Any) -> bool:
        """Return what was given. Raises ValidationError."""
        try:
            return _WORDS[str(data).lower()]
        except KeyError:
            raise serializers.ValidationError(NEITHER, code="invalid") from None


class _YesNoFormField(forms.Field):
    def to_python(self, value: str | None) -> bool | None:
        try:
            return _WORDS[value.lower()] if value else None
        except KeyError:
            raise forms.ValidationError(NEITHER, code="invalid") from None


class YesNoFilter(django_filters.BooleanFilter):
    """For lists; django-filter's own takes what it does not know for nothing that was asked."""

    field_class = _YesNoFormField
