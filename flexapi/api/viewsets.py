"""Base classes of the endpoints: envelope, paging, ETags and guarded writes in one place.

    class MovieViewSet(ModelViewSet):
        queryset = Movie.objects.all()
        serializer_class = MovieSerializer
        ordering_fields = ("title", "added")
        search_fields = ("title",)
        filterset_fields = ("year",)

A view that answers one object by itself returns `one(data)`; one that lists what is no queryset, `self.page_of(items)`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from flexapi.api.etags import EtagMixin


def one(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that carries one object: `{"object": data}`."""
    return Response({"object": data}, status=status, headers=headers)


class ApiViewSet(EtagMixin, viewsets.GenericViewSet):
    """A viewset without actions of its own; add `ListMixin` and the others, or write the actions."""

    def valid(self, serializer_class: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """What the request's body says, checked. Raises ValidationError."""
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data

    def page_of(self, items: QuerySet[Any] | Sequence[Any]) -> Response:
        """The answer with one page of these items, serialized."""
        page = self.paginate_queryset(items)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def answer(
        self, instance: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        """The answer with this object and its ETag (304 where the client has it)."""
        data = self.get_serializer(instance).data
        state = data if type(self).etag_state is EtagMixin.etag_state else None
        return self.with_etag(one(data, status, headers), instance, state)

    def get_locked_object(self) -> Any:
        """The object of the URL, locked until the surrounding transaction ends.

        On SQLite the transaction itself is the lock. Elsewhere the row is locked first and read after, because
        what was read while waiting for the lock may be old.
        """
        instance = self.get_object()
        if not connection.features.has_select_for_update:
            return instance
        manager = type(instance)._base_manager
        list(manager.select_for_update().filter(pk=instance.pk).values_list("pk"))
        return self.get_object()


class ListMixin(mixins.ListModelMixin, ApiViewSet):
    """GET of the collection."""


class RetrieveMixin(mixins.RetrieveModelMixin, ApiViewSet):
    """GET of one object."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())


class CreateMixin(mixins.CreateModelMixin, ApiViewSet):
    """POST to the collection: 201 with the object and, where the viewset has a `detail` route, its Location."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            self.perform_create(serializer)
        headers = {"Location": self.location(serializer.instance)}
        return self.answer(serializer.instance, 201, headers)

    def location(self, instance: Any) -> str:
        """The URL of a new object."""
        kwarg = self.lookup_url_kwarg or self.lookup_field
        value = getattr(instance, self.lookup_field)
        return self.reverse_action("detail", kwargs={kwarg: value})


class UpdateMixin(mixins.UpdateModelMixin, ApiViewSet):
    """PUT and PATCH of one object, guarded by `If-Match` under the row's lock."""

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        partial = kwargs.pop("partial", False)
        with transaction.atomic():
            instance = self.get_locked_object()
            self.check_preconditions(instance)
            serializer: BaseSerializer[Any] = self.get_serializer(
                instance, data=request.data, partial=partial
            )
            serializer.is_valid(raise_exception=True)
            self.perform_update(serializer)
        return self.answer(serializer.instance)


class DestroyMixin(mixins.DestroyModelMixin, ApiViewSet):
    """DELETE of one object, guarded by `If-Match` under the row's lock."""

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            instance = self.get_locked_object()
            self.check_preconditions(instance)
            self.perform_destroy(instance)
        return Response(status=204)


class ReadOnlyViewSet(ListMixin, RetrieveMixin):
    """List and read."""


class ModelViewSet(CreateMixin, UpdateMixin, DestroyMixin, ReadOnlyViewSet):
    """List, read, make, change and delete the rows of a model."""
