"""A browser, and the page of a hospital after its first run, served as it is served there."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from adapter.database import open_database
from adapter.database.tables import journal_audit
from adapter.reception import ward_of
from adapter.settings import load
from adapter.settings.model import Worklist
from adapter.worklist import create_app
from adapter.worklist.access.roles import Role
from adapter.worklist.access.users import Users
from adapter.worklist.serving import listening
from tests.acceptance.command import run
from tests.browser.chromium import reader
from tests.river.hospital import AS_OF, SOME, STUDY, River, ward
from tests.worklist.conftest import PASSWORD, hospital, page, password, place, screen

__all__ = ["hospital", "page", "password", "place", "screen"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.slow)


@contextmanager
def at(app) -> Iterator[str]:
    """Serve a page as it is served at a hospital; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with listening(app, Worklist(port=port)) as address:
        yield f"http://{address}"


@pytest.fixture
def base(page) -> Iterator[str]:
    with at(page) as address:
        yield address


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


@dataclass(frozen=True)
class Standing:
    """A hospital that is up, with its page: what is said on the page can be looked for at the hospital."""

    river: River
    base: str
    password: str = PASSWORD

    def patient(self, number: str) -> str:
        """Return who has a screening number."""
        with self.river.journal() as journal:
            who = journal.patient_of(STUDY, number)
        assert who is not None
        return who

    def audit(self) -> set[tuple[str, str]]:
        """Return which acts by whom are on the audit chain, which holds."""
        ran = run("audit", "verify", "--config", self.river.settings)
        assert ran.code == 0, ran.err
        with open_database(f"sqlite:///{self.river.folder}/adapter.db") as database, database.reading() as connection:
            return {(kind, who) for kind, who in connection.execute(select(journal_audit.c.kind, journal_audit.c.who))}


@pytest.fixture
def standing(tmp_path, screen, password) -> Iterator[Standing]:
    with River(tmp_path, ward(*SOME)).open() as river:
        ran = river.run()
        assert ran.code == 0, ran.err
        made = ward_of(load(river.settings, {}), screen, lambda: {"status": "ok"}, lambda: date.fromisoformat(AS_OF))
        Users(made.database).add("investigator", Role.INVESTIGATOR, STUDY, password, "2026-03-16T08:00:00Z")
        with at(create_app(made)) as address:
            yield Standing(river, address)
        made.database.close()
