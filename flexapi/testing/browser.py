"""The browser that tests and benchmarks of the pages drive: Debian's Chromium."""

import shutil
from pathlib import Path

from playwright.sync_api import ViewportSize

CHROMIUM = Path("/usr/bin/chromium")
# The same engine without the browser's own windows: a page of it costs a third of the processor's time.
HEADLESS = Path(shutil.which("chromium-headless-shell") or CHROMIUM)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
