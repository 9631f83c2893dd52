"""API tokens in the admin: made, looked at and revoked; the secret is shown once."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from flexapi.api.accounts import lifetimes
from flexapi.api.models import ApiToken

_CHOICES = [("" if days is None else str(days), text) for days, text in lifetimes.OFFERED]


class NewTokenForm(forms.ModelForm):
    """Whose token, what for, and for how long."""

    lifetime = forms.ChoiceField(
        choices=_CHOICES, initial=str(lifetimes.default().days), required=False
    )

    class Meta:
        model = ApiToken
        fields = ("user", "name")

    def expiry(self) -> timedelta | None:
        """How long the token is to live; None is for ever."""
        days = self.cleaned_data["lifetime"]
        return timedelta(days=int(days)) if days else None


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens. Who is no superuser has to do with their own alone."""

    form = NewTokenForm
    list_display = ("__str__", "user", "created", "expiry", "last_used")
    list_filter = ("user", "expiry")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    readonly_fields = ("created", "expiry", "last_used")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """All tokens for superusers, their own for others."""
        tokens = super().get_queryset(request)
        return tokens if _is_superuser(request) else tokens.filter(user=cast(User, request.user))

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        """The form's fields for a new one, what is known of an existing one."""
        if obj is None:
            return ("user", "name", "lifetime")
        return ("user", "name", *self.readonly_fields)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """One makes tokens for oneself, mostly."""
        return {"user": request.user.pk}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer superusers every user, others themselves: a token is as good as its user's password."""
        users = User.objects.filter(is_active=True)
        own = users.filter(username=request.user.get_username())
        kwargs["queryset"] = users if _is_superuser(request) else own
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A token is made and revoked, never changed."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        """Make the token, and keep its secret until the answer is written."""
        made, secret = ApiToken.objects.create(user=obj.user, name=obj.name, expiry=form.expiry())
        obj.__dict__.update(made.__dict__, secret=secret)

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret in the answer itself: stored nowhere, not even in a message."""
        context = {
            **self.admin_site.each_context(request),
            "title": "A new token",
            "opts": self.opts,
            "token": obj,
            "secret": obj.__dict__["secret"],
        }
        return TemplateResponse(
            request,
            "admin/api/apitoken/created.html",
            context,
            headers={"Cache-Control": "no-store"},
        )


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))
