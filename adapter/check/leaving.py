"""The ways out: the mail server and the webhook's receiver answer, keys and certificates are good for a while."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from datetime import datetime

from adapter import errors
from adapter.check.finding import Finding, fault_of
from adapter.errors import AdapterError, SettingsError
from adapter.incidents.expiry import expiring
from adapter.outputs.alerts.webhook import door_of
from adapter.outputs.base import key_file, read_key
from adapter.settings import Settings, secret
from adapter.settings.model import Email, Webhook

MAIL_DEADLINE_S = 15


def leaving(place: Settings, now: datetime) -> Iterator[Finding]:
    """Try every way out that is switched on; send nothing."""
    if place.outputs.research_subject.enabled:
        try:
            key = key_file(place.database.url)
            if key.exists():
                read_key(key)
        except AdapterError as fault:
            yield fault_of("key", fault)
    if place.outputs.email.enabled or place.outputs.email.it_to:
        yield _mail(place.outputs.email)
    if place.outputs.webhook.enabled:
        yield _webhook(place.outputs.webhook)
    for one in expiring(place, now):
        yield Finding("expiry", f"{one.about} days: a certificate expires on {one.detail}.", "Have it renewed.")


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
    if not (mail.to or mail.recipients or mail.it_to):
        return Finding("mail", f"{where} answers, but nobody is to be told.", "Set outputs.email.to.")
    return Finding("mail", f"{where} answers ({mail.security}); nothing was sent")


def _webhook(hook: Webhook) -> Finding:
    try:
        secret(hook.secret, hook.secret_file, "outputs.webhook.secret")
        door = door_of(hook)
        door.knock()
    except AdapterError as fault:
        return fault_of("webhook", fault, errors.SETTINGS if isinstance(fault, SettingsError) else errors.OUTPUT)
    return Finding("webhook", f"{door.where} answers; nothing was sent")


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
