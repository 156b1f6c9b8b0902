"""A person marks one fact of the record as not to be used, or gives it back. It counts from the next run on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from adapter.database import Database, open_database, read_database
from adapter.errors import SourceError, UsageError
from adapter.facts.chart import Chart
from adapter.journal import Journal, Marked
from adapter.patients import Patients
from adapter.pipeline import Screen
from adapter.pull.population import as_key
from adapter.screening.model import Fact, SetAside
from adapter.settings import Settings, database_password


@dataclass(frozen=True)
class Word:
    """What a person says of a fact: whose and which it is, why, who says so, and through which day."""

    patient: str
    resource: str
    item: str | None
    reason: str
    author: str
    until: date | None
    lift: bool


class Desk:
    """Where facts are set aside: beside a run at work, for the journal alone is written to."""

    def __init__(self, place: Settings, screen: Screen) -> None:
        self.place, self.screen = place, screen
        self._url, self._password = place.database.url, database_password(place)

    def listed(self, patient: str, language: str, today: date) -> Iterator[str]:
        """Everything of a patient that is set aside, in words."""
        with read_database(self._url, password=self._password) as database:
            journal, key = Journal(database), self._key(Journal(database), patient)
            facts = self._facts(database, key)
            marks = journal.set_aside(self.screen.study.id).get(key, ())
            if not marks:
                yield self.screen.speaker(language).phrase("set_aside", "none", patient=key)
            for by in marks:
                yield self._told(by, facts, language, today)

    def say(self, word: Word, language: str, today: date, at: str) -> str:
        """Record the word; return it as a sentence. Raises SourceError or UsageError where it fits no one fact."""
        with read_database(self._url, password=self._password):
            pass  # a database is not made here
        with open_database(self._url, password=self._password) as database:
            journal = Journal(database)
            key = self._key(journal, word.patient)
            facts = self._facts(database, key)
            fact = self._given_back(journal, key, word) if word.lift else _meant(facts, word)
            until = word.until.isoformat() if word.until else None
            marked = Marked(
                self.screen.study.id, key, fact.resource, fact.item, fact.received, word.reason, word.author,
                today.isoformat(), until, word.lift, at,
            )  # fmt: skip
            with journal.transaction() as work:
                work.mark(marked)
        if word.lift:
            return self.screen.speaker(language).phrase("set_aside", "lifted", resource=fact.resource)
        by = SetAside(fact.resource, fact.item, fact.received, word.reason, word.author, today, word.until)
        return self._told(by, facts, language, today)

    def _key(self, journal: Journal, patient: str) -> str:
        return journal.patient_of(self.screen.study.id, patient) or as_key(patient)

    def _facts(self, database: Database, patient: str) -> tuple[Fact, ...]:
        own = self.place.study.research_study
        known = Patients(Chart(database), Journal(database), self.screen, own, few=True).one(patient)
        if known is None:
            raise SourceError(f"{patient}: not in the database. Name a patient of the population, or run first.")
        return known.record.facts

    def _given_back(self, journal: Journal, patient: str, word: Word) -> SetAside:
        """The mark that is lifted."""
        marks = journal.set_aside(self.screen.study.id).get(patient, ())
        meant = [m for m in marks if m.resource == word.resource and word.item in {None, m.item}]
        if not meant:
            raise UsageError(f"aside: {word.resource} is not set aside, so there is nothing to lift.")
        return meant[-1]

    def _told(self, by: SetAside, facts: tuple[Fact, ...], language: str, today: date) -> str:
        return self.screen.speaker(language).set_aside(by, [fact for fact in facts if by.holds(fact, today)])


def _meant(facts: tuple[Fact, ...], word: Word) -> Fact:
    """The one thing of a resource that is meant; several facts may say it, of a drug for each of its classes."""
    own = [fact for fact in facts if fact.resource == word.resource]
    if not own:
        used = ", ".join(sorted({fact.resource for fact in facts})[:5])
        raise UsageError(f"aside: {word.resource} gives this patient no fact. explain names what counts, as {used}.")
    items = sorted({fact.item for fact in own})
    if word.item is None and len(items) > 1:
        raise UsageError(f"aside: {word.resource} has several parts. Name one with --item: {', '.join(items)}.")
    meant = [fact for fact in own if word.item in {None, fact.item}]
    if not meant:
        raise UsageError(f"aside: {word.resource} has no part {word.item}. It has {', '.join(items)}.")
    return meant[0]
