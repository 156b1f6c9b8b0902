"""Patients as the chart holds them, made whole again: the person and the record of facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from adapter.facts.chart.answered import without_copies
from adapter.facts.chart.chart import Chart
from adapter.facts.read import Context
from adapter.facts.read.person import About
from adapter.facts.read.persons import persons_of
from adapter.facts.read.records import Assembly, Kept, medications_of
from adapter.facts.tally import Tally
from adapter.screening.model import PatientRecord

SHARED = ("Medication", "ResearchStudy")  # belong to no patient


class People:
    """Makes patients of what the chart keeps of them; `few`: not all of them will be asked for.

    Of what belongs to no patient all ResearchStudies are read, which are few, and for few patients only the
    Medications that theirs refer to.
    """

    def __init__(
        self, chart: Chart, context: Context, registry: str, own_study: str = "", tally: Tally | None = None,
        *, few: bool = False,
    ) -> None:  # fmt: skip
        self._chart, self._seen = chart, None if few else chart.seen()
        self._unread, self._in_part = chart.unread(), chart.in_part()
        self.persons = persons_of(chart.linked())
        self._context, self._registry, self._own = context, registry, own_study
        self._studies, self._tally = chart.shared("ResearchStudy"), tally or Tally()
        self._for_all = None if few else self._assembly(chart.shared("Medication"))

    def one(self, kept: Sequence[Kept]) -> tuple[About, PatientRecord] | None:
        """One patient of all that is kept of them; None where the Patient itself is not there.

        What is kept of the records that were merged into this one is added.
        """
        person = next((one for one in kept if one.type == "Patient"), None)
        if person is None:
            return None
        also = self.persons.replaced_by(person.key)
        whole = without_copies([*kept, *(one for key in also for one in self._chart.of_patient(key))])
        assembly = self._for_all or self._assembly(self._referred(whole))
        about = assembly.about(person, self.persons)
        seen = Counter(one.type for one in whole)
        seen.update(kind for key in (person.key, *also) for kind in self._types(key))
        others = [one for one in whole if one.type != "Patient"]
        missing = self._in_part.union(*(self._unread.get(key, ()) for key in (person.key, *also)))
        return about, assembly.record(about, others, seen, tuple(sorted(missing)), also)

    def _assembly(self, medications: Sequence[Kept]) -> Assembly:
        return Assembly(self._context, [*medications, *self._studies], self._registry, self._tally, self._own)

    def _referred(self, whole: Sequence[Kept]) -> list[Kept]:
        """The Medications that these resources refer to."""
        return self._chart.medications(medications_of(row for kept in whole for row in kept.rows))

    def _types(self, key: str) -> Sequence[str]:
        """The types of which something came that is not kept."""
        return (self._chart.seen(key) if self._seen is None else self._seen).get(key, ())
