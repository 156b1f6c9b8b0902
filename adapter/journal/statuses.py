"""What persons said of where a patient stands in a study, and what they are asked to look at.

A row says what was known when: a status set on our page, or one found on the server that is no machine's. The last row
is the word that counts, and a correction is a further row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

from sqlalchemy import Connection, func, select

from adapter.database.tables import journal_review, journal_status
from adapter.errors import AdapterError, did_you_mean

SUBJECT_OUTPUT = "research_subject"

# The required binding of ResearchSubject.status in R4, the furthest first: of several subjects of a person's the first
# in this order is the one that counts.
STATUSES = (
    "withdrawn",
    "off-study",
    "follow-up",
    "on-study-intervention",
    "on-study-observation",
    "on-study",
    "pending-on-study",
    "ineligible",
    "eligible",
    "screening",
    "not-registered",
    "candidate",
    "potential-candidate",
)
# A person has taken the patient on, or off, the study: judging is over, else the study drug itself would exclude.
TAKEN_ON = frozenset(STATUSES[: STATUSES.index("ineligible")])
MACHINES = frozenset({"candidate", "potential-candidate", "ineligible"})


class Origin(StrEnum):
    """Where a person said it."""

    PAGE = "page"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """A person's word; `decision` and `study_hash` are what lay before them, and an instant is UTC, ISO 8601."""

    study: str
    patient: str
    status: str
    reason: str
    author: str  # "" where it was found on the server, which does not say who set it
    at: str
    decision: int | None
    study_hash: str
    origin: str = Origin.PAGE


@dataclass(frozen=True, slots=True)
class StoredStatus(PersonStatus):
    """A person's word on record."""

    id: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """What a person's word and the newest decision disagree about: somebody has to look."""

    study: str
    patient: str
    decision: int
    standing: str  # the machine's
    found: str  # what a person said, `gone` where they deleted it, `unknown` where R4 has no such code


@dataclass(frozen=True, slots=True)
class StoredReview(Review):
    """A review on record; open while `ended_at` is None. It is ended by a person's name, or by new data (`data`)."""

    id: int
    opened_at: str
    ended_at: str | None = None
    ended_by: str | None = None


def subject_delivery(study: str, patient: str, cause: str | int, status: int | None = None) -> tuple[str, str]:
    """Key and payload of what has the server told of a patient: a decision, or the `status` that a person set."""
    named = {"study": study, "patient": patient} | ({} if status is None else {"status": status})
    return f"{SUBJECT_OUTPUT}:{study}:{patient}:{cause}", json.dumps(named)


def sound(said: PersonStatus) -> PersonStatus:
    """Return a person's word, or raise what it lacks."""
    if said.status not in STATUSES:
        raise AdapterError(f'status "{said.status}": R4 has no such code.{did_you_mean(said.status, STATUSES)}')
    if said.origin == Origin.PAGE and not said.author.strip():
        raise AdapterError(f'status "{said.status}": nobody says it. Name its author.')
    return said


def furthest(words: Iterable[str]) -> str:
    """Of the statuses of a person's subjects the one that counts; "" where none is a code of R4."""
    return min((word for word in words if word in STATUSES), key=STATUSES.index, default="")


def news_of(status: str, known: StoredStatus | None) -> bool:
    """Tell whether a status found on the server says what no row has said of a person yet.

    The machine's own words are of interest where a person spoke before: then that is taken back.
    """
    if known is None:
        return status != "" and status not in MACHINES
    return status not in {"", known.status}


def statuses_of(connection: Connection, study: str, patient: str) -> list[StoredStatus]:
    """Everything that persons said of a patient, the oldest first."""
    c = journal_status.c
    statement = select(journal_status).where(c.study == study, c.patient == patient).order_by(c.id)
    return [StoredStatus(**row) for row in connection.execute(statement).mappings()]


def latest_statuses(connection: Connection, study: str, origin: Origin | None) -> dict[str, StoredStatus]:
    """What persons said last, by patient: anywhere, or in one place."""
    c = journal_status.c
    last = select(func.max(c.id)).where(c.study == study).group_by(c.patient)
    if origin is not None:
        last = last.where(c.origin == origin)
    statement = select(journal_status).where(c.id.in_(last)).order_by(c.patient)
    return {row["patient"]: StoredStatus(**row) for row in connection.execute(statement).mappings()}


def open_reviews(connection: Connection, study: str) -> list[StoredReview]:
    """What persons are asked to look at and have not ended, the oldest first."""
    c = journal_review.c
    columns = (c[field.name] for field in fields(StoredReview))
    statement = select(*columns).where(c.study == study, c.ended_at.is_(None)).order_by(c.id)
    return [StoredReview(**row) for row in connection.execute(statement).mappings()]
