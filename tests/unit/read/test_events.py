"""Conditions, allergies, procedures and enrolments become facts; odd cells never stop the reading."""

from datetime import date
from decimal import Decimal

import pytest

from adapter.facts.read import facts_of
from adapter.screening.model import Because, Kind, Span

ICD = "http://hl7.org/fhir/sid/icd-10"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
FORM = "https://trial-adapter.example/fhir/Questionnaire/screening|1.0"
DAY = Span(date(2026, 3, 1), date(2026, 3, 1))
LATER = Span(date(2026, 3, 9), date(2026, 3, 9))


def coded(system, code):
    return [{"system": system, "code": code}]


LUPUS = {
    "codings": coded(ICD, "M32.9"),
    "verification_codings": [{"code": "confirmed"}],
    "clinical_codings": [{"code": "active"}],
}


def test_a_condition(one):
    fact = one("Condition", **LUPUS, onset_date="2026-03", recorded="2026-03-09", abatement_date=None)
    assert (fact.concept, fact.kind, fact.open, fact.doubt, fact.extra) == ("sle", Kind.CONDITION, True, None, ())
    assert (fact.start, fact.recorded) == (Span(date(2026, 3, 1), date(2026, 3, 31)), LATER)


def test_a_condition_without_onset_has_no_start(one):
    assert one("Condition", **LUPUS, recorded="2026-03-09").start is None


@pytest.mark.parametrize("word", ["refuted", "entered-in-error"])
def test_conditions_that_were_refuted(read, word):
    assert read("Condition", **LUPUS | {"verification_codings": [{"code": word}]}).ignored == word


@pytest.mark.parametrize("word", ["provisional", "differential", "unconfirmed", "maybe"])
def test_conditions_in_doubt(one, word):
    assert one("Condition", **LUPUS | {"verification_codings": [{"code": word}]}).doubt is Because.INDETERMINATE


def test_a_condition_without_verification_counts_and_says_so(one):
    fact = one("Condition", **LUPUS | {"verification_codings": []})
    assert (fact.doubt, fact.extra) == (None, (("verification", "missing"),))


@pytest.mark.parametrize(
    ("word", "open_"), [("recurrence", True), ("relapse", True), ("inactive", False), ("remission", False)]
)
def test_conditions_open_and_closed(one, word, open_):
    assert one("Condition", **LUPUS | {"clinical_codings": [{"code": word}]}).open is open_


@pytest.mark.parametrize(
    ("cells", "open_"),
    [
        ({}, True),
        ({"abatement_date": "2026-03-09"}, False),
        ({"abatement_text": "去年"}, False),
        ({"abatement_end": "2026"}, False),
    ],
)
def test_a_condition_without_clinical_status_is_closed_by_its_end(one, cells, open_):
    fact = one("Condition", **LUPUS | {"clinical_codings": None}, **cells)
    assert (fact.open, fact.extra) == (open_, (("clinical", "missing"),))


def test_an_onset_in_words_is_not_replaced_by_the_record(one):
    assert ("onset", "unreadable") in one("Condition", **LUPUS, onset_text="十年前", recorded="2026-03-09").extra


def test_a_condition_may_mean_two_things(read):
    facts = read("Condition", **LUPUS | {"codings": coded(ICD, "M32.101+N08.5*")}).facts
    assert sorted(fact.concept for fact in facts) == ["lupus_nephritis", "sle"]


@pytest.mark.parametrize(("word", "doubt"), [("confirmed", None), (None, None), ("unconfirmed", Because.INDETERMINATE)])
def test_allergies(one, word, doubt):
    verification = [{"code": word}] if word else None
    cells = {"code_text": "azathioprine", "verification_codings": verification, "type": "intolerance"}
    fact = one("AllergyIntolerance", **cells, clinical_codings=[{"code": "resolved"}])
    assert (fact.concept, fact.kind, fact.doubt, fact.word) == ("immunosuppressant", Kind.ALLERGY, doubt, "intolerance")


def test_an_allergy_by_its_reaction(one):
    substance = [{"system": SNOMED, "code": "372574004"}]
    assert one("AllergyIntolerance", code_text="药物过敏", substances=substance).name == "azathioprine"


