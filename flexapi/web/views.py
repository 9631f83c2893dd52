"""The pages. Each is a template and the data that its script starts with."""

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.generic import TemplateView
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.views import APIView

from executions.following.log_reader import LEVELS
from executions.models import Execution, Status
from flexapi.api.accounts import sso
from flexapi.api.accounts.passwords import ChangeForm
from flexapi.api.accounts.throttles import LOGIN_THROTTLES
from flexapi.web import first_steps, page_data
from notifications.models import Channel, Delivery

RECENT = 15
ROWS = Execution.objects.real().select_related("requested_by")


class PageView(PermissionRequiredMixin, TemplateView):
    """A page for who may see executions; anonymous users log in first, others get the 403 page."""

    permission_required: Any = "executions.view_execution"
    script = ""

    def handle_no_permission(self) -> HttpResponseRedirect:
        """Send anonymous users to the login page; refuse others."""
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    def get_data(self) -> dict[str, Any]:
        """What the page's script starts with, as JSON can hold it."""
        return {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the template the data, what the user may do, and its script."""
        can = page_data.abilities(self.request.user)
        data = {"can": can, **self.get_data()}
        return super().get_context_data(**kwargs, data=data, can=can, script=self.script)


class DashboardView(PageView):
    """What runs, what ran, what is next, and how the config is."""

    template_name = "web/dashboard.html"
    script = "web/js/dashboard.js"

    def get_data(self) -> dict[str, Any]:
        """Executions, tasks, and the endpoints for the rest."""
        return {
            "active": page_data.executions(self.request.user, ROWS.active()),
            "recent": page_data.executions(self.request.user, ROWS.ended()[:RECENT]),
            "tasks": page_data.tasks(self.request.user),
            "addTask": page_data.add_task_url(self.request.user),
            "first": first_steps.found(self.request.user),
            "endpoints": page_data.endpoints("history", "irc"),
        }


class ExecutionsView(PageView):
    """All executions, newest first; its script asks the API."""

    template_name = "web/executions.html"
    script = "web/js/executions.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the statuses and tasks to choose from."""
        tasks = page_data.tasks(self.request.user)
        return super().get_context_data(**kwargs, statuses=Status.choices, tasks=tasks)

    def get_data(self) -> dict[str, Any]:
        """Where executions are read."""
        return {"endpoints": page_data.endpoints("execution")}


class ExecutionView(PageView):
    """One execution: its log as it comes, and what became of its entries."""

    template_name = "web/execution.html"
    script = "web/js/viewer/page.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Find the execution."""
        rows = Execution.objects.select_related("requested_by")
        self.execution = get_object_or_404(rows, pk=kwargs["pk"])
        admin = None
        if self.request.user.is_staff:
            admin = reverse("admin:executions_execution_change", args=[self.execution.pk])
        return super().get_context_data(
            **kwargs, execution=self.execution, levels=LEVELS, admin_url=admin
        )

    def get_data(self) -> dict[str, Any]:
        """The execution as it is now."""
        return {
            "execution": page_data.executions(self.request.user, [self.execution])[0],
            "levels": LEVELS,
        }


class TasksView(PageView):
    """The tasks of the config: run, enable, disable, edit."""

    template_name = "web/tasks.html"
    permission_required = ("executions.view_execution", "tasks.view_task")
    script = "web/js/tasks.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say where tasks are added, for who may."""
        add_url = page_data.add_task_url(self.request.user)
        return super().get_context_data(**kwargs, add_url=add_url)

    def get_data(self) -> dict[str, Any]:
        """The tasks with what to warn of and what keeps them from running, and how each of them ended when it ran last."""
        return {
            "tasks": page_data.tasks(self.request.user),
            "warnings": page_data.warnings(),
            "invalid": page_data.invalid_tasks(),
            "results": page_data.last_results(self.request.user),
        }


class MovieQueueView(PageView):
    """The movies that are wanted, and what was grabbed of them; its script asks the API for both."""

    template_name = "web/movie_queue.html"
    permission_required = ("executions.view_execution", "movie_queue.view_queuedmovie")
    script = "web/js/movie_queue.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the queues to choose from."""
        self.queues = page_data.movie_queues()
        return super().get_context_data(**kwargs, queues=self.queues)

    def get_data(self) -> dict[str, Any]:
        """Where the movies are read, and the queues that there are."""
        endpoints = page_data.endpoints("movie_queue", "movie_queue/grabbed")
        return {"endpoints": endpoints, "queues": self.queues}


class HistoryView(PageView):
    """What was accepted, the latest first; its script asks the API."""

    template_name = "web/history.html"
    permission_required = ("executions.view_execution", "history.view_historyentry")
    script = "web/js/history.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the tasks to choose from."""
        return super().get_context_data(**kwargs, tasks=page_data.tasks(self.request.user))

    def get_data(self) -> dict[str, Any]:
        """Where the history is read."""
        return {"endpoints": page_data.endpoints("history")}


class TraktView(PageView):
    """The accounts of Trakt that FlexGet has access to; its script asks the API."""

    template_name = "web/trakt.html"
    permission_required = ("executions.view_execution", "flexget_state.view_traktaccount")
    script = "web/js/trakt.js"

    def get_data(self) -> dict[str, Any]:
        """Where the accounts are read."""
        return {"endpoints": page_data.endpoints("trakt")}


class NotificationsView(PageView):
    """Who is told of what, and what became of it; its script asks the API."""

    template_name = "web/notifications.html"
    permission_required = ("executions.view_execution", "notifications.view_channel")
    script = "web/js/notifications.js"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the channels and states to choose from."""
        return super().get_context_data(
            **kwargs, channels=Channel.objects.only("name"), states=Delivery.State.choices
        )

    def get_data(self) -> dict[str, Any]:
        """Where channels are read, and what they choose from."""
        return {
            "endpoints": page_data.endpoints(
                "notifications", "notifications/deliveries", "server/summary"
            ),
            "kinds": page_data.kinds_of_events(),
            "schedules": page_data.schedules(),
            "types": dict(Channel.Type.choices),
        }


class LoginPage(auth.LoginView):
    """Django's login page, with the API's brakes on guessing."""

    template_name = "registration/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer the OpenID provider, if there is one, and say what went wrong there."""
        return super().get_context_data(
            **kwargs,
            provider=settings.OIDC_NAME if settings.OIDC_ISSUER else None,
            refused=self.request.session.pop(sso.REFUSED, None),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Log in, unless this address or user name was tried too often."""
        attempt = Request(request, parsers=[FormParser(), MultiPartParser()])
        try:
            attempt.data  # noqa: B018 (parsed here, for the brakes)
        except UnsupportedMediaType as error:
            hint = gettext("This page takes its form; programs log in at POST /api/auth/login.")
            return HttpResponse(f"{error.detail} {hint}", status=415, content_type="text/plain")
        # Each counts the attempt, whatever the others say.
        allowed = [brake().allow_request(attempt, cast(APIView, self)) for brake in LOGIN_THROTTLES]
        if not all(allowed):
            form = AuthenticationForm(request)
            context = self.get_context_data(form=form, throttled=True)
            return self.render_to_response(context, status=429)
        return super().post(request, *args, **kwargs)


class AdminLoginView(TemplateView):
    """Where the admin sends users who may not enter it."""

    template_name = "web/not_staff.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send anonymous users to the login page; tell others that they may not enter."""
        target = request.GET.get("next", reverse("admin:index"))
        user = request.user
        if user.is_authenticated and user.is_staff:
            return HttpResponseRedirect(reverse("admin:index"))
        if user.is_authenticated:
            return self.render_to_response(self.get_context_data(), status=403)
        login = resolve_url("rest_framework:login")
        return HttpResponseRedirect(f"{login}?{urlencode({'next': target})}")


class PasswordChangeView(auth.PasswordChangeView):
    """Change one's own password; other sessions of the user end, and so do the tokens unless they are kept."""

    form_class = ChangeForm
    template_name = "registration/password_change.html"
    success_url = reverse_lazy("password_change")

    def form_valid(self, form: Any) -> HttpResponse:
        """Save it, and say so on the same page."""
        with transaction.atomic():
            super().form_valid(form)
        fresh = ChangeForm(cast(User, self.request.user))
        kept = form.cleaned_data["keep_tokens"]
        context = self.get_context_data(form=fresh, changed=True, kept=kept)
        return self.render_to_response(context)
