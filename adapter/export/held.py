"""What the journal holds of one study, as it was at one moment, whoever writes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from adapter.database.tables import journal_decision, journal_run, journal_screening_number
from adapter.journal import StoredDecision, read
from adapter.journal.statuses import StoredStatus, latest_statuses


class By(NamedTuple):
    """What decided: a version of the study, and of the adapter."""

    study_hash: str
    adapter_version: str


@dataclass(frozen=True)
class Screened:
    """One patient who was screened: the number, and all decisions, the oldest first."""

    number: str
    decisions: list[StoredDecision]
    status: StoredStatus | None = None  # what a person said last

    @property
    def last(self) -> StoredDecision:
        """What was decided last."""
        return self.decisions[-1]


def screened(connection: Connection, study: str) -> list[str]:
    """Everybody about whom anything was decided, in the order in which they were first judged."""
    c = journal_decision.c
    first = func.min(c.id)
    return list(connection.scalars(select(c.patient).where(c.study == study).group_by(c.patient).order_by(first)))


class Held:
    """The decisions of one study, by screening number."""

    def __init__(self, connection: Connection, study: str) -> None:
        self._connection, self._study = connection, study
        c = journal_run.c
        found = select(c.id, c.study_hash, c.adapter_version).where(c.study == study)
        self.runs = {number: By(*by) for number, *by in connection.execute(found)}
        self._statuses = latest_statuses(connection, study, None)

    def patients(self) -> Iterator[Screened]:
        """Everybody who has a number, in order of the numbers."""
        c = journal_screening_number.c
        numbered = self._connection.execute(
            select(c.patient, c.number).where(c.study == self._study).order_by(c.number)
        ).all()
        for patient, number in numbered:
            if decisions := read.history(self._connection, self._study, patient):
                yield Screened(read.as_shown(number), decisions, self._statuses.get(patient))
