"""The doors a run goes through: settings, study, database and mail, and then the hospital's server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from adapter import errors
from adapter.check.finding import Finding, fault_of
from adapter.check.hospital import Hospital
from adapter.check.sign_in import signed_in
from adapter.database import open_database
from adapter.errors import AdapterError, UsageError
from adapter.facts.chart import Chart
from adapter.fhir.client import Client
from adapter.outputs.base import key_file, read_key
from adapter.pipeline import Screen
from adapter.pull.pull import reconciled_on
from adapter.settings import Settings, secret
from adapter.settings.model import Email
from adapter.study.load import Mapped

MAIL_DEADLINE_S = 15


@dataclass(frozen=True)
class Steps:
    """How a run comes to what it needs; each may raise."""

    settings: Callable[[], Settings]
    where: str
    study: Callable[[], tuple[Mapped, Screen]]
    client: Callable[[Settings], Client]
    password: Callable[[Settings], str | None]
    now: Callable[[], datetime]


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
    yield from _outputs(place)
    try:
        with steps.client(place) as client:
            let_in = yield from signed_in(client)
            if let_in:
                yield from Hospital(place, mapped, screen, client, steps.now()).findings()
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


def _outputs(place: Settings) -> Iterator[Finding]:
    if place.outputs.research_subject.enabled:
        try:
            key = key_file(place.database.url)
            if key.exists():
                read_key(key)
        except AdapterError as fault:
            yield fault_of("key", fault)
    if place.outputs.email.enabled:
        yield _mail(place.outputs.email)


def _mail(mail: Email) -> Finding:
    where = f"{mail.host}:{mail.port}"
    try:
        if mail.username is not None:
            secret(mail.password, mail.password_file, "outputs.email.password")
        _greet(mail)
    except AdapterError as fault:
        return fault_of("mail", fault)
    except (smtplib.SMTPException, OSError) as fault:
        said = type(fault).__name__ if isinstance(fault, smtplib.SMTPResponseException) else fault
        to_do = "Check outputs.email host, port, security and ca_file; ask IT whether this machine may send mail."
        return Finding("mail", f"{where}: no connection by {mail.security} ({said}).", to_do, errors.OUTPUT)
    if not mail.sender:
        return Finding("mail", "outputs.email.from is missing.", "Set the address that mail comes from.", 10)
    if not (mail.to or mail.recipients):
        return Finding("mail", f"{where} answers, but nobody is to be told.", "Set outputs.email.to.")
    return Finding("mail", f"{where} answers ({mail.security}); nothing was sent")


def _greet(mail: Email) -> None:
    """Connect and greet as safely as the settings ask for; send nothing."""
    where, context = (mail.host, mail.port), ssl.create_default_context(cafile=mail.ca_file)
    with (
        smtplib.SMTP_SSL(*where, timeout=MAIL_DEADLINE_S, context=context)
        if mail.security == "tls"
        else smtplib.SMTP(*where, timeout=MAIL_DEADLINE_S)
    ) as session:
        session.ehlo_or_helo_if_needed()
        if mail.security == "starttls":
            session.starttls(context=context)
            session.ehlo()
