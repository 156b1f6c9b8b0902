"""Observations and forms become facts: statuses, dates, causes, and the reasons why there is no fact."""

from datetime import date
from decimal import Decimal

import pytest

from adapter.facts.read import facts_of
from adapter.screening.model import Because, Kind, Span
from adapter.study.codelists import OWN_SYSTEM

ICD = "http://hl7.org/fhir/sid/icd-10"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
FORM = "https://trial-adapter.example/fhir/Questionnaire/screening|1.0"
DAY = Span(date(2026, 3, 1), date(2026, 3, 1))
LATER = Span(date(2026, 3, 9), date(2026, 3, 9))


def coded(system, code):
    return [{"system": system, "code": code}]


CREATININE = {"status": "final", "codings": coded(LOINC, "14682-9"), "effective_date": "2026-03-01"}
MICROMOLES = {
    "value_number": Decimal("88.40"),
    "value_unit_code": "umol/L",
    "value_unit_system": "http://unitsofmeasure.org",
}


def test_a_result_carries_where_it_came_from(one):
    fact = one("Observation", **CREATININE, **MICROMOLES)
    assert (fact.concept, fact.kind, fact.resource, fact.version) == ("creatinine", Kind.RESULT, "Observation/x1", "2")
    assert (fact.start, fact.quantity.low, fact.doubt, fact.trouble) == (DAY, Decimal("88.4"), None, None)
    assert fact.updated == "2026-03-10T00:00:00Z"


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_results_that_count(one, status):
    assert one("Observation", **CREATININE | {"status": status}, **MICROMOLES).doubt is None


@pytest.mark.parametrize("status", ["preliminary", "unknown", None, 5, "Final?"])
def test_results_that_are_not_final(one, status):
    assert one("Observation", **CREATININE | {"status": status}, **MICROMOLES).doubt is Because.NOT_FINAL


@pytest.mark.parametrize("status", ["registered", "entered-in-error", "cancelled"])
def test_results_that_say_nothing(read, status):
    outcome = read("Observation", **CREATININE | {"status": status}, **MICROMOLES)
    assert (outcome.facts, outcome.ignored) == ((), status)


def test_a_code_that_nobody_wants(read):
    assert read("Observation", **CREATININE | {"codings": coded(LOINC, "8302-2")}).ignored == "not wanted code"


def test_a_result_without_value_is_no_result(read):
    assert read("Observation", **CREATININE).ignored == "no value"
    reason = {"absent_reason_codings": [{"code": "not-performed"}]}
    assert read("Observation", **CREATININE, **reason).ignored == "not performed"


def test_a_value_that_cannot_be_read_stays_visible(one):
    assert one("Observation", **CREATININE, **MICROMOLES | {"value_unit_code": "furlong"}).trouble is Because.UNMAPPED


def test_a_result_is_never_dated_by_its_issue(one):
    fact = one("Observation", **CREATININE | {"effective_date": None, "issued": "2026-03-01T00:00:00Z"}, **MICROMOLES)
    assert (fact.start, fact.time) == (None, "")


def test_an_instant_counts_on_its_day_here(one):
    undated = CREATININE | {"effective_date": None}
    fact = one("Observation", **undated, effective_instant="2026-02-28T20:00:00Z", **MICROMOLES)
    assert (fact.start, fact.time) == (DAY, "2026-02-28T20:00:00Z")


def test_a_result_over_a_period_may_belong_to_any_of_its_days(one):
    undated = CREATININE | {"effective_date": None, "effective_start": "2026-03-01", "effective_end": "2026-03-09"}
    assert one("Observation", **undated, **MICROMOLES).start == Span(DAY.first, LATER.first)


def test_a_damaged_date_is_quarantined_and_the_rest_lives(read):
    outcome = read("Observation", **CREATININE | {"effective_date": "2026-13-45"}, **MICROMOLES)
    assert outcome.facts[0].start is None
    assert outcome.quarantined[0].startswith("effective_date: ")


def test_a_period_that_ends_before_it_starts_says_nothing(read):
    undated = CREATININE | {"effective_date": None, "effective_start": "2026-03-09", "effective_end": "2026-03-01"}
    outcome = read("Observation", **undated, **MICROMOLES)
    assert (outcome.facts[0].start, outcome.quarantined) == (None, ("effective_end: before effective_start",))


