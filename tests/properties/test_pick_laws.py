"""Picking and judging know no order and no calendar but the days before the index date; judging knows picks alone."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapter.screening.decision import decide
from adapter.screening.judging.criteria import Judgement
from adapter.screening.model import Because, Kind, PatientRecord, Person
from adapter.screening.picks.pick import pick
from adapter.screening.study import Criterion
from tests.spec.given import STATUSES, Given, span
from tests.spec.tables import AS_OF, NO_TEXT, study_of

PICKS = ("latest", "earliest", "any", "highest", "lowest", "occasions", "change", "exposure")
QUESTIONS = {
    "above": "above = 5",
    "below": "below = 5",
    "words": 'words = ["positive"]',
    "recorded": "recorded = true",
    "twice": "above = 5\ndays = 2",
}
CONCEPTS = ("marker", "sign")
TEXT = "".join(
    f'[variables.{pick}]\npick = "{pick}"\nconcepts = ["marker", "sign"]\nkinds = ["result", "word", "exposure"]\n'
    f"window = {{ days = 90, unknown_days = 200 }}\n" + 'prefer = ["marker"]\n' * (pick == "change")
    for pick in PICKS
) + "".join(
    f'[rules.{pick}_{name}]\nvariable = "{pick}"\n{question}\n'
    for pick in PICKS
    for name, question in QUESTIONS.items()
)
RULES = [f"{pick}_{name}" for pick in PICKS for name in QUESTIONS] + ["rise"]
STUDY = replace(
    study_of(TEXT + '[rules.rise]\nvariable = "change"\nabove = 5\nrisen_by = 2\nback_days = 90\n'),
    criteria=tuple(Criterion(rule, "inclusion", NO_TEXT, rule) for rule in RULES),
)
DAYS = st.one_of(st.integers(-3, 250), st.sampled_from([0, 1, 89, 90, 91, 200, 201]))
WHEN = st.one_of(DAYS, st.none(), st.sampled_from(["2026-03", "2026-02", "2025-12", "2025", "2026"]))
VALUES = st.sampled_from(["3", "5", "7", "<5", ">5", "<9", "4-6", "positive", "negative", "indeterminate", ""])


def facts(when):
    return st.builds(
        Given,
        when=when,
        value=VALUES,
        of=st.sampled_from(CONCEPTS),
        kind=st.sampled_from([Kind.RESULT, Kind.WORD, Kind.EXPOSURE]),
        until=st.one_of(st.none(), when),
        status=st.sampled_from(["", *STATUSES]),
        at=st.sampled_from(["", "08:00", "20:00"]),
        trouble=st.sampled_from([None, None, None, Because.UNREADABLE]),
    )


def record(given_facts, as_of=AS_OF):
    made = tuple(fact.fact(as_of, number) for number, fact in enumerate(given_facts))
    return PatientRecord(Person("someone", span("1990-05-01", as_of), "female"), made, (("Observation", 1),))


def decided(patient, as_of=AS_OF):
    return decide(patient, Judgement(STUDY, pick(patient, STUDY, as_of), patient.person.sex), as_of)


@given(st.lists(facts(WHEN), max_size=6), st.randoms())
def test_the_order_of_facts_does_not_matter(given_facts, random):
    patient = record(given_facts)
    shuffled = PatientRecord(
        patient.person, tuple(random.sample(patient.facts, len(patient.facts))), patient.seen, patient.incomplete
    )
    assert pick(shuffled, STUDY, AS_OF) == pick(patient, STUDY, AS_OF)
    assert decided(shuffled) == decided(patient)


@given(st.lists(facts(WHEN), max_size=6))
def test_equal_picks_give_an_equal_decision_whatever_the_facts(given_facts):
    patient = record(given_facts)
    bare = PatientRecord(patient.person)
    picks = pick(patient, STUDY, AS_OF)
    assert decide(bare, Judgement(STUDY, picks, patient.person.sex), AS_OF) == decided(patient)


@given(st.lists(facts(WHEN), max_size=5), st.lists(facts(st.integers(-400, -1)), max_size=3))
def test_what_begins_after_the_index_date_does_not_matter(given_facts, later):
    assert decided(record([*given_facts, *later])) == decided(record(given_facts))


@given(st.lists(facts(st.one_of(DAYS, st.none())), max_size=6), st.integers(-2000, 2000))
def test_only_the_days_before_the_index_date_matter(given_facts, shift):
    as_of = AS_OF + timedelta(days=shift)
    here, there = decided(record(given_facts)), decided(record(given_facts, as_of), as_of)
    assert said(here) == said(there)


@given(st.lists(facts(WHEN), max_size=6))
def test_every_unknown_has_a_reason_and_nothing_else_has(given_facts):
    for finding in decided(record(given_facts)).findings.values():
        assert (finding.because is not None) == (finding.answer == "unknown")


def said(decision):
    return {name: (finding.answer, finding.because) for name, finding in decision.findings.items()}
