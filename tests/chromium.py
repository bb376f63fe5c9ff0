"""The Chromium that tests and benches drive: found, started quietly, and one for all of them."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A window's own pages for its address bar take more processor time than ours in it. The last such switch wins, so
# this is Playwright's list too, as far as it concerns us.
UNWANTED = (
    "AimEnabled", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding",
    "PreconnectToSearch", "ThirdPartyStoragePartitioning", "Translate",
)  # fmt: skip
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    f"--disable-features={','.join(UNWANTED)}",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
]


def installed_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@asynccontextmanager
async def running_chromium(path: str | None) -> AsyncIterator[Chromium]:
    """A browser without a window; `path` None: Playwright's own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        await browser.close()
