"""What would settle a patient is complete and minimal, seen from outside: every pick and finding is made anew."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from adapter.pipeline import Screen, judge_one, prepare, read
from adapter.places import folder
from adapter.screening.model import PatientRecord, Span
from adapter.screening.picks.shelf import lay_out
from adapter.screening.settle import BIRTH, supposed
from adapter.screening.study import Settlement
from adapter.sources.folder import FolderSource
from adapter.study.load import load_study

MAPPINGS = folder("mappings")
STUDY = MAPPINGS / "studies" / "telitacicept-belimumab"
CASES = {file.stem: file for file in sorted((STUDY / "cases").glob("*.json"))}
SYNTHEA = MAPPINGS.parent / "tests" / "data" / "synthea"


@cache
def screen() -> Screen:
    return prepare(load_study(STUDY, MAPPINGS), MAPPINGS, "Asia/Shanghai")


def answered(record: PatientRecord, things: list[Settlement], as_of: date, *, bad: bool = False) -> PatientRecord:
    """The record as it would stand after these answers, built without the machinery under test."""
    shelf = lay_out(record, screen().study, as_of)
    hypotheses = [(thing.id, thing.bad if bad else thing.good) for thing in things]
    added = [fact for name, h in hypotheses for fact in supposed(name, h, shelf, screen().study)]
    derived = {rule.concept for rule in screen().study.derivations}
    withdrawn = {name for _, h in hypotheses for name in h.withdraw}
    kept = [fact for fact in record.facts if fact.concept not in withdrawn]
    years = [value for _, h in hypotheses for concept, _, _, value, _, _ in h.add if concept == BIRTH]
    person = record.person
    if years:
        born = date(as_of.year - int(years[0]), 1, 1)
        person = replace(person, birth=Span(born, born))
    facts = (*kept, *(fact for fact in added if fact.concept not in derived))
    return replace(record, facts=facts, person=person)


def check(record: PatientRecord, as_of: date) -> None:
    study = screen().study
    judged = judge_one(record, study, as_of)
    things = [entry.thing for entry in judged.settles]
    if judged.decision.standing in {"candidate", "ineligible"}:
        assert things == []
        return
    assert judge_one(answered(record, things, as_of), study, as_of).decision.standing == "candidate"
    for thing in things:
        fewer = [other for other in things if other is not thing]
        assert judge_one(answered(record, fewer, as_of), study, as_of).decision.standing != "candidate", thing.id
    for entry in judged.settles:
        after = judge_one(answered(record, [entry.thing], as_of, bad=True), study, as_of).decision.standing
        assert (after == "ineligible") == entry.rules_out, entry.thing.id
        assert entry.criteria, entry.thing.id


@pytest.mark.parametrize("name", CASES)
def test_the_cases_of_the_study(name):
    for record in read(FolderSource(CASES[name]), screen()).records:
        check(record, date(2026, 3, 16))


@pytest.mark.slow
def test_synthetic_patients_of_a_whole_hospital():
    records = read(FolderSource(SYNTHEA), screen()).records
    assert len(records) == 65
    for record in records[::5]:
        check(record, date(2026, 11, 1))


def test_those_that_may_rule_out_come_first_and_the_cheapest_before_the_dear():
    record = read(FolderSource(CASES["31-open-diagnosis-only"]), screen()).records[0]
    settles = judge_one(record, screen().study, date(2026, 3, 16)).settles
    order = [(not entry.rules_out, entry.thing.cost) for entry in settles]
    assert order == sorted(order)
    assert len(settles) > 10
