"""The product's decision on a generated patient beside the second opinion: every difference, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isclose

from adapter.pipeline import read
from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Fact, PatientRecord, Pick
from adapter.screening.picks.pick import pick_from
from adapter.screening.picks.shelf import lay_out
from tests.population.chart import AS_OF, Chart
from tests.population.generator import chart
from tests.population.writing import Charts, written
from tests.robustness.ward import screen
from tests.second.classified import Set, acr1997, eular
from tests.second.kidney import egfr
from tests.second.reading import ABSENT, PRESENT, State
from tests.second.renal import renal
from tests.second.sledai import possible
from tests.second.states import any_of

WORDS = {PRESENT: "met", ABSENT: "not_met"}


def records(charts: Sequence[Chart]) -> list[PatientRecord]:
    """Send charts through the product's own door: FHIR resources, read as from any source."""
    cohort = read(Charts([one for each in charts for one in written(each)]), screen())
    assert len(cohort.records) == len(charts), cohort.not_judged
    return cohort.records


class Picks(dict[str, Pick]):
    """The picks of one patient, each made when it is first asked for: the scores rest on half of them."""

    def __init__(self, record: PatientRecord) -> None:
        super().__init__()
        self._shelf = lay_out(record, screen().study, AS_OF)

    def __missing__(self, name: str) -> Pick:
        self |= pick_from(self._shelf, screen().study, [screen().study.variables[name]])
        return self[name]


def judged(record: PatientRecord) -> Judgement:
    """What the product finds, without the criteria that have no second opinion and what would settle them."""
    return Judgement(screen().study, Picks(record), record.person.sex)


def said(criterion: str, judgement: Judgement) -> str:
    """The product's answer to a criterion."""
    rule = next(one.rule for one in judgement.study.criteria if one.id == criterion)
    return judgement.finding(rule).answer.value


def differences(seed: int, numbers: range) -> Iterator[str]:
    """Compare patients of these numbers."""
    charts = {f"Patient/g{seed}-{number}": chart(seed, number) for number in numbers}
    for record in records(list(charts.values())):
        for difference in compared(charts[record.person.id], judged(record)):
            yield f"{record.person.id} {difference}"


def compared(patient: Chart, judgement: Judgement) -> Iterator[str]:
    """Every place where the two do not say the same of one patient."""
    yield from _activity(patient, judgement)
    acr, points = acr1997(patient), eular(patient)
    yield from _set("acr-1997", "I2a", acr, judgement)
    yield from _set("eular-acr-2019", "I2b", points, judgement)
    yield from _same("I2", word(any_of(acr.answer, points.answer)), said("I2", judgement))
    entry = judgement.score("eular-acr-2019").entry
    yield from _same("entry", word(points.entry), entry.value if entry else None)
    yield from _kidney(patient, judgement)
    yield from _same("E2", word(renal(patient)), said("E2", judgement))


def word(state: State) -> str:
    """A state in the product's words."""
    return WORDS.get(state, "unknown")


def _same(what: str, mine: object, theirs: object) -> Iterator[str]:
    if mine != theirs:
        yield f"{what}: second {mine}, product {theirs}"


def _set(score: str, criterion: str, mine: Set, judgement: Judgement) -> Iterator[str]:
    theirs = judgement.score(score)
    yield from _items(score, mine.items, {item: finding.answer.value for item, finding in theirs.items})
    yield from _same(score, mine.total, (theirs.low, theirs.high))
    yield from _same(criterion, word(mine.answer), said(criterion, judgement))


def _items(score: str, mine: dict[str, State], theirs: dict[str, str]) -> Iterator[str]:
    assert mine.keys() == theirs.keys(), mine.keys() ^ theirs.keys()
    for item, state in mine.items():
        yield from _same(f"{score} {item}", word(state), theirs[item])


def _activity(patient: Chart, judgement: Judgement) -> Iterator[str]:
    scored, whole = possible(patient), judgement.score("selena-sledai")
    for criterion, part, limit in (("I3a", "total", 8), ("I3b", "clinical", 6)):
        agreeing = [one for one in scored if not one.conflict] or scored  # a day on which all fits is likelier
        state = frozenset().union(*(one.at_least(part, limit) for one in agreeing))
        theirs = said(criterion, judgement)
        if len(scored) == 1 or theirs != "unknown":  # of a form without a day more may be left open, not less
            yield from _same(criterion, word(state), theirs)
    if len(scored) > 1:
        return
    mine, clinical = scored[0], judgement.score("selena-sledai-clinical")
    if not mine.unusable:
        yield from _items("sledai", mine.items, {item: finding.answer.value for item, finding in whole.items})
    if mine.conflict or mine.unusable:  # the range is left open: a total and items that contradict each other have none
        yield from _same("sledai conflict", True, whole.because is not None)
    else:
        yield from _same("sledai", mine.total, (whole.low, whole.high))
        yield from _same("sledai clinical", mine.clinical, (clinical.low, clinical.high))


def _kidney(patient: Chart, judgement: Judgement) -> Iterator[str]:
    mine, found = egfr(patient), judgement.finding("egfr_low")
    yield from _same("eGFR below 30", word(mine.below_30), found.answer.value)
    if mine.value is not None:
        numbers = [_number(piece.fact) for piece in found.evidence if piece.fact]
        if not any(isclose(mine.value, number, rel_tol=1e-12) for number in numbers):
            yield f"eGFR: second {mine.value}, product {numbers}"


def _number(fact: Fact) -> float:
    exact = fact.quantity is not None and fact.quantity.exact and fact.quantity.low is not None
    return float(fact.quantity.low) if exact else float("nan")  # type: ignore[union-attr, arg-type]
