"""Drugs had, ordered, given and handed over: statuses, times, references, routes and responses."""

from datetime import date
from decimal import Decimal

import pytest

from adapter.screening.model import Because, Kind, Span
from adapter.study.codelists import OWN_SYSTEM

ICD = "http://hl7.org/fhir/sid/icd-10"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
FORM = "https://trial-adapter.example/fhir/Questionnaire/screening|1.0"
DAY = Span(date(2026, 3, 1), date(2026, 3, 1))
LATER = Span(date(2026, 3, 9), date(2026, 3, 9))
DRUG = {"code_text": "醋酸泼尼松片"}


def coded(system, code):
    return [{"system": system, "code": code}]


@pytest.mark.parametrize(
    ("kind", "status", "open_"),
    [
        ("MedicationStatement", "active", True),
        ("MedicationStatement", "completed", False),
        ("MedicationStatement", "stopped", False),
        ("MedicationRequest", "active", True),
        ("MedicationRequest", "completed", False),
        ("MedicationAdministration", "in-progress", True),
        ("MedicationAdministration", "completed", False),
        ("MedicationDispense", "completed", False),
    ],
)
def test_drugs_that_go_on_or_are_over(one, kind, status, open_):
    fact = one(kind, **DRUG, status=status)
    assert (fact.concept, fact.kind, fact.open, fact.doubt) == ("glucocorticoid", Kind.EXPOSURE, open_, None)
    assert (fact.name, fact.item, fact.extra) == ("prednisone", "drug.prednisone", (("status", status), ("via", kind)))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("MedicationStatement", "unknown"),
        ("MedicationStatement", None),
        ("MedicationRequest", "unknown"),
        ("MedicationAdministration", "odd"),
        ("MedicationDispense", "stopped"),
        ("MedicationDispense", "in-progress"),
    ],
)
def test_drugs_in_doubt(one, kind, status):
    fact = one(kind, **DRUG, status=status)
    assert (fact.open, fact.doubt) == (None, Because.INDETERMINATE)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("MedicationStatement", "not-taken"),
        ("MedicationStatement", "intended"),
        ("MedicationStatement", "entered-in-error"),
        ("MedicationRequest", "draft"),
        ("MedicationRequest", "cancelled"),
        ("MedicationAdministration", "not-done"),
        ("MedicationDispense", "preparation"),
        ("MedicationDispense", "declined"),
    ],
)
def test_drugs_that_nobody_had(read, kind, status):
    assert read(kind, **DRUG, status=status).ignored == status


@pytest.mark.parametrize("intent", ["proposal", "plan", "option"])
def test_orders_that_were_only_meant(read, intent):
    assert read("MedicationRequest", **DRUG, status="active", intent=intent).ignored == "intended"


def test_an_order_not_to_give(read):
    assert (
        read("MedicationRequest", **DRUG, status="active", intent="order", do_not_perform=True).ignored
        == "do not perform"
    )


def test_a_drug_on_hold_is_in_doubt_only_where_it_is_undated(one):
    assert one("MedicationStatement", **DRUG, status="on-hold").doubt is Because.INDETERMINATE
    assert one("MedicationStatement", **DRUG, status="on-hold", effective_date="2026-03-01").doubt is None


