"""The doors a run goes through: settings, study, database and mail, and then the hospital's server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from adapter import errors
from adapter.check.finding import Finding, fault_of
from adapter.check.hospital import Hospital
from adapter.check.leaving import leaving
from adapter.check.page import page_sign_in
from adapter.check.sign_in import signed_in
from adapter.database import open_database
from adapter.errors import AdapterError, UsageError
from adapter.facts.chart import Chart
from adapter.fhir.client import Client
from adapter.pipeline import Screen
from adapter.pull.pull import reconciled_on
from adapter.settings import Settings
from adapter.study.load import Mapped


@dataclass(frozen=True)
class Steps:
    """How a run comes to what it needs; each may raise."""

    settings: Callable[[], Settings]
    where: str
    study: Callable[[], tuple[Mapped, Screen]]
    client: Callable[[Settings], Client]
    password: Callable[[Settings], str | None]
    now: Callable[[], datetime]
    probe: str | None = None  # the test patient about whom a write is tried


def check(steps: Steps) -> Iterator[Finding]:
    """Try every door; without settings, study and server there is nothing further to try."""
    try:
        place = steps.settings()
        yield Finding("settings", f"read from {steps.where}")
        mapped, screen = steps.study()
        yield Finding("study", f"{mapped.study.id} is read, {len(mapped.study.criteria)} criteria")
    except AdapterError as fault:
        code = errors.SETTINGS if isinstance(fault, UsageError) else fault.exit_code
        yield Finding("study" if code == errors.STUDY else "settings", str(fault), exit_code=code)
        return
    yield from _database(place, steps.password)
    yield from leaving(place, steps.now())
    yield from page_sign_in(place)
    try:
        with steps.client(place) as client:
            let_in = yield from signed_in(client)
            if let_in:
                hospital = Hospital(place, mapped, screen, client, steps.now())
                hospital.probe = steps.probe
                yield from hospital.findings()
    except AdapterError as fault:
        yield fault_of("server", fault)


def _database(place: Settings, password: Callable[[Settings], str | None]) -> Iterator[Finding]:
    try:
        with open_database(place.database.url, password=password(place)) as database:
            looked_for = reconciled_on(Chart(database))
    except AdapterError as fault:
        yield fault_of("database", fault, errors.SETTINGS)
        return
    yield Finding("database", "opened, its schema is up to date")
    yield Finding(
        "deletions", f"last looked for on {looked_for}" if looked_for else "looked for in the first whole run"
    )
