"""Our Questionnaire, answered in every way: answers are read with their author, lapse, and give way to a record."""

import json
from datetime import date, timedelta

import pytest

from adapter.facts.results.wordings import camp
from adapter.pipeline import prepare, read
from adapter.sources.folder import FolderSource
from tests.acceptance.command import STUDY, run
from tests.fhir_server.records import patient
from tests.profiles.form import NOT_ASSESSED, questionnaire
from tests.profiles.source import CONCEPTS, MAPPINGS, mapped

AUTHOR, AUTHORED, AS_OF = "Practitioner/dr-1", "2026-03-10", "2026-03-16"
QUESTIONS = {one["linkId"]: one.get("answerOption", []) for one in questionnaire()["item"] if one["type"] != "display"}
MOST = max(map(len, QUESTIONS.values()))
TOTAL = "sledai.total"
BORN = {"gender": "female", "birthDate": "1990-05-01"}


def chinese(coding):
    (translation,) = coding["_display"]["extension"]
    return next(one["valueString"] for one in translation["extension"] if one["url"] == "content")


def code(coding):
    return {"valueCoding": {"system": CONCEPTS, "code": coding["code"]}}


def boolean(coding):
    known = {"yes": True, "present": True, "no": False, "absent": False}
    return {"valueBoolean": known[coding["code"]]} if coding["code"] in known else code(coding)


WAYS = {
    "coded": code,
    "English": lambda coding: {"valueString": coding["display"]},
    "Chinese": lambda coding: {"valueString": chinese(coding)},
    "boolean": boolean,
}


def form(name, answers, authored=AUTHORED, whom="p1"):
    return {
        "resourceType": "QuestionnaireResponse", "id": name, "status": "completed", "authored": authored,
        "questionnaire": questionnaire()["url"], "subject": {"reference": f"Patient/{whom}"},
        "author": {"reference": AUTHOR},
        "item": [{"linkId": concept, "answer": [answer]} for concept, answer in answers.items()],
    }  # fmt: skip


def ward(folder, *resources):
    names = sorted({patient(one) for one in resources})
    people = [{"resourceType": "Patient", "id": name.removeprefix("Patient/"), **BORN} for name in names]
    lines = [json.dumps(one, ensure_ascii=False) for one in (*people, *resources)]
    (folder / "ward.ndjson").write_text("\n".join(lines), encoding="utf-8")
    return folder


def screened(source, as_of=AS_OF):
    """Give the decisions by patient."""
    ran = run("screen", "--study", STUDY, "--source", source, "--as-of", as_of)
    assert ran.code == 0, ran.err
    return {one["patient"]: one for one in map(json.loads, ran.out.splitlines())}


def criteria(line):
    return {one["id"]: one for entry in line["criteria"] for one in (entry, *entry.get("parts", ()))}


@pytest.fixture(name="screen", scope="module")
def screen_fixture():
    return prepare(mapped(), MAPPINGS, "Asia/Shanghai")


@pytest.mark.parametrize("number", range(MOST))
@pytest.mark.parametrize("way", WAYS)
def test_every_answer_is_read_with_its_author_and_its_day(tmp_path, screen, way, number):
    chosen = {concept: options[number]["valueCoding"] for concept, options in QUESTIONS.items() if options[number:]}
    answers = {concept: WAYS[way](coding) for concept, coding in chosen.items()}
    cohort = read(FolderSource(ward(tmp_path, form("q1", answers | {TOTAL: {"valueInteger": 12}}))), screen)
    facts = {one.concept: one for one in cohort.records[0].facts if one.resource == "QuestionnaireResponse/q1"}
    said = {concept: coding["code"] for concept, coding in chosen.items() if coding["code"] != NOT_ASSESSED}
    assert {concept: camp(one.word) for concept, one in facts.items() if concept != TOTAL} == {
        concept: camp(word) for concept, word in said.items()
    }
    assert facts[TOTAL].quantity.low == 12
    day = date.fromisoformat(AUTHORED)
    assert {(one.author, one.start.first, one.start.last, one.doubt, one.trouble) for one in facts.values()} == {
        (AUTHOR, day, day, None, None)
    }


@pytest.mark.parametrize("way", WAYS)
def test_a_form_is_judged_alike_in_whatever_way_it_is_answered(tmp_path, way):
    answers = {concept: WAYS[way](options[0]["valueCoding"]) for concept, options in QUESTIONS.items() if options}
    line = screened(ward(tmp_path, form("q1", answers)))["Patient/p1"]
    assert line["scores"]["selena-sledai"] == {"low": 105, "high": 105}
    assert line["scores"]["selena-sledai-clinical"] == {"low": 101, "high": 101}
    answered = {name: one["answer"] for name, one in criteria(line).items()}
    assert {name for name, answer in answered.items() if answer == "met"} >= {
        "I2a", "I2b", "I3a", "I3b", "I4a", "I4c", "E1a", "E1b", "E2", "E3", "E4", "E5", "E6",
    }  # fmt: skip
    assert answered["I4b"] == "not_met"  # the first of its words is an adequate response


