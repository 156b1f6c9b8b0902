"""Whom a page is about: a screening number of this study, and what its reader may know of the person."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort

from adapter.journal.clinic import persons
from adapter.journal.clinic.persons import Person
from adapter.worklist.access.gate import the_visit
from adapter.worklist.access.roles import CLINIC
from adapter.worklist.ward import the_ward


@dataclass(frozen=True)
class Whom:
    """A patient of the study; of a pseudonymised reader's the person is empty."""

    number: str
    patient: str
    person: Person
    named: bool

    @property
    def path(self) -> str:
        """The address of the patient's page: it holds nothing but the screening number."""
        return f"/worklist/{self.number}"


def whom(number: str) -> Whom:
    """Who has this number in the study of this page; 404 where nobody has, whoever has it elsewhere."""
    ward, named = the_ward(), the_visit().role in CLINIC
    patient = ward.journal.patient_of(ward.study.id, number)
    if patient is None:
        abort(404)
    if not named:
        return Whom(number, patient, Person(patient), named)
    with ward.database.reading() as connection:
        return Whom(number, patient, persons.one(connection, patient), named)