def test_an_allergy_by_the_text_of_its_reaction(one):
    assert one("AllergyIntolerance", substance_texts=["皮肤", "环孢素"]).name == "ciclosporin"


def test_allergies_that_say_nothing(read):
    refuted = [{"code": "refuted"}]
    assert read("AllergyIntolerance", code_text="azathioprine", verification_codings=refuted).ignored == "refuted"
    assert read("AllergyIntolerance", code_text="花生").ignored == "not wanted code"


DIALYSIS = {"codings": coded(SNOMED, "302497006")}


def test_a_session_ends_when_it_was_done(one):
    fact = one("Procedure", **DIALYSIS, status="completed", performed_date="2026-03-01")
    assert (fact.concept, fact.kind, fact.open, fact.start, fact.end) == ("dialysis", Kind.PROCEDURE, False, DAY, DAY)


def test_an_infusion_recorded_as_a_procedure_is_an_exposure(one):
    fact = one("Procedure", code_text="利妥昔单抗静脉输注", status="completed", performed_date="2026-03-01")
    assert (fact.concept, fact.kind, fact.start, fact.end) == ("b_cell_targeted", Kind.EXPOSURE, DAY, DAY)
    assert ("via", "Procedure") in fact.extra
    joint = one("Procedure", code_text="膝关节腔注射曲安奈德", status="completed")
    assert ("route", "local") in joint.extra


def test_a_procedure_that_measures_a_drug_gives_none(read):
    assert read("Procedure", code_text="他克莫司血药浓度测定", status="completed").ignored == "not wanted code"


def test_a_procedure_in_progress_has_no_end(one):
    fact = one("Procedure", **DIALYSIS, status="in-progress", performed_date="2026-03-01")
    assert (fact.open, fact.start, fact.end) == (True, DAY, None)


def test_a_procedure_over_a_period(one):
    fact = one("Procedure", **DIALYSIS, status="stopped", performed_start="2026-03-01", performed_end="2026-03-09")
    assert (fact.open, fact.start, fact.end) == (False, DAY, LATER)


@pytest.mark.parametrize("status", ["on-hold", "unknown", None])
def test_procedures_in_doubt(one, status):
    assert one("Procedure", **DIALYSIS, status=status).doubt is Because.INDETERMINATE


@pytest.mark.parametrize("status", ["not-done", "preparation", "entered-in-error"])
def test_procedures_that_were_not_done(read, status):
    assert read("Procedure", **DIALYSIS, status=status).ignored == status


def test_our_own_study_and_another(one):
    cells = {"status": "on-study", "period_start": "2026-03-01"}
    own = one("ResearchSubject", study="ResearchStudy/s1", **cells)
    assert (own.concept, own.kind, own.word, own.start, own.end) == (
        "this_study",
        Kind.ENROLMENT,
        "on-study",
        DAY,
        None,
    )
    assert one("ResearchSubject", study="ResearchStudy/s2", **cells).concept == "other_study"


def test_an_enrolment_without_status_is_in_doubt(one):
    assert one("ResearchSubject", study="ResearchStudy/s2").doubt is Because.INDETERMINATE


COLUMNS = """
    status codings code_text notes verification_codings clinical_codings contained reasons routes ranges
    interpretations study medication_key substances do_not_perform days_supply onset_date effective_date
"""


@pytest.mark.parametrize("junk", [7, "x", [], [7], {}, {"a": 1}, True, Decimal(1)])
@pytest.mark.parametrize(
    "kind", ["Observation", "Condition", "MedicationRequest", "Procedure", "AllergyIntolerance", "ResearchSubject"]
)
def test_odd_cells_never_stop_the_reading(context, junk, kind):
    cells = dict.fromkeys(COLUMNS.split(), junk)
    facts_of({"id": "x1"} | cells, kind, context)
    facts_of(
        {"id": "x1"} | cells | {"status": "final", "codings": coded(ICD, "M32.9"), "code_text": "泼尼松"}, kind, context
    )
