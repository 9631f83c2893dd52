"""`/api/auth/…`: logging in and out, who one is, and one's tokens."""

from datetime import timedelta
from typing import Any, ClassVar, cast

from django.contrib.auth import authenticate, get_user_model, login, logout
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_field
from knox.settings import knox_settings
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flexapi.api.accounts import by_password, lifetimes
from flexapi.api.accounts.narrowing import valid_network
from flexapi.api.accounts.throttles import LOGIN_THROTTLES
from flexapi.api.models import ApiToken, Scope
from flexapi.api.permissions import IsWhole
from flexapi.api.schema import ErrorSerializer, exemplified
from flexapi.api.serializers import ModelSerializer
from flexapi.api.viewsets import CreateMixin, DestroyMixin, ListMixin, RetrieveMixin, one


def token_lifetime(seconds: int | None) -> timedelta | None:
    """What `expires_in` means; None is for ever."""
    return None if seconds is None else timedelta(seconds=seconds)


class ExpiresInField(serializers.IntegerField):
    """Seconds until a token expires; null for never; a year when it is left out."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 1)
        kwargs.setdefault("max_value", int(lifetimes.LONGEST.total_seconds()))
        super().__init__(
            required=False,
            allow_null=True,
            default=int(lifetimes.default().total_seconds()),
            help_text="Seconds until the token expires; null for never.",
            **kwargs,
        )


class UserSerializer(ModelSerializer[AbstractUser]):
    """The user who asks, with what they may do."""

    email = serializers.CharField(read_only=True, help_text="Empty where none is known.")
    groups: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = get_user_model()
        fields = (
            "id",
            "username",
            "email",
            "is_staff",
            "is_superuser",
            "groups",
            "permissions",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_permissions(self, user: AbstractUser) -> list[str]:
        return sorted(user.get_all_permissions())


class LinesField(serializers.ListField):
    """A list of texts that is stored as lines."""

    def __init__(self, child: serializers.Field[Any, Any, Any, Any], **kwargs: Any) -> None:
        super().__init__(child=child, required=False, max_length=100, **kwargs)

    def to_representation(self, data: Any) -> list[str]:
        return str(data).splitlines()

    def to_internal_value(self, data: Any) -> str:  # type: ignore[override]
        texts: list[str] = super().to_internal_value(data)
        return "\n".join(dict.fromkeys(" ".join(text.split()) for text in texts))


class TokenSerializer(ModelSerializer[ApiToken]):
    """A token without its secret."""

    current = serializers.SerializerMethodField(help_text="Whether this request came with it.")
    tasks = LinesField(
        serializers.CharField(max_length=500),
        help_text="Names or globs of the tasks that it may run, with the scope `run`.",
    )
    addresses = LinesField(
        serializers.CharField(max_length=50),
        help_text="Addresses or networks from which it counts; none: from everywhere.",
    )

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = (
            *("id", "name", "created", "expiry", "last_used", "current"),
            *("scope", "tasks", "addresses"),
        )
        read_only_fields: tuple[str, ...] = fields

    def get_current(self, token: ApiToken) -> bool:
        return bool(self.context["request"].auth == token)


@exemplified(name="phone", expires_in=31_536_000, scope="run", tasks=["films", "tv*"])
class NewTokenSerializer(TokenSerializer):
    """A token that is being made; the only time that its secret is shown."""

    name = serializers.CharField(max_length=100, help_text="What or who uses this token.")
    token = serializers.CharField(read_only=True, help_text="Shown this once; keep it.")
    expires_in = ExpiresInField(write_only=True)

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "token", "expires_in")
        read_only_fields = ("created", "expiry", "last_used")

    def validate_addresses(self, lines: str) -> str:
        """Store them as networks. Raises ValidationError."""
        try:
            return "\n".join(valid_network(line) for line in lines.splitlines())
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Tasks go with the scope `run`, which is nothing without them."""
        runs = given.get("scope", Scope.ALL) == Scope.RUN
        if runs != bool(given.get("tasks")):
            if runs:
                what = gettext("Name the tasks, or `*`.")
            else:
                what = gettext("Only a token to `run` names tasks.")
            raise serializers.ValidationError({"tasks": what})
        return given

    def create(self, validated_data: dict[str, Any]) -> ApiToken:
        lifetime = token_lifetime(validated_data.pop("expires_in"))
        # Tokens that expired are of no use to their owner; here is where they go.
        validated_data["user"].auth_token_set.filter(expiry__lt=timezone.now()).delete()
        created: tuple[ApiToken, str] = ApiToken.objects.create(expiry=lifetime, **validated_data)
        instance, secret = created
        instance.token = secret
        return instance


