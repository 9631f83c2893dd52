from rest_framework.decorators import action
from rest_framework.serializers import ModelSerializer

from flexapi.api import engine_calls
from flexapi.api.router import router
from flexapi.api.viewsets import ModelViewSet, one

from .models import Movie


class MovieSerializer(ModelSerializer):
    class Meta:
        model = Movie
        fields = ("id", "title", "stars")


class MovieViewSet(ModelViewSet):
    queryset = Movie.objects.all()
    serializer_class = MovieSerializer
    filterset_fields = ordering_fields = ("title", "stars")
    action_permissions = {"seen": "flexapi_watched.view_movie"}

    @action(detail=False)
    def seen(self, request):
        return one(engine_calls.ask("flexapi_watched.seen"))


router.register("watched", MovieViewSet, basename="watched")
