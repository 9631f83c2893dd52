from django.contrib import admin
from django.http import HttpRequest

from flexapi.api.models import ApiToken


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Everybody's tokens: who has which, how long, last used when; deleting one revokes it.

    A token is made by the API or `manage.py create_token`, where its owner can be shown the secret.
    """

    list_display = ("name", "user", "created", "expiry", "last_used")
    list_select_related = ("user",)
    list_filter = ("user",)
    search_fields = ("name", "user__username")
    fields = ("name", "user", "created", "expiry", "last_used")
    readonly_fields = ("user", "created", "last_used")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
