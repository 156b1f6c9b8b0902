"""A browser, and the page of a hospital after its first run, served as it is served there."""

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from adapter.settings.model import Worklist
from adapter.worklist.serving import listening
from tests.browser.chromium import found, reader, running
from tests.conftest import absent
from tests.worklist.conftest import PASSWORD, hospital, page, password, place, screen

__all__ = ["hospital", "page", "password", "place", "screen"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if found() is None:
        absent("Chromium")
    with running() as browser:
        yield browser


@pytest.fixture
def base(page) -> Iterator[str]:
    """The address of the page."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with listening(page, Worklist(port=port)) as address:
        yield f"http://{address}"


@pytest.fixture
def visit(chromium, base):
    """Give `visit(user, language)`: a browser of somebody who signs in as anybody does."""
    return lambda user, language, **more: signed_in(chromium, base, user, language, **more)


class signed_in:  # noqa: N801 - used as a function
    """A page of somebody who has signed in."""

    def __init__(self, chromium: Browser, base: str, user: str, language: str, **more: object) -> None:
        self._opened, self._user = reader(chromium, base, language, **more), user

    def __enter__(self) -> Page:
        page = self._opened.__enter__()
        sign_in(page, self._user)
        return page

    def __exit__(self, *fault: object) -> bool | None:
        return self._opened.__exit__(*fault)


def sign_in(page: Page, user: str) -> None:
    page.goto("/login")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", PASSWORD)
    page.click("button.main")
    page.wait_for_url(lambda url: "/login" not in url)