def test_a_component_keeps_its_place(one):
    assert one("Observation", **CREATININE, **MICROMOLES, item=1).item == "1"


def test_another_cause_is_read_from_a_note(one):
    assert one("Observation", **CREATININE, **MICROMOLES, notes=["由脱水引起"]).cause == "由脱水引起"
    assert one("Observation", **CREATININE, **MICROMOLES, notes=["due to lupus"]).cause is None


def test_a_note_beside_many_results_does_not_say_which(one):
    fact = one("Observation", **CREATININE, **MICROMOLES, notes=["由脱水引起"], item=0)
    assert (fact.cause, fact.doubt) == (None, Because.INDETERMINATE)


def test_pregnancy_status_is_read_from_a_coded_value(one):
    asked = {"status": "final", "codings": coded(LOINC, "82810-3")}
    assert one("Observation", **asked, value_codings=coded(SNOMED, "77386006")).word == "positive"
    assert one("Observation", **asked, value_codings=coded(SNOMED, "60001007")).word == "negative"


def test_a_finding_may_be_the_value_of_a_code_that_says_nothing(one):
    fact = one("Observation", status="final", codings=[{"code": "?"}], value_codings=coded(SNOMED, "77386006"))
    assert (fact.concept, fact.kind, fact.word) == ("pregnant", Kind.WORD, "present")


def test_a_bedside_item_is_a_word(one):
    fact = one(
        "Observation",
        status="final",
        codings=coded(OWN_SYSTEM, "sledai.arthritis"),
        value_codings=coded(OWN_SYSTEM, "present"),
    )
    assert (fact.concept, fact.kind, fact.word) == ("sledai.arthritis", Kind.WORD, "present")


def test_a_row_for_one_sex_says_so(one):
    rate = {"value_number": Decimal(80), "value_unit": "mL/min/1.73m2"}
    assert ("sex", "female") in one("Observation", **CREATININE | {"codings": coded(LOINC, "50044-7")}, **rate).extra


def test_a_column_that_a_hospital_added_is_carried_along(one):
    assert one("Observation", **CREATININE, **MICROMOLES, ward="7B", bed={"b": 1}).extra == (
        ("bed", '{"b": 1}'),
        ("ward", "7B"),
    )


def test_a_row_without_id_is_quarantined(context):
    assert facts_of({"id": None}, "Observation", context).quarantined == ("no id",)
    assert facts_of({"id": "x"}, "Encounter", context).ignored == "no facts in this type"


def answer(link, **cells):
    return {
        "questionnaire": FORM,
        "status": "completed",
        "authored": "2026-03-01",
        "author": "Practitioner/d",
        "link_id": link,
    } | cells


def test_answers_on_the_form(one):
    fact = one("QuestionnaireResponse", **answer("attest.willing", answer_codings=coded(OWN_SYSTEM, "yes")))
    assert (fact.concept, fact.kind, fact.word) == ("attest.willing", Kind.WORD, "yes")
    assert (fact.start, fact.author, fact.item) == (DAY, "Practitioner/d", "attest.willing")


def test_a_total_on_the_form_is_a_number(one):
    fact = one("QuestionnaireResponse", **answer("sledai.total", answer_integer=12))
    assert (fact.concept, fact.kind, fact.quantity.low) == ("sledai.total", Kind.RESULT, 12)


def test_the_hospitals_own_form(one):
    own = {"questionnaire": "http://emr.example.org/Questionnaire/screening|3", "answer_string": "疗效欠佳"}
    fact = one("QuestionnaireResponse", **answer("q2") | own)
    assert (fact.concept, fact.word) == ("attest.prior_therapy_response", "inadequate")


@pytest.mark.parametrize(
    ("status", "doubt"), [("amended", None), ("in-progress", Because.NOT_FINAL), (None, Because.NOT_FINAL)]
)
def test_forms_that_are_not_finished(one, status, doubt):
    cells = answer("attest.willing", answer_boolean=True) | {"status": status}
    assert one("QuestionnaireResponse", **cells).doubt is doubt


def test_forms_that_say_nothing(read):
    assert (
        read("QuestionnaireResponse", **answer("attest.willing", status="entered-in-error")).ignored
        == "entered-in-error"
    )
    assert read("QuestionnaireResponse", **answer("attest.willing")).ignored == "no value"
    assert read("QuestionnaireResponse", **answer("hobby", answer_boolean=True)).ignored == "not wanted code"
