"""Reading the chart, in an order that no order of storing changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row as Found
from sqlalchemy import Select, select

from adapter.database import Database
from adapter.database.tables import (
    chart_in_part,
    chart_member,
    chart_quarantine,
    chart_resource,
    chart_seen,
    chart_watermark,
)
from adapter.facts.chart.rows import as_text, bare, kept_of
from adapter.facts.chart.work import Watermark, Work
from adapter.facts.intake import UNSAID, Kept
from adapter.facts.read.persons import Row, links_of

BATCH = 500
# As nearly every Patient's row has it: the database passes over those, and whoever is left is read and looked at.
LINKED_TO_NOBODY = as_text({"replaced_by": [], "replaces": []})[1:-1]
resources = chart_resource.c


class Member(NamedTuple):
    """A patient of the population, by which way, since when."""

    patient: str
    way: str
    since: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A resource, or a number of nameless pieces, that could not be read; `resource` is its key where it has one."""

    type: str
    resource: str | None
    reason: str
    first_at: str
    count: int


class Chart:
    """What is known of the hospital; writing goes through a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """All that is done in the context is kept at its end, or nothing of it."""
        with self._database.writing() as connection:
            yield Work(connection)

    def patients(self) -> Iterator[str]:
        """Every patient whose Patient is here, in order."""
        statement = select(resources.id).where(resources.type == "Patient").order_by(resources.id)
        return (f"Patient/{row.id}" for row in self._stream(statement))

    def linked(self) -> list[Row]:
        """The rows of the Patients that say, or of whom another says, that they are one person."""
        patients = select(chart_resource).where(resources.type == "Patient").order_by(resources.id)
        perhaps = self._stream(patients.where(resources.rows.not_like(f"%{LINKED_TO_NOBODY}%")))
        saying = {str(row["key"]): row for kept in map(kept_of, perhaps) for row in kept.rows if links_of(row)}
        named = {key for row in saying.values() for key in links_of(row)} - saying.keys()
        return [*saying.values(), *(row for kept in self._named("Patient", named) for row in kept.rows)]

    def _named(self, kind: str, keys: Iterable[str]) -> Iterator[Kept]:
        """The resources of one type with these keys, in order."""
        ids = sorted(bare(kind, key) for key in keys)
        for start in range(0, len(ids), BATCH):
            few = select(chart_resource).where(resources.type == kind, resources.id.in_(ids[start : start + BATCH]))
            yield from map(kept_of, self._stream(few.order_by(resources.id)))

    def of_patient(self, patient: str) -> list[Kept]:
        """All resources of one patient, the Patient among them, by type and id."""
        statement = select(chart_resource).where(resources.patient == patient)
        return [kept_of(row) for row in self._stream(statement.order_by(resources.type, resources.id))]

    def by_patient(self) -> Iterator[tuple[str, list[Kept]]]:
        """Every patient with all resources, in order, in one reading: what a run over everybody needs."""
        statement = select(chart_resource).where(resources.patient.is_not(None))
        rows = self._stream(statement.order_by(resources.patient, resources.type, resources.id))
        return (
            (patient, [kept_of(row) for row in own]) for patient, own in groupby(rows, lambda row: str(row.patient))
        )

    def medications(self, keys: Iterable[str]) -> list[Kept]:
        """The Medications with these keys."""
        return list(self._named("Medication", keys))

    def shared(self, kind: str) -> list[Kept]:
        """The resources of a type that belongs to no patient: Medication, ResearchStudy."""
        statement = select(chart_resource).where(resources.type == kind, resources.patient.is_(None))
        return [kept_of(row) for row in self._stream(statement.order_by(resources.id))]

    def keys(self, kind: str, patients: Iterable[str]) -> dict[str, str]:
        """The keys of what is here of one type about these patients, each with its patient."""
        about, here = set(patients), select(resources.id, resources.patient).where(resources.type == kind)
        few = here.where(resources.patient.in_(sorted(about))) if len(about) <= BATCH else here
        rows = self._stream(few) if about else ()
        return {f"{kind}/{row.id}": str(row.patient) for row in rows if row.patient in about}

    def newness(self, kind: str, patients: Iterable[str]) -> dict[str, tuple[int, int]]:
        """How new what is here of one type about these patients is, by key."""
        about = set(patients)
        asked = select(resources.id, resources.patient, resources.updated, resources.version_number)
        rows = self._stream(asked.where(resources.type == kind, resources.patient.is_not(None)))
        return {f"{kind}/{row.id}": (row.updated, row.version_number) for row in rows if row.patient in about}

    def watermark(self, kind: str) -> Watermark | None:
        """How far a type was read; None where it never was, or was forgotten."""
        row = next(self._stream(select(chart_watermark).where(chart_watermark.c.type == kind)), None)
        return Watermark(row.instant, row.asked, row.read_at, row.complete, row.reconciled_at) if row else None

    def reconciled(self) -> dict[str, str | None]:
        """When each type that was read was last held to all that the server has; None: never."""
        c = chart_watermark.c
        return {row.type: row.reconciled_at for row in self._stream(select(c.type, c.reconciled_at).order_by(c.type))}

    def undated(self, kind: str) -> bool:
        """Whether a resource of this type does not say when it was last updated."""
        statement = select(resources.id).where(resources.type == kind, resources.updated == UNSAID)
        return next(self._stream(statement.limit(1)), None) is not None

    def seen(self, patient: str | None = None) -> dict[str, list[str]]:
        """The types of which something came about a patient that is not kept, by patient: of all or of one."""
        asked = select(chart_seen) if patient is None else select(chart_seen).where(chart_seen.c.patient == patient)
        rows = self._stream(asked.order_by(chart_seen.c.patient, chart_seen.c.type))
        return {patient: [row.type for row in own] for patient, own in groupby(rows, lambda row: str(row.patient))}

    def members(self) -> list[Member]:
        """The population, by patient and way."""
        statement = select(chart_member)
        return [
            Member(row.patient, row.way, row.since)
            for row in self._stream(statement.order_by(chart_member.c.patient, chart_member.c.way))
        ]

    def quarantined(self) -> list[Quarantined]:
        """What could not be read and has not been read since."""
        c = chart_quarantine.c
        columns = c.type, c.resource, c.reason, c.first_at, c.count.label("times")  # a Row has a method named count
        rows = self._stream(select(*columns).order_by(c.type, c.resource, c.reason))
        return [Quarantined(row.type, row.resource or None, row.reason, row.first_at, row.times) for row in rows]

    def in_part(self) -> set[str]:
        """The types that were read in part when they were read last: something of anybody may be missing."""
        return {row.type for row in self._stream(select(chart_in_part.c.type))}

    def unread(self) -> dict[str, set[str]]:
        """The types of which something of a patient could not be read, by patient."""
        c = chart_quarantine.c
        found: dict[str, set[str]] = {}
        for row in self._stream(select(c.patient, c.type).where(c.patient.is_not(None)).distinct()):
            found.setdefault(row.patient, set()).add(row.type)
        return found

    def _stream(self, statement: Select[Any]) -> Iterator[Found[Any]]:
        with self._database.reading() as connection:
            yield from connection.execution_options(yield_per=BATCH).execute(statement)
