"""What is wrong with the adapter now, and what never arrived: for IT's page and its mail, without a patient."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from adapter.database.tables import journal_delivery, journal_incident

RUN = "run"
KNOWN_CODES = ("1", "10", "11", "12")
PATIENT = re.compile(r"Patient/[A-Za-z0-9.-]{1,64}")
DEAD_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that has begun and is not over; `detail` is what was said of it."""

    kind: str
    about: str
    detail: str
    began_at: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that has failed for good: it waits for a person's word."""

    id: int
    output: str
    created_at: str
    attempts: int
    said: str


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The oldest of them, and how many there are."""

    shown: tuple[DeadLetter, ...]
    count: int


def nameless(said: str) -> str:
    """What a server or a fault said, without the patient whom it named."""
    return PATIENT.sub("a patient", said)


def word_of(kind: str, about: str) -> str:
    """The name under which the catalogue tells of a fault, and of what to do."""
    if kind == RUN:
        return f"run_{about}" if about in KNOWN_CODES else "run_killed"
    return kind


def open_faults(connection: Connection, study: str) -> tuple[Fault, ...]:
    """The faults of a study, or found before it was known which, that are not over; the oldest first."""
    c = journal_incident.c
    asked = select(c.kind, c.about, c.detail, c.began_at).where(c.study.in_((study, "")), c.ended_at.is_(None))
    rows = connection.execute(asked.order_by(c.id))
    return tuple(Fault(kind, about, nameless(detail), at) for kind, about, detail, at in rows)


def dead_letters(connection: Connection) -> DeadLetters:
    """What has failed for good and nobody has settled."""
    c = journal_delivery.c
    dead = c.state == "dead"
    asked = select(c.id, c.output, c.created_at, c.attempts, c.last_error).where(dead).order_by(c.id).limit(DEAD_SHOWN)
    shown = tuple(DeadLetter(*row[:4], nameless(row.last_error or "")) for row in connection.execute(asked))
    return DeadLetters(shown, connection.scalar(select(func.count()).where(dead)) or 0)
