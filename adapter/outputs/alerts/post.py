"""Handing a mail to the hospital's mail server: safely where the settings say so, and never otherwise."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from adapter.errors import SettingsError
from adapter.fhir.errors import printable
from adapter.outputs.alerts.news import MAY_HAVE_ARRIVED
from adapter.outputs.base import FailedForGood, TryLater, WaitsForPerson
from adapter.settings.model import Email

DEADLINE_S = 30


class _NoAnswer(Exception):  # noqa: N818 - told on as TryLater
    """The mail was sent, and nothing came back: the server has it or not."""


class _Session(smtplib.SMTP):
    """A session that tells an answer which was lost from one that said no."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the mail itself."""
        try:
            return super().data(msg)
        except smtplib.SMTPResponseException:
            raise
        except OSError as fault:  # a lost connection is one, too
            raise _NoAnswer(_said(fault)) from None


class _TlsSession(_Session, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


@dataclass(frozen=True)
class Letter:
    """One mail to one address; `key` names it, so that a repeat is known as one."""

    to: str
    key: str
    at: datetime
    subject: str
    text: str


class Post:
    """The mail server of the settings."""

    def __init__(self, settings: Email, password: str | None = None, deadline_s: float = DEADLINE_S) -> None:
        if settings.ca_file and not settings.ca_file.is_file():
            raise SettingsError(f"outputs.email.ca_file: there is no file {settings.ca_file}.")
        if not settings.sender:
            raise SettingsError("outputs.email.from must be set: the address that the mail comes from.")
        self._settings, self._sender, self._password = settings, settings.sender, password
        self._deadline_s, self._where = deadline_s, f"{settings.host}:{settings.port}"

    def send(self, letter: Letter) -> None:
        """Hand it over, or raise what kept us from it."""
        try:
            with self._session() as session:
                _hand_over(session, self._message(letter), letter.to)
        except ssl.SSLError as fault:
            raise WaitsForPerson(f"{self._where}: no safe connection ({fault.reason or type(fault).__name__}). Check "
                                 "outputs.email security and ca_file.") from None  # fmt: skip
        except _NoAnswer as fault:
            raise TryLater(f"{self._where}: no answer to the mail ({fault}). {MAY_HAVE_ARRIVED}") from None
        except (smtplib.SMTPException, OSError) as fault:
            raise TryLater(f"{self._where}: {_said(fault)}. It is tried again in the next run.") from None

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, letter.to, letter.subject
        message["Date"] = format_datetime(letter.at)
        domain = self._sender.rpartition("@")[2].rstrip("> ")
        message["Message-ID"] = f"<{letter.key}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, charset="utf-8", cte="base64")
        return message

    @contextmanager
    def _session(self) -> Iterator[_Session]:
        """Sign in, safely where the settings say so and never otherwise; a refusal here is not the mail's fault."""
        settings, seconds = self._settings, self._deadline_s
        context = None if settings.security == "none" else ssl.create_default_context(cafile=settings.ca_file)
        if settings.security == "tls":
            session: _Session = _TlsSession(settings.host, settings.port, timeout=seconds, context=context)
        else:
            session = _Session(settings.host, settings.port, timeout=seconds)
        try:
            try:
                if settings.security == "starttls":
                    session.starttls(context=context)
                session.ehlo_or_helo_if_needed()
                if settings.username:
                    session.login(settings.username, self._password or "")
            except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException) as fault:
                if _code(fault) // 100 == 4:
                    raise
                raise WaitsForPerson(f"{self._where}: {_said(fault)}. Check [outputs.email] in the settings.") from None
            yield session
        finally:
            with suppress(smtplib.SMTPException, OSError):  # the mail is there or not, whatever the farewell
                session.quit()
            session.close()


def _hand_over(session: smtplib.SMTP, message: EmailMessage, address: str) -> None:
    try:
        session.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        fault: smtplib.SMTPException = smtplib.SMTPResponseException(code, said)
    except smtplib.SMTPSenderRefused as refused:
        if _code(refused) // 100 == 4:
            raise
        raise WaitsForPerson(f"the mail server refuses our sender ({_said(refused)}). Check [outputs.email].") from None
    except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as refused:
        fault = refused
    else:
        return
    if _code(fault) // 100 == 4:
        raise fault
    raise FailedForGood(f"{address}: the mail server refuses it ({_said(fault)}). Correct outputs.email.")


def _code(fault: smtplib.SMTPException) -> int:
    return fault.smtp_code if isinstance(fault, smtplib.SMTPResponseException) else 500


def _said(fault: Exception) -> str:
    """What the server said, on one line."""
    if isinstance(fault, smtplib.SMTPResponseException):
        said = fault.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{fault.smtp_code} {printable(text)[:120]}"
    return printable(str(fault))[:120] or type(fault).__name__
