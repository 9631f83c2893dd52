"""What makes the pages an app that is installed: its manifest, its service worker, and what that shows without a network."""

import json
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views import View

from flexapi.version import VERSION

SCRIPT = Path(__file__).with_name("static") / "web" / "js" / "service_worker.js"
# What the offline page is made of.
SHELL = (
    "web/css/tokens.css",
    "web/css/frame.css",
    "web/css/app.css",
    "web/favicon.svg",
)


class ManifestView(View):
    """What browsers ask before they offer to install the pages."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Answer it with paths as they are behind a proxy."""
        icons = [
            {"src": static(f"web/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in (192, 512)
        ]
        icons.append({"src": static("web/favicon.svg"), "sizes": "any", "type": "image/svg+xml"})
        root = reverse("dashboard")
        about = {
            "id": root,
            "name": "FlexAPI",
            "short_name": "FlexAPI",
            "description": "The remote control for FlexGet",
            "start_url": root,
            "scope": root,
            "display": "standalone",
            "theme_color": "#0f766e",
            "background_color": "#12181b",
            "icons": icons,
        }
        return JsonResponse(about, content_type="application/manifest+json")


class ServiceWorkerView(View):
    """The service worker; it stands at the root, for that is how far it reaches."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer the script with what it keeps; browsers look for a new one each time."""
        offline = reverse("offline")
        about = {
            "cache": f"shell-{VERSION}",
            "offline": offline,
            "shell": [offline, *map(static, SHELL)],
            "page": reverse("notifications"),
            "icon": static("web/icon-192.png"),
        }
        text = f"const ABOUT = {json.dumps(about)};\n{SCRIPT.read_text()}"
        headers = {"Cache-Control": "no-cache"}
        return HttpResponse(text, content_type="text/javascript", headers=headers)
