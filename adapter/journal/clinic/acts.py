"""What persons did about a patient: took them on, put them off, wrote a note, spoke with them; and who saw what."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, select

from adapter.database.tables import clinic_outlook, clinic_seen, journal_act
from adapter.journal.work import Work

acts, seen = journal_act.c, clinic_seen.c


class Deed(StrEnum):
    """The kinds of acts; the last of a kind holds."""

    ASSIGN = "assign"  # said: to whom; nothing: to nobody
    SNOOZE = "snooze"  # until: the day from which the patient is shown again
    NOTE = "note"
    REVIEWED = "reviewed"
    CONTACTED = "contacted"
    REFUSED = "refused"  # said: the patient's reason


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person did about a patient."""

    study: str
    patient: str
    kind: str
    said: str
    until: str | None
    author: str
    at: str


@dataclass(frozen=True, slots=True)
class Sight:
    """Which decision about a patient somebody saw, and when."""

    study: str
    patient: str
    who: str
    decision: int
    at: str


def add(work: Work, act: Act) -> None:
    """Put an act on record."""
    work.add(journal_act, act.kind, asdict(act), act.patient, act.author)


def of(connection: Connection, study: str, patient: str) -> list[Act]:
    """All acts about a patient, the newest first."""
    columns = (acts[field.name] for field in fields(Act))
    asked = select(*columns).where(acts.study == study, acts.patient == patient).order_by(acts.id.desc())
    return [Act(**row) for row in connection.execute(asked).mappings()]


def holding(connection: Connection, study: str) -> dict[str, dict[str, Act]]:
    """The last act of each kind, by patient and kind."""
    last = select(func.max(acts.id)).where(acts.study == study).group_by(acts.patient, acts.kind)
    columns = (acts[field.name] for field in fields(Act))
    found: dict[str, dict[str, Act]] = {}
    for row in connection.execute(select(*columns).where(acts.id.in_(last))):
        act = Act(*row)
        found.setdefault(act.patient, {})[act.kind] = act
    return found


def see(connection: Connection, sight: Sight) -> None:
    """Note which decision somebody saw last."""
    row = asdict(sight)
    connection.execute(delete(clinic_seen).where(*(seen[name] == row[name] for name in ("study", "patient", "who"))))
    connection.execute(insert(clinic_seen).values(row))


def seen_by(connection: Connection, study: str, who: str) -> dict[str, tuple[int, str]]:
    """The decision that somebody saw last and the standing it gave, by patient."""
    c = clinic_outlook.c
    asked = select(seen.patient, seen.decision, c.standing).join(clinic_outlook, c.decision == seen.decision)
    rows = connection.execute(asked.where(seen.study == study, seen.who == who))
    return {patient: (decision, standing) for patient, decision, standing in rows}
