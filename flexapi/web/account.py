"""The page of one's own account."""

from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin

from flexapi.api.models import Scope
from flexapi.web import page_data
from flexapi.web.views import PageView


class AccountView(LoginRequiredMixin, PageView):
    """One's own tokens, and how the pages look in this browser; its script asks the API."""

    template_name = "web/account.html"
    permission_required = ()
    script = "web/js/account.js"

    def get_data(self) -> dict[str, Any]:
        """Where tokens are, and what they may be narrowed to."""
        chosen = self.request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        return {
            "endpoints": page_data.endpoints("tokens"),
            "scopes": Scope.choices,
            "languages": settings.LANGUAGES,
            "language": chosen if chosen in dict(settings.LANGUAGES) else "",
        }
