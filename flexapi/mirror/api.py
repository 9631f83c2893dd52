from flexapi.api.router import router
from flexapi.mirror.catalogue.views import PluginViewSet, SchemaViewSet
from flexapi.mirror.checking.views import CheckViewSet
from flexapi.mirror.files.views import FileViewSet
from flexapi.mirror.mending.views import BrokenViewSet
from flexapi.mirror.views import ConfigViewSet, RevisionViewSet

router.register("config_files", FileViewSet, basename="config-file")
router.register("config_revisions", RevisionViewSet, basename="config-revision")
router.register_view(
    "config",
    ConfigViewSet.as_view({"get": "list", "post": "create", "put": "update_text"}),
    name="config-list",
)
router.register_view("config/check", CheckViewSet.as_view({"post": "check"}), name="config-check")
router.register_view(
    "config/schema", SchemaViewSet.as_view({"get": "retrieve"}), name="config-schema"
)
router.register_view(
    "config/broken",
    BrokenViewSet.as_view({"get": "retrieve", "put": "update"}),
    name="config-broken",
)
router.register("plugins", PluginViewSet, basename="plugin")
router.register_view(
    "config/(?P<name>[^/]+)",
    ConfigViewSet.as_view(
        {"get": "retrieve", "put": "update", "post": "update", "delete": "destroy"}
    ),
    name="config-detail",
)
