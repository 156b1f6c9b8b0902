"""What would settle an open patient: the fewest and cheapest things a person can obtain.

A thing is tried, not guessed at: its good answer is supposed to be on record and the patient is judged again.
All things answered well make a candidate; leave one out and they do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from adapter.screening.decision import Decision, Standing, bad_news
from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Answer, Because, Fact, Finding, Person, Quantity, ReferenceRange, Span
from adapter.screening.picks import windows
from adapter.screening.picks.pick import pick_from
from adapter.screening.picks.shelf import BIRTH, Shelf, derived
from adapter.screening.study import Criterion, Hypothesis, Settlement, Study


@dataclass(frozen=True, slots=True)
class Settles:
    """One thing to obtain, for which criteria, and whether a bad answer ends the matter."""

    thing: Settlement
    do: str
    criteria: tuple[str, ...]
    rules_out: bool


def settle(shelf: Shelf, decision: Decision, judgement: Judgement) -> tuple[Settles, ...]:
    """List what would settle the patient: nothing for a candidate and for the ineligible."""
    if decision.standing in {Standing.CANDIDATE, Standing.INELIGIBLE}:
        return ()
    offered = [t for t in judgement.study.settlements if any(_open(judgement.finding(rule)) for rule in t.when)]
    adding = [thing for thing in offered if not thing.correction]
    room = _Room(shelf, judgement)
    # The record is corrected only where nothing that adds to it closes the matter.
    chosen, full = room.cheapest(adding if not room.still_open(room.supposing(adding)) else offered)
    entries = [room.entry(thing, chosen, full) for thing in chosen]
    return tuple(sorted(entries, key=lambda entry: (not entry.rules_out, entry.thing.cost, entry.thing.id)))


class _Room:
    """One patient's suppositions: what the judgement says when things were answered."""

    def __init__(self, shelf: Shelf, judgement: Judgement) -> None:
        self.shelf, self.judgement, self.study = shelf, judgement, judgement.study
        self._facts: dict[tuple[str, bool], tuple[Fact, ...]] = {}

    def supposing(self, things: Sequence[Settlement], *, bad: bool = False) -> Judgement:
        """The judgement with all these answered."""
        shelf = self._shelf(things, bad=bad)
        names = {name for thing in things for name in thing.touches}
        touched = [self.study.variables[name] for name in sorted(names)]
        rules = {name for thing in things for name in thing.rules}
        return self.judgement.revised(pick_from(shelf, self.study, touched), rules)

    def without(self, thing: Settlement, chosen: Sequence[Settlement], full: Judgement) -> Judgement:
        """The judgement with all but one answered; only what that one touches is picked anew."""
        fewer = [other for other in chosen if other is not thing]
        shelf = self._shelf(fewer)
        touched = [self.study.variables[name] for name in thing.touches]
        return full.revised(pick_from(shelf, self.study, touched), thing.rules)

    def cheapest(self, things: Sequence[Settlement]) -> tuple[list[Settlement], Judgement]:
        """Leave out, dearest first, every thing that is not needed to close what all of them close."""
        chosen, full = list(things), self.supposing(things)
        goal = self.still_open(full)
        for thing in sorted(things, key=lambda thing: (-thing.cost, thing.id)):
            fewer = self.without(thing, chosen, full)
            if self.still_open(fewer, thing.bears_on) <= goal:
                chosen, full = [other for other in chosen if other is not thing], fewer
        return chosen, full

    def entry(self, thing: Settlement, chosen: Sequence[Settlement], full: Judgement) -> Settles:
        """Describe one chosen thing by what stays open without it."""
        fewer = self.without(thing, chosen, full)
        missing = self.still_open(fewer, thing.bears_on, parts=True) - self.still_open(full, thing.bears_on, parts=True)
        criteria = tuple(c.id for c in self.study.criteria if c.id in missing and not c.parts)
        bad = self.supposing([thing], bad=True)
        rules_out = any(bad.finding(c.rule).answer is bad_news(c) for c in self._criteria(thing.bears_on))
        return Settles(thing, self._verb(thing), criteria, rules_out)

    def still_open(self, judgement: Judgement, among: Sequence[str] | None = None, *, parts: bool = False) -> set[str]:
        """The criteria, of these or of all, that have no good answer; what waits on the source is left aside."""
        return {
            criterion.id
            for criterion in self._criteria(among, parts=parts)
            if _wanting(judgement.finding(criterion.rule), criterion)
        }

    def _shelf(self, things: Sequence[Settlement], *, bad: bool = False) -> Shelf:
        """The shelf as it would stand with these answers, each supposed once."""
        add: list[Fact] = []
        person = self.shelf.person
        for thing in things:
            hypothesis, key = (thing.bad if bad else thing.good), (thing.id, bad)
            if key not in self._facts:
                self._facts[key] = supposed(thing.id, hypothesis, self.shelf, self.study)
            add.extend(self._facts[key])
            years = next((value for concept, _, _, value, _, _ in hypothesis.add if concept == BIRTH), None)
            person = person if years is None else _aged(person, int(years), self.shelf.as_of)
        withdraw = [] if bad else [name for thing in things for name in thing.good.withdraw]
        return self.shelf.supposing(add, withdraw, person)

    def _criteria(self, among: Sequence[str] | None, *, parts: bool = False) -> list[Criterion]:
        return [c for c in self.study.criteria if (parts or not c.part_of) and (among is None or c.id in among)]

    def _verb(self, thing: Settlement) -> str:
        """An order for something that was done already is a repeat; what IT can map needs no new sample."""
        facts = [fact for fact in self.shelf.matching(thing.watches) if fact.start is not None]
        if thing.do != "order" or not facts:
            return thing.do
        newest = windows.newest(facts, self.shelf.as_of)
        return "map" if any(fact.trouble is Because.UNMAPPED for fact in newest) else "repeat"


def supposed(name: str, hypothesis: Hypothesis, shelf: Shelf, study: Study) -> tuple[Fact, ...]:
    """The facts that an answer would put on record, dated on the index date."""
    today = Span(shelf.as_of, shelf.as_of)
    facts = []
    for concept, kind, word, value, low, high in hypothesis.add:
        quantity = None if value is None else Quantity(value, value, study.units.get(concept, ""))
        ranges = () if low is None and high is None else (ReferenceRange(low, high),)
        said = Fact(
            concept, kind, f"supposed/{name}", start=today, time="~", word=word, quantity=quantity, ranges=ranges
        )
        facts.append(said)
    return (*facts, *derived(facts, shelf.person, study, shelf.as_of))


def _wanting(finding: Finding, criterion: Criterion) -> bool:
    if finding.because is Because.SOURCE_INCOMPLETE:
        return False
    return finding.answer is Answer.UNKNOWN or finding.answer is bad_news(criterion)


def _aged(person: Person, years: int, as_of: date) -> Person:
    day = date(as_of.year - years, 1, 1)
    return replace(person, birth=Span(day, day))


def _open(finding: Finding) -> bool:
    return finding.answer is Answer.UNKNOWN and finding.because is not Because.SOURCE_INCOMPLETE