def test_what_is_not_assessed_is_neither_present_nor_absent(tmp_path):
    answers = {concept: {"valueCoding": {"system": CONCEPTS, "code": NOT_ASSESSED}} for concept in QUESTIONS}
    answers |= {"sledai.arthritis": {"valueCoding": {"system": CONCEPTS, "code": "present"}}}
    line = screened(ward(tmp_path, form("q1", answers)))["Patient/p1"]
    assert line["scores"]["selena-sledai"] == {"low": 4, "high": 105}


# How long each answer holds, in days; None holds for good (clinical reference: attestations).
HOLDS = {
    "attest.willing": ("yes", "I4c", "met", 90),
    "attest.prior_therapy_response": ("relapse", "I4b", "met", 180),
    "attest.prior_glucocorticoid_or_immunosuppressant": ("yes", "I4a", "met", 365),
    "attest.fulfils_acr_1997": ("yes", "I2a", "met", None),
    "attest.fulfils_eular_acr_2019": ("yes", "I2b", "met", None),
    "attest.pregnancy_planned": ("yes", "E3", "met", 90),
    "attest.lactating": ("yes", "E3", "met", 30),
    "attest.other_study": ("yes", "E4", "met", 30),
    "attest.b_cell_therapy_1y": ("yes", "E5", "met", 30),
    "attest.tcm_immunosuppressive": ("yes", "E6", "met", 30),
    "attest.kidney_transplant": ("yes", "E2", "met", 365),
    "attest.dialysis": ("yes", "E2", "met", 30),
    "attest.active_cns": ("yes", "E1a", "met", 30),
    "attest.severe_ln": ("yes", "E1b", "met", 30),
}


def test_it_is_said_of_every_attestation_how_long_it_holds():
    assert set(HOLDS) == {concept for concept in QUESTIONS if concept.startswith("attest.")}


@pytest.mark.parametrize("days", {held[-1]: None for held in HOLDS.values()})
def test_an_answer_lapses(tmp_path, days):
    held = {concept: words for concept, words in HOLDS.items() if words[-1] == days}
    forms = [
        form(concept.replace("_", "-"), {concept: code({"code": word})}, whom=concept.replace("_", "-"))
        for concept, (word, *_) in held.items()
    ]
    source = ward(tmp_path, *forms)
    last = date.fromisoformat(AUTHORED) + timedelta(days or 3650)
    then, after = (screened(source, day.isoformat()) for day in (last, last + timedelta(1)))
    for concept, (_, criterion, answer, _) in held.items():
        whom = f"Patient/{concept.replace('_', '-')}"
        assert criteria(then[whom])[criterion]["answer"] == answer, concept
        assert criteria(after[whom])[criterion]["answer"] == (answer if days is None else "unknown"), concept


CONFIRMED = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]}
RECORDS = {
    "I4a": ("attest.prior_glucocorticoid_or_immunosuppressant", {
        "resourceType": "MedicationStatement", "status": "active", "medicationCodeableConcept": {"text": "泼尼松片"},
        "effectivePeriod": {"start": "2025-01-01"}, "dosage": [{"route": {"text": "口服"}}]}),
    "E1a": ("attest.active_cns", {
        "resourceType": "Condition", "verificationStatus": CONFIRMED, "onsetDateTime": "2026-03-01",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "G40.9"}]}}),
    "E2": ("attest.kidney_transplant", {
        "resourceType": "Condition", "verificationStatus": CONFIRMED, "onsetDateTime": "2012-05-01",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "Z94.0"}]}}),
    "E5": ("attest.b_cell_therapy_1y", {
        "resourceType": "MedicationStatement", "status": "completed", "effectivePeriod": {"start": "2026-01-05"},
        "medicationCodeableConcept": {"text": "利妥昔单抗注射液"}}),
    "E6": ("attest.tcm_immunosuppressive", {
        "resourceType": "MedicationStatement", "status": "active", "effectivePeriod": {"start": "2026-01-05"},
        "medicationCodeableConcept": {"text": "雷公藤多苷片"}}),
}  # fmt: skip


def test_a_confirmed_record_outranks_a_no_and_both_are_shown(tmp_path):
    resources = []
    for criterion, (concept, record) in RECORDS.items():
        resources.append({"id": f"record-{criterion}", "subject": {"reference": f"Patient/{criterion}"}, **record})
        resources.append(form(f"form-{criterion}", {concept: code({"code": "no"})}, whom=criterion))
    decisions = screened(ward(tmp_path, *resources))
    for criterion, (_, record) in RECORDS.items():
        found = criteria(decisions[f"Patient/{criterion}"])[criterion]
        assert found["answer"] == "met", criterion
        shown = {one["resource"] for one in found["evidence"]}
        assert shown == {f"{record['resourceType']}/record-{criterion}", f"QuestionnaireResponse/form-{criterion}"}
        assert any("please check" in one for one in (found["says"], *found.get("notes", ()))), found
