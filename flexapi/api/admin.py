"""Users, roles and API tokens in the admin; a token's secret is shown once."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from flexapi.api.accounts import lifetimes
from flexapi.api.accounts.narrowing import valid_network
from flexapi.api.models import ApiToken, Scope

_CHOICES = [("" if days is None else str(days), text) for days, text in lifetimes.OFFERED]


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Users: roles are boxes to tick, for there are few; what the server notes is read only."""

    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Boxes for the roles; Django's own control has two lists, which a phone has no room for."""
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field and db_field.name == "groups":
            field.help_text = gettext("Viewer reads, operator runs as well, editor edits as well.")
        return field


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """Groups, with all their permissions in one list."""

    filter_horizontal = ()


class NewTokenForm(forms.ModelForm):
    """Whose token, what for, and for how long."""

    lifetime = forms.ChoiceField(
        choices=_CHOICES, initial=str(lifetimes.default().days), required=False
    )

    scope = forms.ChoiceField(choices=Scope.choices, initial=Scope.ALL, required=False)

    class Meta:
        model = ApiToken
        fields = ("user", "name", "scope", "tasks", "addresses")

    def clean_scope(self) -> str:
        """All that its user may, unless somebody says otherwise."""
        return self.cleaned_data["scope"] or Scope.ALL

    def clean_addresses(self) -> str:
        """Store them as networks."""
        lines = self.cleaned_data["addresses"].split()
        return "\n".join(valid_network(line) for line in lines)

    def clean(self) -> dict[str, Any]:
        """Tasks go with the scope `run`, which is nothing without them."""
        cleaned = super().clean() or {}
        lines = [" ".join(line.split()) for line in cleaned.get("tasks", "").splitlines()]
        cleaned["tasks"] = "\n".join(line for line in lines if line)
        runs = cleaned.get("scope") == Scope.RUN
        if runs != bool(cleaned["tasks"]):
            what = (
                gettext("Name the tasks, or *.")
                if runs
                else gettext("Only a token to run tasks names them.")
            )
            self.add_error("tasks", what)
        return cleaned

    def expiry(self) -> timedelta | None:
        """How long the token is to live; None is for ever."""
        days = self.cleaned_data["lifetime"]
        return timedelta(days=int(days)) if days else None


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens. Who is no superuser has to do with their own alone."""

    form = NewTokenForm
    list_display = ("__str__", "user", "scope", "created", "expiry", "last_used")
    list_filter = ("user", "scope", "expiry")
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
            return ("user", "name", "lifetime", "scope", "tasks", "addresses")
        return ("user", "name", "scope", "tasks", "addresses", *self.readonly_fields)

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
        given = {name: getattr(obj, name) for name in NewTokenForm.Meta.fields}
        made, secret = ApiToken.objects.create(expiry=form.expiry(), **given)
        obj.__dict__.update(made.__dict__, secret=secret)

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret in the answer itself: stored nowhere, not even in a message."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("A new token"),
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
