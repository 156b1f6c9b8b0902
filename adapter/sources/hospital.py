"""A hospital's server as a way in, whichever way it is read: by searches, or by an export."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapter.sources.reading import Extent, Read

# The search parameter that names the patient, by type.
OF_PATIENT = {
    "AllergyIntolerance": "patient",
    "Condition": "patient",
    "MedicationAdministration": "patient",
    "MedicationDispense": "patient",
    "MedicationRequest": "patient",
    "MedicationStatement": "patient",
    "Observation": "patient",
    "Patient": "_id",
    "Procedure": "patient",
    "QuestionnaireResponse": "patient",
    "ResearchSubject": "individual",
}


Take = Callable[[bytes], None]
Marks = Mapping[str, datetime | None]  # up to when each type was read as it is to be read now; None: it never was


@dataclass(frozen=True)
class Asked:
    """What a study asks of a server: codes as search tokens, `system|code`.

    `known_codes` tells one set of codelists from another: what was passed over under one may count under another.
    """

    population: tuple[str, ...]
    observations: tuple[str, ...]  # empty: all Observations of the patients
    known_codes: str = ""


class Hospital(Protocol):
    """A server as a pull sees it; every way to the population is a method of its own."""

    @property
    def name(self) -> str:
        """What it is called in the settings."""

    @property
    def asked(self) -> Asked:
        """What a study asks of it."""

    @property
    def listing(self) -> Read:
        """How the population was listed."""

    @property
    def strangers(self) -> int:
        """Who came for it and was not asked for."""

    @property
    def notes(self) -> list[str]:
        """What the server does otherwise, and what is done about it."""

    @property
    def answered(self) -> bool:
        """Whether something about the population has come."""

    @property
    def extent(self) -> Extent:
        """How much of each type it gives; known once it has begun."""

    @property
    def followed(self) -> Set[str]:
        """The types of which the server told what was deleted."""

    def begin(self, marks: Marks, now: datetime, *, due: bool) -> None:
        """Make ready what can be asked; raise Trouble where nothing can. `due`: deletions are to be looked for."""

    def end(self) -> None:
        """All that came is in the chart."""

    def mark(self, reads: Iterable[Read], now: datetime) -> datetime | None:
        """Up to when a type was read; None where nobody can say."""

    def by_conditions(self) -> set[str]:
        """Patients with a Condition of the study's or the hospital's codes."""

    def by_scan(self, wanted: Callable[[bytes], bool]) -> set[str]:
        """Patients with a Condition that is matched here."""

    def by_group(self, reference: str) -> set[str]:
        """The members of a Group or of a List."""

    def by_names(self, names: Iterable[str]) -> set[str]:
        """Patients by ids or hospital numbers."""

    def by_export(self, wanted: Callable[[bytes], bool], known: Iterable[str]) -> set[str]:
        """Patients whom an export tells of; `known`: whom the ones before told of."""

    def present(self, patients: Iterable[str]) -> Mapping[str, Set[str]]:
        """Those of these patients whose Patient is there, each with the records that it calls the same person."""

    def naming(self, patients: Iterable[str]) -> Mapping[str, Set[str]]:
        """The records that call one of these patients the same person, as far as they can be found by that."""

    def of_patients(
        self, kind: str, patients: Sequence[str], since: datetime | None, take: Take, *, only_ids: bool = False
    ) -> Read:
        """Give every resource of a type about these patients to `take`; what is older than `since` stays there."""

    def once_more(self, kind: str, lost: Mapping[str, str], take: Take) -> Read:
        """Give what is still there of resources that did not come; each key with its patient."""

    def deleted(self, kind: str, since: datetime, held: Collection[str]) -> set[str]:
        """Those of these keys that the server says were deleted since then; nothing where it tells of none."""

    def by_ids(self, kind: str, keys: Iterable[str], take: Take) -> Read:
        """Give resources that others refer to."""

    def studies(self, registry: str, own: str | None, take: Take) -> Read:
        """Give the ResearchStudies that are this study."""
