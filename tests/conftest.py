"""What every test may ask for, and the rule that no test is skipped in silence."""

import os
from collections.abc import Generator, Mapping
from typing import NoReturn

import hypothesis
import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import found, running
from tests.postgres import PROGRAMS, Postgres, served

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")


def absent(part: str) -> NoReturn:
    """Skip the test by name because this machine lacks a part (Java, Chromium, PostgreSQL …)."""
    pytest.skip(f"absent: {part}")


@pytest.fixture(name="absent")
def absent_fixture():
    """Give `absent(part)` to a test that finds its part missing."""
    return absent


@pytest.fixture(scope="session")
def postgres() -> Generator[Postgres]:
    """Give a PostgreSQL server of our own."""
    if not PROGRAMS:
        absent("PostgreSQL")
    with served() as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Generator[Browser]:
    """Give a browser; there is one in a process, for Playwright starts but once in it."""
    if found() is None:
        absent("Chromium")
    with running() as browser:
        yield browser


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request, tmp_path, monkeypatch) -> str:
    """Give the address of a database of each kind that is the test's alone; what lies beside it is in its folder."""
    monkeypatch.chdir(tmp_path)
    return (
        f"sqlite:///{tmp_path}/adapter.db" if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()
    )


def as_failure(skipped: object, environ: Mapping[str, str]) -> str | None:
    """Return the words of a failure if the gate does not allow this skip: CI has every part."""
    if environ.get("CI") != "true":
        return None
    reason = skipped[2] if isinstance(skipped, tuple) else skipped
    return f"CI=true allows no skipped test. {reason}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the big seeded counts to `make long`: they are deselected, not skipped."""
    if os.environ.get("LONG") == "1":
        return
    big = [item for item in items if item.get_closest_marker("long")]
    if big:
        config.hook.pytest_deselected(items=big)
        items[:] = [item for item in items if item not in big]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one where the gate runs; an expected failure stays what it is."""
    report = yield
    failure = as_failure(report.longrepr, os.environ)
    if report.skipped and not hasattr(report, "wasxfail") and failure:
        report.outcome, report.longrepr = "failed", failure
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a whole file that skips itself."""
    report = yield
    failure = as_failure(report.longrepr, os.environ)
    if report.outcome == "skipped" and failure:
        report.outcome, report.longrepr = "failed", failure
    return report
