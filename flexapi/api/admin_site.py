"""The admin site: its lists are filtered by what each of them declares, and by nothing else.

Django's own takes every field of a list's model as a filter, with every lookup and every key of a JSON field: who may look at a
list could ask for `?config__deluge__password__startswith=a`, letter after letter.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.filters import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext

# What Django's filters of the column beside a list ask for, behind the name of a field.
_LOOKUPS = ("", "__exact", "__isnull", "__isempty", "__gte", "__lt")
_PARTS_OF_A_DATE = ("__year", "__month", "__day")
# The greatest whole number that SQLite and PostgreSQL hold.
_GREATEST = 2**63 - 1


class FlexapiAdminConfig(AdminConfig):
    """Django's admin with our site."""

    default_site = "flexapi.api.admin_site.Site"


class Declared:
    """For a list in the admin that may be filtered by its `list_filter` and `date_hierarchy` only."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Whether the list declares this filter. Raises IncorrectLookupParameters for a value that none can have."""
        if lookup not in set(_declared(self, request)):
            return False
        if "\0" in value or (value.lstrip("-").isdigit() and abs(int(value[:30])) > _GREATEST):
            raise IncorrectLookupParameters(
                gettext("{value!r} is not a value of {field}.").format(value=value, field=lookup)
            )
        return True

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as Django does; nothing has a NUL in it, which PostgreSQL would stumble over."""
        if "\0" in search_term:
            return queryset.none(), False
        found: tuple[QuerySet[Any], bool] = super().get_search_results(  # type: ignore[misc]
            request, queryset, search_term
        )
        return found


def _declared(page: Any, request: HttpRequest | None) -> Iterator[str]:
    if page.date_hierarchy:
        yield from (page.date_hierarchy + part for part in (*_LOOKUPS, *_PARTS_OF_A_DATE))
    for item in page.get_list_filter(request):
        if isinstance(item, type) and issubclass(item, SimpleListFilter):
            yield str(item.parameter_name)
            continue
        name = item[0] if isinstance(item, list | tuple) else item
        yield from (f"{name}{lookup}" for lookup in _LOOKUPS)
        field: Any = get_fields_from_path(page.model, name)[-1]
        if field.is_relation:
            yield f"{name}__{field.target_field.name}__exact"


class Site(admin.AdminSite):
    """Django's site; every list that is registered is a declared one, those of Django and of plugins included."""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register as Django does."""
        base = admin_class or admin.ModelAdmin
        if not issubclass(base, Declared):
            base = type(base.__name__, (Declared, base), {"__module__": base.__module__})
        super().register(model_or_iterable, base, **options)
