"""What would settle an open patient: the fewest and cheapest things a person can obtain.

A thing is tried, not guessed at: its good answer is supposed to be on record and the patient is judged again.
All things answered well make a candidate; leave one out and they do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from adapter.screening.decision import Decision, Standing, bad_news
from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Answer, Because, Fact, Finding, Person, Pick, Quantity, ReferenceRange, Span
from adapter.screening.picks import windows
from adapter.screening.picks.pick import pick_from
from adapter.screening.picks.shelf import Shelf, derived
from adapter.screening.study import Hypothesis, Settlement, Study, Variable

BIRTH = "birth"  # the one concept that changes the person


@dataclass(frozen=True, slots=True)
class Settles:
    """One thing to obtain, for which criteria, and whether a bad answer ends the matter."""

    thing: Settlement
    do: str
    criteria: tuple[str, ...]
    rules_out: bool


def settle(shelf: Shelf, decision: Decision, study: Study) -> tuple[Settles, ...]:
    """List what would settle the patient: nothing for a candidate and for the ineligible."""
    if decision.standing in {Standing.CANDIDATE, Standing.INELIGIBLE}:
        return ()
    room = _Room(shelf, decision, study)
    chosen = room.cheapest(room.enough())
    entries = [room.entry(thing, chosen) for thing in chosen]
    return tuple(sorted(entries, key=lambda entry: (not entry.rules_out, entry.thing.cost, entry.thing.id)))


class _Room:
    """One patient's suppositions: which things were supposed, and what the judgement says then."""

    def __init__(self, shelf: Shelf, decision: Decision, study: Study) -> None:
        self.shelf, self.decision, self.study = shelf, decision, study
        today = Judgement(study, decision.picks, shelf.person.sex)
        self.offered = [t for t in study.settlements if any(_open(today.finding(rule)) for rule in t.when)]

    def enough(self) -> list[Settlement]:
        """All things that add to the record; corrections of the record only where those leave something open."""
        adding = [thing for thing in self.offered if not thing.correction]
        if not self._still_open(adding):
            return adding
        return self.offered

    def cheapest(self, things: Sequence[Settlement]) -> list[Settlement]:
        """Leave out, dearest first, every thing that is not needed to close what all of them close."""
        chosen = list(things)
        goal = self._still_open(chosen)
        for thing in sorted(things, key=lambda thing: (-thing.cost, thing.id)):
            fewer = [other for other in chosen if other is not thing]
            if self._still_open(fewer) <= goal:
                chosen = fewer
        return chosen

    def entry(self, thing: Settlement, chosen: Sequence[Settlement]) -> Settles:
        """Describe one chosen thing by what stays open without it."""
        without = self._still_open([other for other in chosen if other is not thing], parts=True)
        criteria = tuple(c.id for c in self.study.criteria if c.id in without and not c.parts)
        bad = self._findings([thing], bad=True)
        rules_out = any(bad[c.id].answer is bad_news(c) for c in self.study.criteria if not c.part_of)
        return Settles(thing, self._verb(thing), criteria, rules_out)

    def _still_open(self, things: Sequence[Settlement], *, parts: bool = False) -> set[str]:
        """The criteria without a good answer though these things were answered well."""
        findings = self._findings(things)
        return {
            c.id
            for c in self.study.criteria
            if (parts or not c.part_of)
            and (findings[c.id].answer is Answer.UNKNOWN or findings[c.id].answer is bad_news(c))
            and not (c.part_of and self.decision.findings[c.id].answer is not Answer.UNKNOWN)
            and findings[c.id].because is not Because.SOURCE_INCOMPLETE
        }

    def _findings(self, things: Sequence[Settlement], *, bad: bool = False) -> Mapping[str, Finding]:
        hypotheses = [thing.bad if bad else thing.good for thing in things]
        concepts = {name for h in hypotheses for name in (*h.withdraw, *(fact[0] for fact in h.add))}
        shelf = suppose(self.shelf, hypotheses, self.study)
        touched = [v for v in self.study.variables.values() if BIRTH in concepts or reads(v, concepts, self.study)]
        picks: dict[str, Pick] = {**self.decision.picks, **pick_from(shelf, self.study, touched)}
        judgement = Judgement(self.study, picks, shelf.person.sex)
        return {c.id: judgement.finding(c.rule) for c in self.study.criteria}

    def _verb(self, thing: Settlement) -> str:
        """An order for something that was done already is a repeat; what IT can map needs no new sample."""
        facts = [fact for fact in self.shelf.matching(thing.watches) if fact.start is not None]
        if thing.do != "order" or not facts:
            return thing.do
        newest = windows.newest(facts, self.shelf.as_of)
        return "map" if any(fact.trouble is Because.UNMAPPED for fact in newest) else "repeat"


def suppose(shelf: Shelf, hypotheses: Iterable[Hypothesis], study: Study) -> Shelf:
    """Lay the supposed facts on the shelf, dated on its index date."""
    add: list[Fact] = []
    withdraw: list[str] = []
    person = shelf.person
    for number, hypothesis in enumerate(hypotheses):
        withdraw.extend(hypothesis.withdraw)
        for concept, kind, word, value, low, high in hypothesis.add:
            if concept == BIRTH:
                person = _aged(person, int(value or 0), shelf.as_of)
                continue
            quantity = None if value is None else Quantity(value, value, study.units.get(concept, ""))
            ranges = () if low is None and high is None else (ReferenceRange(low, high),)
            start = Span(shelf.as_of, shelf.as_of)
            add.append(
                Fact(
                    concept,
                    kind,
                    f"supposed/{number}",
                    start=start,
                    time="~",
                    quantity=quantity,
                    word=word,
                    ranges=ranges,
                )
            )
    return shelf.supposing([*add, *derived(add, person, study)], withdraw, person)


def reads(variable: Variable, concepts: Iterable[str], study: Study) -> bool:
    """Whether a variable looks at any of these concepts, itself, through its sheet, its anchor or an equation."""
    made = {rule.concept: rule.source for rule in study.derivations}
    patterns = (*variable.concepts, *variable.among, *variable.window.anchor)
    sources = (*patterns, *(made[concept] for concept in variable.concepts if concept in made))
    return any(windows.wanted(concept, sources) for concept in concepts)


def _aged(person: Person, years: int, as_of: date) -> Person:
    day = date(as_of.year - years, 1, 1)
    return replace(person, birth=Span(day, day))


def _open(finding: Finding) -> bool:
    return finding.answer is Answer.UNKNOWN and finding.because is not Because.SOURCE_INCOMPLETE
