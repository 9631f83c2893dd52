"""The filters of calls."""

import django_filters

from hooks.models import HookCall


class HookCallFilter(django_filters.FilterSet):
    """`?hook=` a name, `?outcome=`, `?execution=`."""

    hook = django_filters.CharFilter(field_name="hook__name")

    class Meta:
        model = HookCall
        fields = ("outcome", "execution")
