"""One patient's facts laid out by concept for one index date, ready to be picked from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from adapter.screening import equations
from adapter.screening.model import Fact, Kind, PatientRecord, Person, Quantity, Span
from adapter.screening.picks import windows
from adapter.screening.study import Study, Variable, Window

SEX = "person.sex"
BIRTH = "person.birth"


@dataclass(frozen=True)
class Shelf:
    """The facts that had begun by the index date, each concept in an order that no order of input changes."""

    person: Person
    as_of: date
    by_concept: Mapping[str, Sequence[Fact]]
    seen: tuple[tuple[str, int], ...] = ()
    incomplete: tuple[str, ...] = ()
    _sheets: dict[tuple[str, ...], list[Fact]] = field(default_factory=dict, compare=False)  # found once, asked often
    _days: dict[tuple[str, ...], set[Span | None]] = field(default_factory=dict, compare=False)
    _anchors: dict[tuple[tuple[str, ...], int], Span] = field(default_factory=dict, compare=False)

    def matching(self, patterns: tuple[str, ...]) -> list[Fact]:
        """The facts of these concepts; `sheet.*` stands for all items of a sheet."""
        if not any("*" in pattern for pattern in patterns):
            return [fact for concept in patterns for fact in self.by_concept.get(concept, ())]
        if patterns not in self._sheets:
            concepts = [concept for concept in sorted(self.by_concept) if windows.wanted(concept, patterns)]
            self._sheets[patterns] = [fact for concept in concepts for fact in self.by_concept[concept]]
        return self._sheets[patterns]

    def newest_days(self, patterns: tuple[str, ...]) -> set[Span | None]:
        """The day of the newest fact of a sheet that counts, read or not; several where partial dates leave it open."""
        if patterns not in self._days:
            sheet = [fact for fact in self.matching(patterns) if windows.counts(fact) and fact.start]
            self._days[patterns] = {fact.start for fact in windows.newest(sheet, self.as_of)}
        return self._days[patterns]

    def anchor(self, window: Window) -> Span:
        """The first and the last day that a window's anchor can have."""
        key = (window.anchor, window.anchor_days)
        if key not in self._anchors:
            self._anchors[key] = windows.anchor_days(window, self.as_of, self.matching(window.anchor))
        return self._anchors[key]

    def of(self, variable: Variable) -> list[Fact]:
        """The facts a variable may read."""
        return [
            fact
            for fact in self.matching(variable.concepts)
            if (not variable.kinds or fact.kind in variable.kinds)
            and dict(fact.extra).get("sex") in {None, self.person.sex}
            and not (variable.only_systemic and ("route", "local") in fact.extra)
        ]

    def missing(self, variable: Variable) -> bool:
        """Whether a type that can hold this variable was read in part."""
        return bool(variable.resources) and (
            "*" in self.incomplete or bool(set(variable.resources) & set(self.incomplete))
        )

    def populated(self, variable: Variable) -> bool:
        """Whether the record holds anything of the types this variable is read from; for a study, anything at all.

        Who never was in a study has no enrolment on record, so the absence of that type says nothing.
        """
        anything = Kind.ENROLMENT in variable.kinds
        return any(count for name, count in self.seen if name in variable.resources or (anything and name != "Patient"))

    def supposing(self, add: Iterable[Fact], withdraw: Iterable[str], person: Person | None = None) -> Shelf:
        """The same shelf as it would stand with more facts and without some concepts."""
        changed = {concept: facts for concept, facts in self.by_concept.items() if concept not in set(withdraw)}
        for fact in add:
            changed[fact.concept] = (*changed.get(fact.concept, ()), fact)
        return Shelf(person or self.person, self.as_of, changed, self.seen, self.incomplete)


def lay_out(record: PatientRecord, study: Study, as_of: date) -> Shelf:
    """Sort a record's facts, and those that equations make of them, onto a shelf."""
    by_concept: dict[str, list[Fact]] = {}
    used = (fact for fact in record.facts if not any(by.holds(fact, as_of) for by in record.set_aside))
    known = [_believed(fact, study) for fact in used]
    facts = (*known, *derived(known, record.person, study, as_of), *_of_person(record.person))
    for fact in sorted(facts, key=lambda fact: fact.key):
        if windows.begun(fact, as_of):
            by_concept.setdefault(fact.concept, []).append(fact)
    return Shelf(record.person, as_of, by_concept, record.seen, record.incomplete)


def _believed(fact: Fact, study: Study) -> Fact:
    """The fact without the doubt of its status, where the study takes that status at its word."""
    if fact.doubt is None or not study.lenient_statuses:
        return fact
    drug = fact.kind in {Kind.EXPOSURE, Kind.RESPONSE}
    status = "medication_unknown" if drug else dict(fact.extra).get("status")
    return replace(fact, doubt=None) if status in study.lenient_statuses else fact


def derived(facts: Iterable[Fact], person: Person, study: Study, as_of: date) -> list[Fact]:
    """Compute the facts that equations make of others; a partial date that reaches past the index date is cut there."""
    sources = {rule.source: rule for rule in study.derivations}
    made = []
    for fact in facts:
        rule = sources.get(fact.concept)
        if rule is not None:
            timely = replace(fact, start=windows.cut(fact.start, as_of)) if fact.start else fact
            value = equations.filtration_rate(rule.equation, timely, person, study.leap_birthday)
            if value is not None or fact.trouble is not None:
                made.append(_computed(fact, rule.concept, rule.equation, value))
    return made


def _of_person(person: Person) -> list[Fact]:
    """What the Patient resource itself says, as a fact with its own evidence."""
    if person.sex is None:
        return []
    said = Fact(SEX, Kind.WORD, person.id, person.version, person.updated, word=person.sex, received=person.sex)
    return [said]


def _computed(fact: Fact, concept: str, equation: str, value: Quantity | None) -> Fact:
    return replace(
        fact, concept=concept, quantity=value, ranges=(), flag=None, word=None, extra=(("equation", equation),)
    )  # fmt: skip
