"""The pages of what FlexGet knows: each shows a table of its database, and its script asks the API."""

from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext_lazy

from flexapi.web import page_data
from flexapi.web.views import PageView
from flexget_state import models
from series.models import Show


class KnownView(PageView):
    """A page of one table. `model` is what permissions on the table are given on; `prefixes` name its endpoints."""

    model: ClassVar[type[Model]]
    prefixes: ClassVar[tuple[str, ...]]
    actions: ClassVar[tuple[str, ...]] = ("add", "change", "delete")

    def get_permission_required(self) -> tuple[str, ...]:
        """Whoever may see the table."""
        return ("executions.view_execution", self.permission("view"))

    def get_data(self) -> dict[str, Any]:
        """Where the table is read, and what the user may do with it."""
        endpoints = page_data.endpoints(*self.prefixes)
        return {"endpoints": endpoints, "may": self.may(self.request.user)}

    @classmethod
    def may(cls, user: Any) -> dict[str, bool]:
        """What the user may do with the table: `{"add", "change", "delete"}`."""
        return {action: user.has_perm(cls.permission(action)) for action in cls.actions}

    @classmethod
    def permission(cls, action: str) -> str:
        """The permission to do that with the table."""
        return f"{cls.model._meta.app_label}.{action}_{cls.model._meta.model_name}"


class SeriesView(KnownView):
    """The shows that FlexGet knows."""

    model = Show
    prefixes = ("series",)
    template_name = "web/series.html"
    script = "web/js/series.js"


class ShowView(SeriesView):
    """One of them: its episodes and their releases."""

    template_name = "web/show.html"
    script = "web/js/show.js"

    def get_data(self) -> dict[str, Any]:
        """Which show it is. Whether FlexGet knows it, the script finds out."""
        return {**super().get_data(), "show": self.kwargs["pk"]}


class EntriesView(KnownView):
    """A page of entries, filtered by their task."""

    template_name = "web/known_entries.html"
    title: ClassVar[Any]
    what: ClassVar[Any]
    task_filter = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what the page shows, and name the tasks to choose from."""
        tasks = page_data.tasks(self.request.user) if self.task_filter else []
        return super().get_context_data(**kwargs, page=self, tasks=tasks)


class PendingView(EntriesView):
    """What waits for somebody's approval."""

    model = models.PendingEntry
    prefixes = ("pending",)
    script = "web/js/pending.js"
    title = gettext_lazy("Pending")
    what = gettext_lazy(
        "What waits until somebody approves it. The task's next run takes what is approved."
    )
    task_filter = "task_name"


class RememberedView(EntriesView):
    """What FlexGet remembers of entries, so that it doesn't take them: one page for each of three tables."""

    script = "web/js/remembered.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name those of the three that the user may see."""
        pages = (SeenView, FailedView, RejectedView)
        user: Any = self.request.user
        tabs = [
            {"url": page.prefixes[0], "title": page.title}
            for page in pages
            if user.has_perms(page(request=self.request).get_permission_required())
        ]
        return super().get_context_data(**kwargs, tabs=tabs)

    def get_data(self) -> dict[str, Any]:
        """Which of the three it is."""
        return {**super().get_data(), "table": self.prefixes[0]}


class SeenView(RememberedView):
    """What FlexGet has taken."""

    model = models.SeenEntry
    prefixes = ("seen",)
    title = gettext_lazy("Seen")
    what = gettext_lazy(
        "What FlexGet has taken. It rejects an entry that it has seen; one that it forgets may be taken again."
    )
    task_filter = "task"


class FailedView(RememberedView):
    """What failed."""

    model = models.FailedEntry
    prefixes = ("failed",)
    title = gettext_lazy("Failed")
    what = gettext_lazy(
        "What failed, and when it may be tried again. One that FlexGet forgets is tried in the next run."
    )


class RejectedView(RememberedView):
    """Rejections that FlexGet remembers."""

    model = models.RejectedEntry
    prefixes = ("rejected",)
    title = gettext_lazy("Rejected")
    what = gettext_lazy(
        "Rejections that FlexGet remembers: until they expire, the task rejects the entry without looking at it."
    )
    task_filter = "task"


class ListView(KnownView):
    """What is in a list."""

    template_name = "web/list_content.html"
    script = "web/js/list_content.js"
    # What it holds, in words; and which of the scripts' things that is.
    words: ClassVar[tuple[Any, str]]

    def get_data(self) -> dict[str, Any]:
        """Which list it is. Whether FlexGet has it, the script finds out."""
        return {**self.kind_for(self.request.user), "list": self.kwargs["pk"]}

    @classmethod
    def kind_for(cls, user: Any) -> dict[str, Any]:
        """What the scripts know of lists of this kind."""
        (kind,) = cls.prefixes
        title, word = cls.words
        url = page_data.endpoints(kind)[kind]
        names = {"title": title, "word": word}
        return {"kind": kind, "url": url, "may": cls.may(user), **names}


class EntryListView(ListView):
    """The entries of a list of `entry_list`."""

    model = models.EntryList
    prefixes = ("entry_list",)
    words = (gettext_lazy("entries"), "entry")


class MovieListView(ListView):
    """The movies of a list of `movie_list`."""

    model = models.MovieList
    prefixes = ("movie_list",)
    words = (gettext_lazy("movies"), "movie")


class PendingListView(ListView):
    """The entries of a list of `pending_list`."""

    model = models.PendingList
    prefixes = ("pending_list",)
    words = (gettext_lazy("entries to approve"), "entry")
    actions = (*ListView.actions, "approve")


class ListsView(PageView):
    """The lists of all kinds that the user may see."""

    template_name = "web/lists.html"
    permission_required = ("executions.view_execution", "flexget_state.view_entrylist")
    script = "web/js/lists.js"

    def get_data(self) -> dict[str, Any]:
        """The kinds by their names, and whether a list of any of them may be made."""
        user: Any = self.request.user
        found = [
            page.kind_for(user)
            for page in (EntryListView, MovieListView, PendingListView)
            if user.has_perm(page.permission("view"))
        ]
        return {
            "kinds": {kind["kind"]: kind for kind in found},
            "may_add": any(kind["may"]["add"] for kind in found),
        }


class VariablesView(KnownView):
    """The variables in FlexGet's database."""

    model = models.Variable
    prefixes = ("variables",)
    template_name = "web/variables.html"
    script = "web/js/variables.js"