@pytest.mark.parametrize(
    ("kind", "cells", "start", "end"),
    [
        ("MedicationStatement", {"effective_date": "2026-03-01"}, DAY, None),
        ("MedicationStatement", {"effective_start": "2026-03-01", "effective_end": "2026-03-09"}, DAY, LATER),
        ("MedicationStatement", {"effective_end": "2026-03-09"}, None, LATER),
        ("MedicationAdministration", {"effective_date": "2026-03-01"}, DAY, DAY),
        ("MedicationRequest", {"authored": "2026-03-01"}, DAY, None),
        (
            "MedicationRequest",
            {"authored": "2025", "bounds_start": "2026-03-01", "bounds_end": "2026-03-09"},
            DAY,
            LATER,
        ),
        ("MedicationDispense", {"handed_over": "2026-03-01", "days_supply": Decimal(8)}, DAY, LATER),
        ("MedicationDispense", {"prepared": "2026-03-01"}, DAY, DAY),
        ("MedicationDispense", {"handed_over": "2026-03-01", "days_supply": Decimal("1e999")}, DAY, DAY),
        ("MedicationDispense", {"handed_over": "2026-03-01", "days_supply": "many"}, DAY, DAY),
    ],
)
def test_from_when_to_when_a_drug_was_had(one, kind, cells, start, end):
    fact = one(kind, **DRUG, status="completed", **cells)
    assert (fact.start, fact.end) == (start, end)


def test_a_drug_gives_one_fact_for_each_class(read):
    facts = read("MedicationStatement", status="active", code_text="贝利尤单抗").facts
    assert [(fact.concept, fact.name) for fact in facts] == [
        ("study_drug", "belimumab"),
        ("b_cell_targeted", "belimumab"),
    ]


@pytest.mark.parametrize(
    "cells",
    [
        {"code_text": "他克莫司软膏"},
        {"code_text": "他克莫司", "dosage_texts": ["外用 每日两次"]},
        {"code_text": "他克莫司", "routes": coded(SNOMED, "6064005")},
        {"code_text": "他克莫司", "route_texts": ["Cutaneous use"]},
        {"medication_key": "Medication/m2"},
    ],
)
def test_a_drug_that_stays_where_it_is_put_says_so(one, cells):
    assert ("route", "local") in one("MedicationStatement", status="active", **cells).extra


@pytest.mark.parametrize(
    "cells",
    [
        {"medication_key": "Medication/m1"},
        {"medication_key": "http://server/fhir/Medication/m1/_history/2"},
        {"medication_key": "Medication/gone", "medication_display": "azathioprine 50 MG"},
        {
            "medication_key": "#c",
            "contained": [{"resourceType": "Medication", "id": "c", "code": {"text": "硫唑嘌呤"}}],
        },
        {"contained": [7, {"resourceType": "Medication", "ingredient": [{"itemCodeableConcept": {"text": "依木兰"}}]}]},
    ],
)
def test_a_drug_by_reference(one, cells):
    """Faults 40, 41: by reference, or contained."""
    assert one("MedicationRequest", status="active", **cells).name == "azathioprine"


def test_a_drug_that_nobody_wants(read):
    assert read("MedicationStatement", status="active", code_text="阿司匹林").ignored == "not wanted code"
    assert read("MedicationStatement", status="active", contained="x", medication_key="Medication/gone").facts == ()


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"reason_texts": ["不耐受"]}, "intolerance"),
        ({"reason_texts": ["疗效欠佳"]}, "inadequate"),
        ({"reasons": coded(SNOMED, "395009001")}, "intolerance"),
        ({"reasons": coded(OWN_SYSTEM, "relapse")}, "relapse"),
    ],
)
def test_the_reason_for_stopping_may_be_a_response(read, cells, word):
    exposure, response = read("MedicationStatement", **DRUG, status="stopped", **cells).facts
    assert (exposure.kind, response.kind, response.word) == (Kind.EXPOSURE, Kind.RESPONSE, word)
    assert response.concept == "glucocorticoid"


def test_another_reason_is_no_response(read):
    assert len(read("MedicationStatement", **DRUG, status="stopped", reason_texts=["患者要求"]).facts) == 1


def test_an_order_with_several_doses_goes_from_the_first_to_the_last(one):
    starts, ends = ["2026-03-05", "2026-03-01"], ["2026-03-06", "2026-03-09"]
    fact = one("MedicationRequest", **DRUG, status="completed", bounds_start=starts, bounds_end=ends)
    assert (fact.start, fact.end) == (DAY, LATER)
