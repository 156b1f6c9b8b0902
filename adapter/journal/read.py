"""Questions to the journal, on any connection, with one order of answers."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, func, select

from adapter.database.tables import (
    journal_change,
    journal_decision,
    journal_delivery,
    journal_note,
    journal_run,
    journal_screening_number,
    journal_set_aside,
    journal_subject,
)
from adapter.journal.merged import records_of, survivor_of
from adapter.journal.records import Delivery, Latest, Marked, Run, StoredChange, StoredDecision, Subject

decisions = journal_decision.c
WHOLE = select(*(decisions[field.name] for field in fields(StoredDecision)))


def latest_of_all(connection: Connection, study: str) -> dict[str, Latest]:
    """The latest decision of every patient."""
    last = select(func.max(decisions.id)).where(decisions.study == study).group_by(decisions.patient)
    columns = (decisions[field.name] for field in fields(Latest))
    statement = select(*columns).where(decisions.id.in_(last)).order_by(decisions.patient)
    return {row["patient"]: Latest(**row) for row in connection.execute(statement).mappings()}


def latest_of(connection: Connection, study: str, patient: str) -> Latest | None:
    """The latest decision of one patient."""
    columns = (decisions[field.name] for field in fields(Latest))
    statement = select(*columns).where(decisions.study == study, decisions.patient == patient)
    row = connection.execute(statement.order_by(decisions.id.desc()).limit(1)).mappings().first()
    return Latest(**row) if row else None


def decision(connection: Connection, number: int) -> StoredDecision:
    """One decision by its number."""
    return StoredDecision(**connection.execute(WHOLE.where(decisions.id == number)).mappings().one())


def history(connection: Connection, study: str, patient: str) -> list[StoredDecision]:
    """All decisions about a patient, the oldest first."""
    statement = WHOLE.where(decisions.study == study, decisions.patient == patient).order_by(decisions.id)
    return [StoredDecision(**row) for row in connection.execute(statement).mappings()]


def latest(connection: Connection, study: str, patient: str, as_of: str | None) -> StoredDecision | None:
    """The latest decision about a patient, of those whose index date is not later than a day."""
    statement = WHOLE.where(decisions.study == study, decisions.patient == patient).order_by(decisions.id.desc())
    if as_of is not None:
        statement = statement.where(decisions.as_of <= as_of)
    row = connection.execute(statement.limit(1)).mappings().first()
    return StoredDecision(**row) if row else None


def note(connection: Connection, decision: int, language: str) -> str | None:
    """What a decision says in words; None where it was recorded before words were kept."""
    c = journal_note.c
    return connection.scalar(select(c.note).where(c.decision == decision, c.language == language))


def changes(connection: Connection, study: str, patient: str | None, after: int) -> list[StoredChange]:
    """The changes that came after one of them, the oldest first."""
    c = journal_change.c
    statement = select(journal_change).where(c.study == study, c.id > after).order_by(c.id)
    if patient is not None:
        statement = statement.where(c.patient == patient)
    return [StoredChange(**row) for row in connection.execute(statement).mappings()]


def deliveries(connection: Connection, output: str, state: str | None = None) -> list[Delivery]:
    """The deliveries of an output, those in one state or all, the oldest first."""
    c = journal_delivery.c
    statement = select(journal_delivery).where(c.output == output).order_by(c.id)
    if state is not None:
        statement = statement.where(c.state == state)
    return [Delivery(**row) for row in connection.execute(statement).mappings()]


def open_deliveries(connection: Connection) -> list[Delivery]:
    """What waits for any output, or has failed for good, the oldest first."""
    c = journal_delivery.c
    statement = select(journal_delivery).where(c.state.in_(("pending", "dead"))).order_by(c.id)
    return [Delivery(**row) for row in connection.execute(statement).mappings()]


def screening_number(connection: Connection, study: str, patient: str) -> str | None:
    """The patient's number as it is shown; without one of their own, that of a record they stand for."""
    c = journal_screening_number.c
    number = connection.scalar(select(c.number).where(c.study == study, c.patient == patient))
    if number is None and (replaced := records_of(connection, patient)):
        number = connection.scalar(select(func.min(c.number)).where(c.study == study, c.patient.in_(replaced)))
    return None if number is None else as_shown(number)


def screening_numbers(connection: Connection, study: str) -> dict[str, str]:
    """Everybody's number, by patient."""
    c = journal_screening_number.c
    rows = connection.execute(select(c.patient, c.number).where(c.study == study)).all()
    return {patient: as_shown(number) for patient, number in rows}


def patient_of(connection: Connection, study: str, shown: str) -> str | None:
    """The patient who has a screening number, given as it is shown."""
    c = journal_screening_number.c
    digits = shown.removeprefix("S-")
    if not digits.isdecimal() or as_shown(int(digits)) != shown:
        return None
    patient = connection.scalar(select(c.patient).where(c.study == study, c.number == int(digits)))
    return survivor_of(connection, patient) if patient is not None else None


def as_shown(number: int) -> str:
    """A screening number as people see it."""
    return f"S-{number:04}"


def subject(connection: Connection, study: str, patient: str) -> Subject | None:
    """What we last wrote to a patient's ResearchSubject."""
    c = journal_subject.c
    statement = select(journal_subject).where(c.study == study, c.patient == patient)
    row = connection.execute(statement).mappings().first()
    return Subject(**row) if row else None


def run(connection: Connection, number: int) -> Run:
    """One run by its number."""
    return Run(**connection.execute(select(journal_run).where(journal_run.c.id == number)).mappings().one())


def set_aside(connection: Connection, study: str) -> list[Marked]:
    """What persons have marked as not to be used and have not given back, by patient and in the order it was said."""
    c = journal_set_aside.c
    columns = (c[field.name] for field in fields(Marked))
    rows = connection.execute(select(*columns).where(c.study == study).order_by(c.id)).mappings()
    last = {(row["patient"], row["resource"], row["item"], row["received"]): Marked(**row) for row in rows}
    return sorted((marked for marked in last.values() if not marked.lifted), key=lambda m: (m.patient, m.at))


def last_run(connection: Connection, study: str, before: int | None = None) -> Run | None:
    """The run begun last, or last before another."""
    c = journal_run.c
    statement = select(journal_run).where(c.study == study).order_by(c.id.desc()).limit(1)
    if before is not None:
        statement = statement.where(c.id < before)
    row = connection.execute(statement).mappings().first()
    return Run(**row) if row else None


def good_runs(connection: Connection, study: str, count: int) -> list[str]:
    """When the last runs began that have ended, the newest first."""
    c = journal_run.c
    statement = select(c.started_at).where(c.study == study, c.ended_at.is_not(None)).order_by(c.id.desc()).limit(count)
    return list(connection.scalars(statement))
