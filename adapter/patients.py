"""Patients as a run on this day would judge them, whoever asks: a run itself, the page, a look back or a look ahead.

One is made of what the chart holds of all their records, the forms that were filled in on the page, the facts that a
person has set aside, and what persons have said of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from adapter.facts.chart import Chart, People
from adapter.facts.chart.answered import answered
from adapter.facts.intake import Kept
from adapter.facts.read.persons import Persons
from adapter.facts.tally import Tally
from adapter.journal import Journal, StoredStatus
from adapter.journal.clinic.answers import Form
from adapter.journal.statuses import TAKEN_ON, furthest
from adapter.pipeline import Screen
from adapter.pull.pull import WAY
from adapter.screening.model import PatientRecord, SetAside

BY_A_PERSON = "taken on or off this study by a person"


@dataclass(frozen=True)
class Known:
    """A patient with everything that is known of them, and why a run would not judge them (None: it would)."""

    record: PatientRecord
    not_judged: str | None

    @property
    def patient(self) -> str:
        """The key of the record that stands for the person."""
        return self.record.person.id

    @property
    def heard(self) -> str:
        """What the server's subjects of this study say of the patient; "" where they say nothing."""
        return furthest(_words(self.record))


class Patients:
    """The patients of one study; `few`: not all of them will be asked for. `own_study`: as the hospital names it."""

    def __init__(
        self, chart: Chart, journal: Journal, screen: Screen, own_study: str | None, tally: Tally | None = None,
        *, few: bool = False,
    ) -> None:  # fmt: skip
        study = screen.study
        self._chart, self._screen = chart, screen
        self._people = People(chart, screen.context, study.registry, own_study or "", tally, few=few)
        self._said, self._set_aside = journal.latest_statuses(study.id), journal.set_aside(study.id)
        self._forms = _forms(journal, study.id, few=few)

    @property
    def persons(self) -> Persons:
        """Which records are one person."""
        return self._people.persons

    @cached_property
    def population(self) -> frozenset[str]:
        """Whom the study is asked about, as the last run found them."""
        return frozenset(member.patient for member in self._chart.members() if member.way == WAY)

    def everybody(self) -> Iterator[Known]:
        """Everybody of the population, in order."""
        for patient, kept in self._chart.by_patient():
            known = self._known(patient, kept) if patient in self.population else None
            if known is not None:
                yield known

    def one(self, patient: str, more: Iterable[bytes] = ()) -> Known | None:
        """One patient, also from outside the population, with `more` forms; None where there is no such Patient."""
        return self._known(patient, self._chart.of_patient(patient), more)

    def _known(self, patient: str, kept: Sequence[Kept], more: Iterable[bytes] = ()) -> Known | None:
        whose = (patient, *self.persons.replaced_by(patient))
        forms = [*(form.body for key in whose for form in self._forms(key)), *more]
        known = self._people.one([*kept, *answered(forms, self._screen.context, self._screen.views)])
        if known is None:
            return None
        about, record = known
        marks: tuple[SetAside, ...] = tuple(mark for key in whose for mark in self._set_aside.get(key, ()))
        return Known(replace(record, set_aside=marks), about.not_judged or _taken_on(record, self._said))


def _forms(journal: Journal, study: str, *, few: bool) -> Callable[[str], Sequence[Form]]:
    """What gives the forms of a patient: all are read at once, or each patient's when they are asked for."""
    if few:
        return partial(journal.forms_of, study)
    every = journal.forms(study)
    return lambda patient: every.get(patient, ())


def _taken_on(record: PatientRecord, said: Mapping[str, StoredStatus]) -> str | None:
    """Why somebody is not judged whom a person has taken on or off this study; None: nobody has.

    `said`: what persons said last, by patient, on our page, or on the server before the subject there was deleted.
    """
    own = (said.get(key) for key in (record.person.id, *record.replaces))
    words = _words(record) | {word.status for word in own if word}
    return BY_A_PERSON if words & TAKEN_ON else None


def _words(record: PatientRecord) -> set[str]:
    """The statuses of the patient's subjects in this study, as they were pulled."""
    return {fact.word for fact in record.facts if fact.concept == "this_study" and fact.word}
