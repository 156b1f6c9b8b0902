"""Mail to the investigators: one digest a recipient, with counts, screening numbers and a link; no patient data.

At least once: where the answer to a mail that the server took is lost, the same mail goes again with the same
Message-ID. What a patient needs is said in the study's own words; nothing else of a decision finds its way in.
"""

from __future__ import annotations

import hashlib
import json
import smtplib
import ssl
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial

from adapter.errors import AdapterError, SettingsError
from adapter.fhir.errors import printable
from adapter.journal import Change, Delivery, Journal
from adapter.outputs.base import Clock, FailedForGood, State, Told, WaitsForPerson, attempt, instant
from adapter.screening.decision import Standing
from adapter.screening.settle import Settles
from adapter.screening.study import Study
from adapter.settings.model import Email, Recipient, Settings
from adapter.words import Speaker

NAME = "email"
AT_ONCE = "at-once"
DEADLINE_S = 30
PATIENTS_SHOWN = 50  # a first run over a full hospital is one mail that can be read
NEEDS_SHOWN = 3
ORDER = [Standing.CANDIDATE, Standing.POTENTIAL_CANDIDATE, Standing.OPEN, Standing.INELIGIBLE]


class TryLater(AdapterError):  # noqa: N818 - an answer more than an error
    """The mail server cannot take it now."""


@dataclass(frozen=True, slots=True)
class News:
    """What one recipient is told of one patient."""

    number: str
    kind: str
    standing: Standing
    needs: tuple[Settles, ...]


def recipients(settings: Email) -> tuple[Recipient, ...]:
    """Everybody who is told, each once, in the way that they want it."""
    described = {one.address: one for one in settings.recipients}
    plain = {address: Recipient(address=address) for address in settings.to}
    return tuple({**plain, **described}.values())


def mail_deliveries(change: Change, number: int, settings: Email) -> Iterator[tuple[str, str]]:
    """Yield key and payload for everybody who wants to hear of a change, known by its number in the journal."""
    for one in recipients(settings):
        if change.material and (not one.kinds or {change.kind, change.new_standing} & {*one.kinds}):
            told = {"to": one.address, "study": change.study, "patient": change.patient, "kind": change.kind}
            payload = {**told, "standing": change.new_standing, "decision": change.decision}
            yield f"{NAME}:{change.study}:{number}:{one.address}", json.dumps(payload, ensure_ascii=False)


def worklist_link(settings: Settings) -> str:
    """Return the address of the worklist as an investigator's browser knows it."""
    public = getattr(settings.worklist, "public_url", None)
    return f"{public or f'http://{settings.worklist.host}:{settings.worklist.port}'}".rstrip("/") + "/worklist"


