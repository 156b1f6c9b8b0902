"""Who the flagged are: names and visits, asked of the hospital for them alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select

from adapter.database.tables import clinic_person

BATCH = 500


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as the ward knows them; None: the hospital's server does not say."""

    patient: str
    name: str | None = None
    hospital_number: str | None = None
    department: str | None = None
    last_visit: str | None = None
    next_visit: str | None = None
    fetched_at: str = ""


def keep(connection: Connection, persons: Iterable[Person]) -> None:
    """Keep what was fetched last instead of what was known before."""
    rows = [asdict(one) for one in persons]
    for few in (rows[start : start + BATCH] for start in range(0, len(rows), BATCH)):
        known = clinic_person.c.patient.in_([row["patient"] for row in few])
        connection.execute(delete(clinic_person).where(known))
        connection.execute(insert(clinic_person), few)


def every(connection: Connection) -> dict[str, Person]:
    """Everybody whose name is known, by patient."""
    return {row["patient"]: Person(**row) for row in connection.execute(select(clinic_person)).mappings()}


def one(connection: Connection, patient: str) -> Person:
    """One patient; with nothing said where nothing is known."""
    row = connection.execute(select(clinic_person).where(clinic_person.c.patient == patient)).mappings().first()
    return Person(**row) if row else Person(patient)
