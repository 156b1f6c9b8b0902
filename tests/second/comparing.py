"""The product's decision on a generated patient beside the second opinion: every difference, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isclose

from adapter.pipeline import read
from adapter.screening.decision import Decision, decide
from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Fact, PatientRecord
from adapter.screening.picks.pick import pick
from tests.population.chart import AS_OF, Chart
from tests.population.generator import chart
from tests.population.writing import Charts, written
from tests.robustness.ward import screen
from tests.second.classified import Set, acr1997, eular
from tests.second.kidney import egfr
from tests.second.reading import ABSENT, PRESENT, State
from tests.second.sledai import sledai
from tests.second.states import any_of

WORDS = {PRESENT: "met", ABSENT: "not_met"}


def records(charts: Sequence[Chart]) -> list[PatientRecord]:
    """Send charts through the product's own door: FHIR resources, read as from any source."""
    cohort = read(Charts([one for each in charts for one in written(each)]), screen())
    assert len(cohort.records) == len(charts), cohort.not_judged
    return cohort.records


def judged(record: PatientRecord) -> tuple[Decision, Judgement]:
    """The product's decision and what it rests on, without looking for what would settle it."""
    study = screen().study
    judgement = Judgement(study, pick(record, study, AS_OF), record.person.sex)
    return decide(record, judgement, AS_OF), judgement


def differences(seed: int, numbers: range) -> Iterator[str]:
    """Compare patients of these numbers."""
    charts = {f"Patient/g{seed}-{number}": chart(seed, number) for number in numbers}
    for record in records(list(charts.values())):
        for difference in compared(charts[record.person.id], *judged(record)):
            yield f"{record.person.id} {difference}"


def compared(patient: Chart, decision: Decision, judgement: Judgement) -> Iterator[str]:
    """Every place where the two do not say the same of one patient."""
    yield from _activity(patient, decision)
    acr, points = acr1997(patient), eular(patient)
    yield from _set("acr-1997", "I2a", acr, decision)
    yield from _set("eular-acr-2019", "I2b", points, decision)
    yield from _same("I2", word(any_of(acr.answer, points.answer)), decision.findings["I2"].answer.value)
    entry = decision.scores["eular-acr-2019"].entry
    yield from _same("entry", word(points.entry), entry.value if entry else None)
    yield from _kidney(patient, judgement)


def word(state: State) -> str:
    """A state in the product's words."""
    return WORDS.get(state, "unknown")


def _same(what: str, mine: object, theirs: object) -> Iterator[str]:
    if mine != theirs:
        yield f"{what}: second {mine}, product {theirs}"


def _set(score: str, criterion: str, mine: Set, decision: Decision) -> Iterator[str]:
    theirs = decision.scores[score]
    yield from _items(score, mine.items, {item: finding.answer.value for item, finding in theirs.items})
    yield from _same(score, mine.total, (theirs.low, theirs.high))
    yield from _same(criterion, word(mine.answer), decision.findings[criterion].answer.value)


def _items(score: str, mine: dict[str, State], theirs: dict[str, str]) -> Iterator[str]:
    assert mine.keys() == theirs.keys(), mine.keys() ^ theirs.keys()
    for item, state in mine.items():
        yield from _same(f"{score} {item}", word(state), theirs[item])


def _activity(patient: Chart, decision: Decision) -> Iterator[str]:
    mine, whole = sledai(patient), decision.scores["selena-sledai"]
    clinical = decision.scores["selena-sledai-clinical"]
    if not mine.unusable:
        yield from _items("sledai", mine.items, {item: finding.answer.value for item, finding in whole.items})
    if mine.conflict or mine.unusable:  # the range is left open: a total and items that contradict each other have none
        yield from _same("sledai conflict", True, whole.because is not None)
    else:
        yield from _same("sledai", mine.total, (whole.low, whole.high))
        yield from _same("sledai clinical", mine.clinical, (clinical.low, clinical.high))
    for criterion, state in (("I3a", mine.at_least("total", 8)), ("I3b", mine.at_least("clinical", 6))):
        yield from _same(criterion, word(state), decision.findings[criterion].answer.value)


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