class EmailOutput:
    """Sends each recipient one digest of all that is new to them; the clock is that of the hospital."""

    name = NAME

    def __init__(
        self, settings: Email, journal: Journal, speaker: Callable[[str], Speaker], clock: Clock, *,
        link: str, password: str | None = None,
    ) -> None:  # fmt: skip
        if settings.ca_file and not settings.ca_file.is_file():
            raise SettingsError(f"outputs.email.ca_file: there is no file {settings.ca_file}.")
        if not settings.sender:
            raise SettingsError("outputs.email.from must be set: the address that the mail comes from.")
        self._settings, self._journal, self._speaker, self._clock = settings, journal, speaker, clock
        self._sender, self._link, self._password = settings.sender, link, password
        self._recipients = {one.address: one for one in recipients(settings)}

    def deliver(self, pending: Sequence[Delivery]) -> Iterator[Told]:
        """Send one digest after the other; one that is no longer a recipient gets none."""
        waiting: dict[str, list[Delivery]] = {}
        study = self._speaker("en").study.id
        for one in pending:
            payload = json.loads(one.payload)
            if payload["study"] == study:
                waiting.setdefault(payload["to"], []).append(one)
        for address, together in waiting.items():
            if address in self._recipients and not self._due(self._recipients[address], together):
                continue
            yield attempt(together, partial(self._digest, address, tuple(together)))

    def _due(self, recipient: Recipient, waiting: Sequence[Delivery]) -> bool:
        """Whether the hour at which they want their digest has struck since the oldest of it came about."""
        if recipient.digest == AT_ONCE:
            return True
        now = self._clock()
        struck = datetime.combine(now.date(), time.fromisoformat(recipient.digest), now.tzinfo)
        struck -= timedelta(days=struck > now)
        return min(datetime.fromisoformat(one.created_at) for one in waiting) < struck

    def _digest(self, address: str, together: tuple[Delivery, ...]) -> Told:
        recipient = self._recipients.get(address)
        if recipient is None:
            raise FailedForGood(f"{address}: not in outputs.email any more, so nothing was sent there.")
        speaker = self._speaker(recipient.language)
        payloads = [json.loads(one.payload) for one in together]
        last = {payload["patient"]: payload for payload in payloads}  # of several changes of one patient
        news = [self._news(payload, speaker.study) for payload in last.values()]
        message = self._message(address, together, *as_text(news, speaker, self._link))
        self._send(message, address)
        return Told(together, State.DONE)

    def _news(self, payload: dict[str, str], study: Study) -> News:
        patient = payload["patient"]
        number = self._journal.screening_number(study.id, patient)
        if number is None:
            with self._journal.transaction() as work:
                number = work.screening_number(study.id, patient, instant(self._clock()))
        line = json.loads(self._journal.decision(int(payload["decision"])).line)
        return News(number, payload["kind"], Standing(payload["standing"]), needs(line, study))

    def _message(self, address: str, together: Sequence[Delivery], subject: str, text: str) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, address, subject
        message["Date"] = format_datetime(self._clock())
        keys = "\n".join(sorted(one.key for one in together))
        domain = self._sender.rpartition("@")[2].rstrip("> ")
        message["Message-ID"] = f"<{hashlib.sha256(keys.encode()).hexdigest()[:32]}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text, charset="utf-8", cte="base64")
        return message

    def _send(self, message: EmailMessage, address: str) -> None:
        where = f"{self._settings.host}:{self._settings.port}"
        try:
            with self._session(where) as session:
                _hand_over(session, message, address)
        except ssl.SSLError as fault:
            raise WaitsForPerson(f"{where}: no safe connection ({fault.reason or type(fault).__name__}). Check "
                                 "outputs.email security and ca_file.") from None  # fmt: skip
        except (smtplib.SMTPException, OSError) as fault:
            raise TryLater(f"{where}: {_said(fault)}. It is tried again in the next run.") from None

    @contextmanager
    def _session(self, where: str) -> Iterator[smtplib.SMTP]:
        """Sign in, safely where the settings say so and never otherwise; a refusal here is not the mail's fault."""
        settings = self._settings
        context = None if settings.security == "none" else ssl.create_default_context(cafile=settings.ca_file)
        if settings.security == "tls":
            session: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=DEADLINE_S, context=context)
        else:
            session = smtplib.SMTP(settings.host, settings.port, timeout=DEADLINE_S)
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
                raise WaitsForPerson(f"{where}: {_said(fault)}. Check [outputs.email] in the settings.") from None
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


def needs(line: dict[str, object], study: Study) -> tuple[Settles, ...]:
    """What would settle the patient, found again in the study: only its words are said, in any language."""
    things = {thing.what[language]: thing for thing in study.settlements for language in ("en", "zh")}
    entries = line.get("settles")
    asked = [(str(one["do"]), things.get(one["what"])) for one in (entries if isinstance(entries, list) else [])]
    return tuple(Settles(thing, do, (), rules_out=False) for do, thing in asked if thing is not None)


def as_text(news: Iterable[News], speaker: Speaker, link: str) -> tuple[str, str]:
    """Subject and body."""
    ordered = sorted(news, key=lambda one: (ORDER.index(one.standing), one.number))
    study = {"registry": speaker.study.registry, "title": speaker.study.title[speaker.language]}
    kinds = Counter(_kind(one.kind, speaker) for one in ordered)
    lines = [speaker.phrase("mail", "opening", **study), ""]
    lines += [f"  {speaker.phrase('mail', kind, count=kinds[kind])}" for kind in sorted(kinds)]
    lines += ["", *(_line(one, speaker) for one in ordered[:PATIENTS_SHOWN])]
    if len(ordered) > PATIENTS_SHOWN:
        lines.append(speaker.phrase("mail", "more_patients", count=len(ordered) - PATIENTS_SHOWN))
    lines += ["", speaker.phrase("mail", "link", link=link), "", speaker.phrase("mail", "closing"), ""]
    return speaker.phrase("mail", "subject", count=len(ordered), **study), "\n".join(lines)


def _kind(kind: str, speaker: Speaker) -> str:
    return f"kind_{kind}" if f"kind_{kind}" in speaker.catalogue["mail"] else "kind_other"


def _line(one: News, speaker: Speaker) -> str:
    wants = [
        speaker.phrase("mail", "need", do=speaker.phrase("do", need.do), what=need.thing.what[speaker.language])
        for need in one.needs[:NEEDS_SHOWN]
    ]
    if len(one.needs) > NEEDS_SHOWN:
        wants.append(speaker.phrase("told", "more", count=len(one.needs) - NEEDS_SHOWN))
    standing = speaker.phrase("mail", f"standing_{one.standing}")
    return speaker.phrase("mail", "patient_needs" if wants else "patient", number=one.number, standing=standing,
                          needs=speaker.join(wants))  # fmt: skip