@exemplified(**{"username": "admin", "password": "correct horse battery", "name": "my script"})
class LoginSerializer(serializers.Serializer[Any]):
    """Credentials, and whether a token is wanted beside the session."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(
        max_length=4096, trim_whitespace=False, style={"input_type": "password"}
    )
    token = serializers.BooleanField(
        default=False, help_text="Make a token as well; a name asks for one too."
    )
    name = serializers.CharField(
        max_length=100, required=False, help_text="What or who the token is for."
    )
    expires_in = ExpiresInField()


class LoggedInSerializer(serializers.Serializer[Any]):
    """What logging in gives; the token fields are null unless a token was asked for."""

    token = serializers.CharField(allow_null=True, help_text="Shown this once; keep it.")
    name = serializers.CharField(allow_null=True)
    expiry = serializers.DateTimeField(allow_null=True)
    user = UserSerializer()


class LoginView(APIView):
    """Log in: opens a session (cookies) and makes a token where one is asked for."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = LOGIN_THROTTLES

    def get_authenticate_header(self, request: Request) -> str:
        return str(knox_settings.AUTH_HEADER_PREFIX)

    @extend_schema(
        request=LoginSerializer, responses={200: LoggedInSerializer, 401: ErrorSerializer}
    )
    def post(self, request: Request) -> Response:
        serializer = LoginSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        user = authenticate(
            request._request, username=given["username"], password=given["password"]
        )
        if user is None:
            raise AuthenticationFailed(by_password.WRONG)
        login(request._request, user)
        get_token(request._request)  # Sends the CSRF cookie that the session's writes need.
        token, secret = None, None
        if given["token"] or "name" in given:
            lifetime = token_lifetime(given["expires_in"])
            token, secret = ApiToken.objects.create(
                user=user, name=given.get("name", ""), expiry=lifetime
            )
        result = {
            "token": secret,
            "name": token.name if token else None,
            "expiry": token.expiry if token else None,
            "user": user,
        }
        return one(LoggedInSerializer(result, context={"request": request}).data)


class LogoutView(APIView):
    """Log out: ends the session, or revokes the token, that the request came with."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, ApiToken):
            request.auth.delete()
        else:
            logout(request._request)
        return Response(status=204)


class MeView(APIView):
    """The user who asks, with groups and permissions."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=UserSerializer)
    def get(self, request: Request) -> Response:
        return one(UserSerializer(cast(AbstractUser, request.user)).data)


class TokenViewSet(CreateMixin, DestroyMixin, ListMixin, RetrieveMixin):
    """One's own tokens: list, make, revoke."""

    subject = ("a token of your own", "your own tokens")
    queryset = ApiToken.objects.all()
    permission_classes = (IsWhole,)
    ordering_fields: ClassVar = ("id", "name", "created", "expiry", "last_used")
    search_fields: ClassVar = ("name",)

    def get_queryset(self) -> QuerySet[ApiToken]:
        """The tokens of the user who asks."""
        if not self.request.user.is_authenticated:  # While the schema is drawn up.
            nothing: QuerySet[ApiToken] = ApiToken.objects.none()
            return nothing
        own: QuerySet[ApiToken] = ApiToken.objects.filter(user=self.request.user)
        return own

    def get_serializer_class(self) -> type[TokenSerializer]:
        return NewTokenSerializer if self.action == "create" else TokenSerializer

    def perform_create(self, serializer: serializers.BaseSerializer[ApiToken]) -> None:
        serializer.save(user=self.request.user)


class AuthTokenViewSet(TokenViewSet):
    """What `/api/tokens` is, at the address that it had before."""

    subject = ("a token of your own at its older address", "your own tokens at their older address")
