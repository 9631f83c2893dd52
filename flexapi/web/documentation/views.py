"""The documentation's pages, for everybody who may log in."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, gettext_noop

from flexapi.web.documentation import pages
from flexapi.web.views import PageView

LACKING = gettext_noop("This FlexAPI came without its documentation; its sources have it in docs/.")


class DocumentationView(LoginRequiredMixin, PageView):
    """One page, or its index; `?q=` searches all of them."""

    template_name = "web/documentation.html"
    permission_required = ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Find the page, or the words."""
        name = kwargs.get("page", pages.INDEX)
        words = self.request.GET.get("q", "").strip()
        try:
            document = pages.page(name)
            hits = pages.search(words)
        except pages.NotInstalled:
            raise Http404(gettext(LACKING)) from None
        except FileNotFoundError:
            raise Http404(
                gettext("The documentation has no page {name}.").format(name=name)
            ) from None
        return super().get_context_data(
            **kwargs,
            document=document,
            # Nobody but its authors writes it.
            html=mark_safe(document.html),  # noqa: S308
            sections=[section for section in document.sections if section.level == 2],
            is_index=name == pages.INDEX,
            words=words,
            hits=hits,
        )
