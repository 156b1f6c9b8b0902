"""A look at a hospital's server without a database: whom a screening asks for, read whole and kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapter.facts.intake import Cohort, Intake, Kept
from adapter.facts.read.records import is_shared
from adapter.facts.read.references import not_asked
from adapter.fhir.client import Client
from adapter.fhir.errors import Trouble
from adapter.pipeline import Screen
from adapter.progress import Progress
from adapter.pull.population import Population, as_key, asked_of, in_part
from adapter.settings import Settings
from adapter.sources.hospital import OF_PATIENT
from adapter.sources.search import SearchSource
from adapter.study.load import Mapped

PATIENTS_FIRST = sorted(OF_PATIENT, key=lambda kind: kind != "Patient")


class Guests(Intake):
    """Takes what is about these patients, and what belongs to nobody."""

    def __init__(self, screen: Screen, own_study: str, patients: set[str]) -> None:
        super().__init__(screen.context, screen.views, screen.study.registry, own_study)
        self.patients = patients

    def read(self, raw: bytes, head: Any = None) -> Kept | None:
        """Read one resource; what belongs to somebody who was not asked for is accounted for and left."""
        kept = super().read(raw, head)
        if kept is None or is_shared(kept) or kept.patient in self.patients:
            return kept
        self.tally.ignore(kept.type, not_asked(kept.patient))
        return None


class Visit:
    """One look at one server."""

    def __init__(self, client: Client, place: Settings, mapped: Mapped, screen: Screen, progress: Progress) -> None:
        self.place, self.screen, self.progress = place, screen, progress
        asked, compare = asked_of(screen.study, mapped.codelists), place.source.compare_totals
        self.source = SearchSource(client, asked, compare=compare)
        self.troubles: dict[str, Trouble] = {}  # by type

    def read(self, named: Sequence[str]) -> Cohort:
        """The patients named, else the population; raises Trouble where the server gives nothing at all.

        `troubles` says afterwards which types were read in part; the patients are incomplete for them.
        """
        patients = self._patients({as_key(name) for name in named})
        own_study = self.place.study.research_study or ""
        guests = Guests(self.screen, own_study, patients)

        def take(raw: bytes) -> None:
            self.progress.step()
            guests.take(raw)

        for kind in PATIENTS_FIRST:
            read = self.source.of_patients(kind, sorted(patients), None, take)
            if read.trouble and not in_part(read.trouble, came=self.source.answered or bool(guests.seen)):
                raise read.trouble
            self._note(kind, read.trouble)
            guests.tally.read(kind, len(patients), read.pages, read.expected)
        self._note("Medication", self.source.by_ids("Medication", guests.referred, take).trouble)
        studies = self.source.studies(self.screen.study.registry, own_study or None, take)
        self._note("ResearchStudy", studies.trouble)
        return guests.cohort(self.troubles)

    def _patients(self, named: set[str]) -> set[str]:
        """These with their other records, else the population.

        Where the server lists a part only, these alone, or nobody of a population: who is missing is not known.
        """
        whom = Population(self.source, self.place.population, self.screen.study, self.screen.context.codes)
        try:
            return whom.persons(named) if named else whom.listed()
        except Trouble as trouble:
            if not in_part(trouble, came=self.source.answered):
                raise
            self._note("Patient" if named else "Condition", trouble)
            return named

    def _note(self, kind: str, trouble: Trouble | None) -> None:
        if trouble is not None:
            self.troubles[kind] = trouble
