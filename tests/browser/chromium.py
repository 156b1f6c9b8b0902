"""Debian's Chromium, driven by Playwright: found where it is installed, and kept from the network."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# A browser for tests asks nobody for updates, and runs where there is no sandbox for it, as in a container.
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--font-render-hinting=none",
]  # fmt: skip
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
WIDTH, HEIGHT = 1280, 900


def found() -> str | None:
    """Return where Chromium is; None: it is not installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def running() -> Iterator[Browser]:
    """Give a browser while the block lasts."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found(), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def reader(browser: Browser, base: str, language: str, **more: object) -> Iterator[Page]:
    """Give a page of somebody who reads this language; what the browser complains of fails the test."""
    complaints: list[str] = []
    context: BrowserContext = browser.new_context(
        base_url=base, locale=LOCALES[language], viewport={"width": WIDTH, "height": HEIGHT}, **more
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("request", lambda asked: None if asked.url.startswith((base, "data:")) else complaints.append(asked.url))
    try:
        yield page
        assert complaints == []
    finally:
        context.close()
