"""What a changed password ends: Django ends the sessions of the user, this the tokens."""

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm

from flexapi.api.models import ApiToken


class TokenRevoker:
    """Revokes a user's tokens when the password is changed, wherever that is done; named in AUTH_PASSWORD_VALIDATORS.

    Django calls it for new passwords alone, and not where it stores the same one with another hash. With
    `user.keeps_tokens` the tokens stay.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Every password will do."""

    def password_changed(self, password: str, user: Any = None) -> None:
        """Revoke them."""
        if user is not None and user.pk is not None and not getattr(user, "keeps_tokens", False):
            ApiToken.objects.filter(user_id=user.pk).delete()

    def get_help_text(self) -> str:
        """Say so where the password is changed."""
        return "A new password ends the user's other sessions and revokes the API tokens."


class ChangeForm(PasswordChangeForm):
    """One's own password; one may know that one's tokens are in good hands."""

    keep_tokens = forms.BooleanField(
        required=False,
        label="Keep my API tokens",
        help_text="Otherwise programs that use one need a new one.",
    )

    def save(self, commit: bool = True) -> Any:
        """Store the password."""
        user: Any = self.user
        user.keeps_tokens = self.cleaned_data["keep_tokens"]
        return super().save(commit)
