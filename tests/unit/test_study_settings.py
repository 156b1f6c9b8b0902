"""Each reading that `--set` offers reaches every rule that it speaks of."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from adapter.pipeline import Screen, judge_one, prepare, read
from adapter.places import folder
from adapter.screening.model import Because, Fact, Kind
from adapter.sources.folder import FolderSource
from adapter.study.load import load_study
from tests.spec.given import quantity, span

MAPPINGS = folder("mappings")
STUDY = MAPPINGS / "studies" / "telitacicept-belimumab"
CASE = STUDY / "cases" / "90-potential-perhaps-failed.json"
AS_OF = date(2026, 3, 16)
SURROGATE = {"accept_surrogate_failure": "true"}
STEROID, EXTRA, ANTIMALARIAL = "glucocorticoid", "immunosuppressant_configurable", "antimalarial"


@cache
def screen(settings: frozenset[tuple[str, str]]) -> Screen:
    return prepare(load_study(STUDY, MAPPINGS, dict(settings)), MAPPINGS, "Asia/Shanghai")


def answer(settings, criterion, *given, without=()):
    """Judge the patient of the case with these facts, and without some that she has."""
    judged_by = screen(frozenset(settings.items()))
    record = read(FolderSource(CASE), judged_by).records[0]
    kept = [fact for fact in record.facts if fact.concept not in without]
    finding = judge_one(replace(record, facts=(*kept, *given)), judged_by.study, AS_OF).decision.findings[criterion]
    return str(finding.answer)


def fact(concept, kind, when, until=None, **more):
    return Fact(concept, Kind(kind), f"Given/{concept}", start=span(when, AS_OF), end=span(until, AS_OF), **more)


def taken(concept, when, until=None, **more):
    return fact(concept, "exposure", when, until, **({"open": False} | more))


@pytest.mark.parametrize(
    ("settings", "given", "expected"),
    [
        (SURROGATE, taken(STEROID, 14, 12), "unknown"),
        (SURROGATE, taken(STEROID, 100, 71), "met"),
        ({**SURROGATE, "prior_therapy_min_days": "3"}, taken(STEROID, 14, 12), "met"),
        (SURROGATE, taken(EXTRA, 100, 71), "met"),
        ({**SURROGATE, "immunosuppressant_extra": "not_counted"}, taken(EXTRA, 100, 71), "unknown"),
        ({}, taken(STEROID, 100, 71), "unknown"),
    ],
)
def test_a_surrogate_of_failure_wants_enough_days(settings, given, expected):
    assert answer(settings, "I4b", given, without=[STEROID]) == expected


@pytest.mark.parametrize("kind", ["exposure", "allergy", "response"])
@pytest.mark.parametrize(
    ("settings", "concept", "expected"),
    [
        ({}, EXTRA, "met"),
        ({}, ANTIMALARIAL, "unknown"),
        ({"immunosuppressant_extra": "not_counted"}, EXTRA, "unknown"),
        ({"prior_therapy_classes": "glucocorticoid"}, EXTRA, "unknown"),
        ({"prior_therapy_classes": "glucocorticoid,antimalarial"}, ANTIMALARIAL, "met"),
    ],
)
def test_the_classes_hold_for_exposure_allergy_and_response(kind, settings, concept, expected):
    word = "intolerance" if kind == "response" else None
    given = fact(concept, kind, 100, 50, open=False if kind == "exposure" else None, word=word)
    assert answer(settings, "I4a", given, without=[STEROID]) == expected


@pytest.mark.parametrize(("limits", "expected"), [("5/25", "unknown"), ("5/5", "met")])
def test_serum_hcg_between_the_limits(limits, expected):
    hcg = fact("hcg_serum_quant", "result", 5, quantity=quantity("12", "[IU]/L"))
    assert answer({"hcg_serum_limits_iu_l": limits}, "E3", hcg, without=["hcg_urine_qual"]) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (taken("b_cell_targeted", 500), "met"),
        (taken("b_cell_targeted", None), "met"),
        (taken("b_cell_targeted", 500, "2025-03"), "unknown"),
        (taken("b_cell_targeted", 500, open=None, doubt=Because.INDETERMINATE), "unknown"),
    ],
)
def test_a_course_that_is_over_and_has_no_end_date_is_all_that_an_unknown_end_means(given, expected):
    assert answer({"bcell_end_unknown": "met"}, "E5", given, without=["attest.b_cell_therapy_1y"]) == expected


@pytest.mark.parametrize(("absence", "expected"), [("open", "unknown"), ("presume", "not_met")])
def test_who_is_in_no_study_is_presumed_so_where_the_record_holds_anything(absence, expected):
    assert answer({"absence_policy": absence}, "E4", without=["attest.other_study"]) == expected
