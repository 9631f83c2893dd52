"""What the endpoints of all tables have in common (see flexget_state.flexget.tables, which they ask)."""

from functools import cached_property, wraps
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from flexapi.api.engine_calls import Exists, FlexGetViewSet, ask
from flexapi.api.errors import Conflict
from flexapi.api.schema import ErrorSerializer
from flexapi.api.serializers import CountSerializer
from flexapi.api.viewsets import one
from flexapi.mirror import credentials

from ..filters import Filters

# What may have credentials in it, a tracker's URL the key of its user: ordering by it would tell of what is hidden.
REVEALING = frozenset({"url", "original_url", "reason"})
DUPLICATE = {409: ErrorSerializer}


class TableViewSet(FlexGetViewSet):
    """The rows of a table: list, read, delete one.

    Set `subject` (what one row and several are called), `table` (the first part of its methods' names), `permission_model`, `serializer_class`, `filters_class` and
    `ordering_fields`, the default one first; decorate it with `described`.
    """

    table: str
    filters_class: type[Filters]
    ordering_fields: tuple[str, ...]
    lookup_value_regex = "[0-9]{1,18}"

    def list(self, request: Request, **place: str) -> Response:
        """List them."""
        fields = self.ordering_fields
        if not self.reveals:
            fields = tuple(name for name in fields if name not in REVEALING)
        order_by, descending = self.ordering(*fields)
        return self.page_from(
            self.method("page"),
            filters=self.row_filters(),
            order_by=order_by,
            descending=descending,
            **self.place,
        )

    def retrieve(self, request: Request, pk: str, **place: str) -> Response:
        """Read one."""
        return self.one_from(self.method("one"), id=int(pk), **self.place)

    def destroy(self, request: Request, pk: str, **place: str) -> Response:
        """Delete one."""
        ask(self.method("delete"), **self.guarded(pk))
        return Response(status=204)

    # -- for actions

    def method(self, name: str) -> str:
        """Return the full name of one of the table's methods."""
        return f"flexget_state.{self.table}.{name}"

    @property
    def place(self) -> dict[str, int]:
        """The list that the URL names, where there is one."""
        return {"list": int(self.kwargs["list_id"])} if "list_id" in self.kwargs else {}

    def guarded(self, pk: str) -> dict[str, Any]:
        """Return the parameters of a method that changes a row: what it is now, if the request has a precondition."""
        row = {"id": int(pk), **self.place}
        return row | {"expected": self.expected(self.method("one"), **row)}

    def row_filters(self, *, strict: bool = False) -> dict[str, Any]:
        """Return the filters that the request asks for. Raises ValidationError.

        `strict` is for what is done to all rows that match: a filter that is misspelt, or empty because a script's
        variable was, must not mean all of them.
        """
        given = self.request.query_params.dict()
        if not strict and given.get("search") == "":
            del given["search"]
        serializer = self.filters_class(data=given)
        unknown = given.keys() - serializer.fields.keys() - {"format"}
        if strict and unknown:
            known = ", ".join(serializer.fields)
            raise ValidationError(
                dict.fromkeys(
                    unknown, gettext("It is no filter; known are: {known}.").format(known=known)
                )
            )
        serializer.is_valid(raise_exception=True)
        filters = dict(serializer.validated_data)
        if "search" in filters and not self.reveals:
            # Else a URL's secrets could be guessed letter by letter, and what a title quotes.
            filters["search_titles"] = {
                "text": filters.pop("search"),
                "hidden": self._eyes.hidden,
            }
        return filters

    # -- credentials

    @property
    def reveals(self) -> bool:
        """Whether who asks may see credentials."""
        return self._eyes.reveal

    @cached_property
    def _eyes(self) -> credentials.Eyes:
        return credentials.eyes_of(self.request.user)

    def shown(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row as who asks may see it."""
        if self.reveals:
            return row
        masked: dict[str, Any] = credentials.mask_value(row, (self.table,), hide=self._eyes.shown)
        return masked

    def shown_page(self, found: Any) -> Any:
        """As `shown`, of the rows of a page."""
        return [self.shown(row) for row in found]

    # -- for tables that can be added to

    def made(self, request: Request) -> Response:
        """Add what the request has in its body; answer it with its Location."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        row = ask(self.method("add"), data=serializer.validated_data, **self.place)
        return one(self.shown(row), 201, {"Location": self.location(row["id"])})

    def changed(self, request: Request, pk: str, *, partial: bool = False) -> Response:
        """Set what the request has in its body."""
        serializer = self.get_serializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        if not self.reveals and credentials.MASK in str(data):
            raise ValidationError(
                gettext(
                    "{mask} stands in place of a credential that you may not see; write the real value."
                ).format(mask=credentials.MASK)
            )
        return self.one_from(self.method("change"), data=data, **self.guarded(pk))

    def location(self, key: int) -> str:
        """Return the URL of a row."""
        place = {name: value for name, value in self.kwargs.items() if name != "pk"}
        return str(self.reverse_action("detail", kwargs={**place, "pk": key}))

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a duplicate with where the other one is."""
        if not isinstance(exc, Exists):
            return super().handle_exception(exc)
        url = self.location(exc.key)
        response = super().handle_exception(
            Conflict(gettext("{problem} See {url}.").format(problem=exc, url=url), code="duplicate")
        )
        response["Location"] = url
        return response


class ClearMixin(TableViewSet):
    """For rows that are deleted many at once."""

    def clear(self, request: Request, **place: str) -> Response:
        """Delete all that match; without parameters that is all there are."""
        filters = self.row_filters(strict=True)
        return one(ask(self.method("clear"), filters=filters, **self.place))


class ApprovalMixin(ClearMixin):
    """For rows that somebody approves. Say in `action_permissions` who may."""

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str, **place: str) -> Response:
        """Approve one."""
        return self._approve(pk, True)

    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str, **place: str) -> Response:
        """Take the approval of one back."""
        return self._approve(pk, False)

    @action(detail=False, methods=["post"], url_path="approve", url_name="approve-all")
    def approve_all(self, request: Request, **place: str) -> Response:
        """Approve all that match."""
        return self._approve_all(True)

    @action(detail=False, methods=["post"], url_path="reject", url_name="reject-all")
    def reject_all(self, request: Request, **place: str) -> Response:
        """Take the approval of all that match back."""
        return self._approve_all(False)

    def _approve(self, pk: str, approved: bool) -> Response:
        return self.one_from(self.method("approve"), approved=approved, id=int(pk), **self.place)

    def _approve_all(self, approved: bool) -> Response:
        filters = self.row_filters(strict=True)
        method = self.method("approve_all")
        return one(ask(method, approved=approved, filters=filters, **self.place))


def described(viewset: type[TableViewSet]) -> type[TableViewSet]:
    """Tell the OpenAPI document of a viewset's filters and answers; a decorator of classes."""
    fields = ", ".join(f"`{name}`" for name in viewset.ordering_fields)
    ordering = OpenApiParameter(
        "ordering", str, description=f"A field to order by, `-` before it reverses: {fields}."
    )
    row = viewset.serializer_class
    matching = extend_schema(
        request=None,
        parameters=[viewset.filters_class],
        responses={200: CountSerializer, 400: ErrorSerializer},
    )
    single = extend_schema(request=None, responses=getattr(viewset, "detail_class", row))
    actions = {
        "list": extend_schema(parameters=[viewset.filters_class, ordering]),
        "retrieve": single,
        "create": extend_schema(responses={201: row, **DUPLICATE}),
        "update": extend_schema(responses={200: row, **DUPLICATE}),
        "partial_update": extend_schema(responses={200: row, **DUPLICATE}),
        "approve": single,
        "reject": single,
        "approve_all": matching,
        "reject_all": matching,
    }
    present = {name: schema for name, schema in actions.items() if hasattr(viewset, name)}
    if issubclass(viewset, ClearMixin):
        # No action that extend_schema_view knows. It has to be this class's own function, as the filters are.
        inherited = viewset.clear

        @matching
        @wraps(inherited)
        def clear(self: ClearMixin, request: Request, **place: str) -> Response:
            return inherited(self, request, **place)

        viewset.clear = clear  # type: ignore[method-assign]
    return extend_schema_view(**present)(viewset)
