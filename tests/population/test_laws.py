"""Laws that hold for whole patients, whatever their records say: four committed seeds.

A patient takes some 50 ms to make, read and decide on, so that 5,000 of each seed would take a quarter of an hour:
here it is SAMPLE of each, and `make long` takes COUNT of a fifth seed for the laws that need one decision alone.
"""

from functools import cache
from random import Random

import pytest

from adapter.pipeline import lines, read
from adapter.screening.decision import Decision, Standing, decide
from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Answer, Because, Finding, PatientRecord, Pick
from adapter.screening.picks.pick import pick
from tests.population.counting import count
from tests.population.whole import whole
from tests.population.writing import Charts
from tests.properties.test_settle import check
from tests.robustness.ward import AS_OF, screen

SEEDS = (1, 2, 3, 4)
SAMPLE = 100  # patients of each seed; the ranges and standings of all are looked at
LONG_SEED, COUNT, PIECE = 5, 1_000_000, 100
SHOWN = 20
EACH = 10  # every so many of them the laws that judge a patient many times over
# A person's "no" answers while the record is open, and a record that turns positive outranks it (REFERENCE 1 and 12).
OUTRANKED = {"I2", "I2a", "I2b", "E1a"}


@cache
def population(seed: int) -> list[PatientRecord]:
    resources = [one for number in range(SAMPLE) for one in whole(seed, number)]
    return read(Charts(resources), screen()).records


def judged(record: PatientRecord, picks: dict[str, Pick], given: dict[str, Finding] | None = None) -> Decision:
    """Decide on these picks, with the findings of some rules given."""
    judgement = Judgement(screen().study, picks, record.person.sex)
    judgement._findings.update(given or {})
    return decide(record, judgement, AS_OF)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_no_range_is_upside_down_and_no_candidate_has_anything_open(seed):
    decisions = [judged(record, pick(record, screen().study, AS_OF)) for record in population(seed)]
    assert [fault for decision in decisions for fault in faults(decision)] == []
    assert {decision.standing for decision in decisions} == set(Standing), "the population shows every standing"


def faults(decision: Decision) -> list[str]:
    """What no decision may be: with a range upside down, or a candidate with anything open."""
    found = [
        f"{decision.patient} {name}: {score.low} to {score.high}"
        for name, score in decision.scores.items()
        if not 0 <= score.low <= score.high
    ]
    whole_ones = [decision.findings[c.id].answer for c in screen().study.criteria if not c.part_of]
    if decision.standing is Standing.CANDIDATE and Answer.UNKNOWN in whole_ones:
        found.append(f"{decision.patient}: a candidate with something open")
    return found


def take(first: int) -> list[str]:
    """Decide on one piece of the long count."""
    resources = [one for number in range(first, first + PIECE) for one in whole(LONG_SEED, number)]
    records = read(Charts(resources), screen()).records
    return [fault for one in records for fault in faults(judged(one, pick(one, screen().study, AS_OF)))]


@pytest.mark.long
def test_a_million_patients(capsys):
    assert count("laws", take, COUNT, PIECE, capsys)[:SHOWN] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_an_unknown_item_that_becomes_known_changes_no_definite_answer(seed):
    """Whatever is found out of an item of a score, a criterion that was met or not met stays so."""
    tried = 0
    for record in population(seed)[::EACH]:
        picks = pick(record, screen().study, AS_OF)
        before = judged(record, picks)
        for rule in _open_items(before):
            for answer in (Answer.MET, Answer.NOT_MET):
                after = judged(record, picks, {rule: Finding(answer)})
                tried += 1
                assert _moved(before, after) == [], (record.person.id, rule, answer)
                for name, score in before.scores.items():
                    now = after.scores[name]
                    narrower = score.low <= now.low <= now.high <= score.high
                    assert narrower or now.because is Because.CONFLICT, (record.person.id, rule, name)
    assert tried > 100


def _open_items(decision: Decision) -> list[str]:
    study = screen().study
    rules = {(score.id, item.id): item.rule for score in study.scores.values() for item in score.items}
    return [
        rules[name, item]
        for name, score in decision.scores.items()
        if name in study.scores
        for item, finding in score.items
        if finding.answer is Answer.UNKNOWN
    ]


def _moved(before: Decision, after: Decision) -> list[str]:
    """The criteria that were definite and no longer say the same."""
    return [
        name
        for name, finding in before.findings.items()
        if finding.answer is not Answer.UNKNOWN
        and after.findings[name].answer is not finding.answer
        and not (name in OUTRANKED and (finding.answer, after.findings[name].answer) == (Answer.NOT_MET, Answer.MET))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_input_changes_no_byte(seed):
    resources = [one for number in range(0, SAMPLE, EACH) for one in whole(seed, number)]
    shuffled = Random(seed).sample(resources, len(resources))
    assert _lines(resources) == _lines(shuffled)


def _lines(resources: list[dict]) -> list[str]:
    return [line.text for line in lines(read(Charts(resources), screen()).records, screen(), AS_OF)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_what_settles_is_complete_and_minimal(seed):
    for record in population(seed)[:: SAMPLE // 5]:
        check(record, AS_OF)
