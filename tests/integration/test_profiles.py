"""HAPI's FhirInstanceValidator, offline, on what profiles/ holds, on what the adapter writes, and on the study's cases.

No error anywhere but where a list below says so. What the validator warns of and why it stays: `WARNINGS`.
"""

import copy
import json
from collections import defaultdict

import pytest

from adapter.demo.exchange import Answer
from adapter.demo.hospital import SandboxHospital
from adapter.journal import StoredStatus
from adapter.journal.statuses import STATUSES
from adapter.outputs.subject import resource as form
from adapter.worklist.show import sheet
from tests.conftest import absent
from tests.fhir_server import server
from tests.fhir_server.records import cases, ref
from tests.fhir_server.validator import errors, validating
from tests.profiles.form import questionnaire
from tests.profiles.source import BASE
from tests.profiles.write import PROFILES, artefacts
from tests.river.hospital import River
from tests.unit.delivering import AT, Front, at_work

SUBJECT, RESPONSE = f"{BASE}/StructureDefinition/screening-subject", f"{BASE}/StructureDefinition/screening-response"
WARNINGS = {
    # By its path the extension belongs to an element, but that the validator cannot look up offline: structures.py.
    ("StructureDefinition/screening-decision", "StructureDefinition.context[0]"),
    ("StructureDefinition/status-by-person", "StructureDefinition.context[0]"),
}
# What the cases do otherwise than the form has it, and is read all the same: yes and no, words, another order.
BOOLEAN, WORDED = "Questionnaire_QR_Item_WrongType", "Questionnaire_QR_Item_NoOptionsString"
ORDER = "Questionnaire_QR_Item_Order"
PLACES = {item["linkId"]: place for place, item in enumerate(questionnaire()["item"])}
# The panel's own code is no concept: nothing is read from it, only from its components.
INVALID_CASES = {"Observation/c04-sledai": "sledai.form"}


@pytest.fixture(scope="module")
def validator(tmp_path_factory):
    if server.lacking():
        absent(f"Java 17 and Maven ({', '.join(server.lacking())})")
    with validating(tmp_path_factory.mktemp("validator"), PROFILES) as running:
        yield running


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Every body that two runs over the study's cases write: the first makes subjects, the second changes one.

    Without the cases' own ResearchStudies, so that the study is made too.
    """
    there = [one for one in cases() if one["resourceType"] not in {"ResearchStudy", "ResearchSubject"}]
    bodies = []

    def watch(_visit, request):
        if request.method in {"POST", "PUT"} and "_search" not in request.path:
            bodies.append(json.loads(request.body))
        return False

    river = River(tmp_path_factory.mktemp("river"), there)
    river.front = watch
    with river.open():
        assert river.run().code == 0
        who = next(one for one, statuses in river.subjects().items() if statuses == ["candidate"])
        river.change(who, birthDate="2015-01-01")
        assert river.run().code == 0
    return bodies


def test_every_artefact_is_valid_r4(validator):
    said = {ref(one): validator.issues(one) for _, one in artefacts()}
    assert {name: errors(issues) for name, issues in said.items() if errors(issues)} == {}
    assert {(name, one.at) for name, issues in said.items() for one in issues} == WARNINGS


BROKEN = {
    "Questionnaire/screening": [
        lambda one: one["item"][1].update(type="chioce"),
        lambda one: one["item"][1].pop("linkId"),
        lambda one: one["item"].append(one["item"][1]),
    ],
    "CodeSystem/concepts": [
        lambda one: one.pop("content"),
        lambda one: one["concept"].append(one["concept"][0]),
    ],
    "Group/telitacicept-belimumab-criteria": [
        lambda one: one.update(member=[{"entity": {"reference": "Patient/p1"}}]),
        lambda one: one["characteristic"][0].pop("valueBoolean"),
        lambda one: one["characteristic"][0]["code"]["coding"][0].update(code="I99"),
    ],
    "ResearchStudy/telitacicept-belimumab": [
        lambda one: one.update(status="recruiting"),
        lambda one: one.update(enrolment=one.pop("enrollment")),
    ],
    "StructureDefinition/screening-decision": [
        lambda one: one["differential"]["element"][-1].update(path="Extension.valueX", id="Extension.valueX"),
        lambda one: one.pop("context"),
    ],
    "StructureDefinition/read-patient": [
        lambda one: one["differential"]["element"][-1].update(path="Patient.blood", id="Patient.blood"),
    ],
}


@pytest.mark.parametrize(("name", "number"), [(name, number) for name in BROKEN for number in range(len(BROKEN[name]))])
def test_a_broken_artefact_is_refused(validator, name, number):
    broken = copy.deepcopy(next(one for _, one in artefacts() if ref(one) == name))
    BROKEN[name][number](broken)
    assert validator.errors(broken)


def test_whatever_is_written_is_valid(validator, written):
    kinds = defaultdict(list)
    for one in written:
        kinds[one["resourceType"]].append(one)
    assert set(kinds) == {"ResearchStudy", "ResearchSubject"}
    assert {one["status"] for one in kinds["ResearchSubject"]} == {"candidate", "potential-candidate", "ineligible"}
    assert [issue for one in kinds["ResearchStudy"] for issue in validator.errors(one)] == []
    assert [issue for one in kinds["ResearchSubject"] for issue in validator.errors(one, SUBJECT)] == []


@pytest.mark.parametrize("status", STATUSES)
def test_a_persons_status_is_valid_alone_and_beside_the_machines_word(validator, status):
    said = form.by_person(StoredStatus("s", "Patient/p1", status, "", "Dr Wang", AT, 1, "v1", "page", 1))
    alone = form.built("abc", "ResearchStudy/s", "Patient/p1", said, "2026-03-16")
    assert validator.errors(alone, SUBJECT) == []
    machines = form.built(
        "abc", "ResearchStudy/s", "Patient/p1", form.extension("2026-03-16", "v1", "candidate", "ab"), "2026-03-16"
    )
    assert validator.errors(json.loads(form.changed(json.dumps(machines).encode(), said)), SUBJECT) == []


def test_the_bundle_that_is_left_for_the_site_is_valid(validator, tmp_path):
    hospital = SandboxHospital([{"resourceType": "Patient", "id": f"p{n}"} for n in (1, 2)])
    front = Front()
    with at_work(hospital, front, tmp_path) as desk:
        desk.write("potential-candidate", patient="Patient/p2")
        front.before = lambda visit, request: request.method in {"POST", "PUT"} and (visit.send(Answer(403)) or True)
        desk.decide("candidate")
        desk.decide("ineligible", patient="Patient/p2", as_of="2026-03-20")
        desk.deliver()
        bundle = json.loads(desk.left.read_bytes())
    assert [one["request"]["method"] for one in bundle["entry"]] == ["POST", "PUT"]
    assert validator.errors(bundle) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda one: one.update(status="flagged"),
        lambda one: one.pop("individual"),
        lambda one: one.pop("period"),
        lambda one: one["identifier"][0].update(system="https://hospital.example/other"),
        lambda one: one.pop("extension"),
        lambda one: one["extension"][0]["extension"].pop(),
        lambda one: one["extension"][0]["extension"][0].update(valueDate="16.3.2026"),
        lambda one: one["extension"][0]["extension"][2].update(valueCode="flagged"),
        lambda one: one["extension"][0].update(url=f"{BASE}/StructureDefinition/unheard-of"),
    ],
)
def test_a_damaged_subject_is_refused(validator, written, damage):
    subject = copy.deepcopy(next(one for one in written if one["resourceType"] == "ResearchSubject"))
    damage(subject)
    assert validator.errors(subject, SUBJECT)


def test_the_answers_of_the_cases_are_those_of_the_form(validator):
    responses = [one for one in cases() if one["resourceType"] == "QuestionnaireResponse"]
    found = {one["id"]: {issue.id for issue in validator.errors(unversioned(one), RESPONSE)} for one in responses}
    assert found == {one["id"]: other_ways(one) for one in responses}
    assert set() in [ids - {ORDER} for ids in found.values()], "a third of them answers with codes"


@pytest.mark.parametrize("place", [0, -1])
def test_a_form_that_is_filled_in_on_the_page_is_valid(validator, place):
    asked = [one for one in questionnaire()["item"] if one["type"] in {"choice", "integer"}]
    chosen = {
        one["linkId"]: one["answerOption"][place]["valueCoding"]["code"] if "answerOption" in one else "12"
        for one in asked
    }
    made = json.loads(sheet.response("Patient/p1", "Dr Wang", AT, chosen))
    assert len(made["item"]) == len(asked) and validator.errors(unversioned(made), RESPONSE) == []


def unversioned(response):
    """Name the form without its version: the cases name it in three ways."""
    return response | {"questionnaire": response["questionnaire"].partition("|")[0]}


def other_ways(response):
    """Tell in what a case answers otherwise than with codes in the form's order."""
    names = {name for item in response["item"] for answer in item["answer"] for name in answer}
    ways = {way for name, way in (("valueBoolean", BOOLEAN), ("valueString", WORDED)) if name in names}
    return ways | ({ORDER} if response["item"] != in_order(response)["item"] else set())


def in_order(response):
    """Put the answers into the order of the form."""
    return response | {"item": sorted(response["item"], key=lambda item: PLACES[item["linkId"]])}


@pytest.mark.parametrize(
    "damage",
    [
        lambda one: one.pop("authored"),
        lambda one: one.pop("author"),
        lambda one: one["item"][0].update(linkId="sledai.unheard_of"),
        lambda one: one["item"][0]["answer"][0]["valueCoding"].update(code="perhaps"),
        lambda one: one["item"][0]["answer"].append(one["item"][0]["answer"][0]),
    ],
)
def test_a_damaged_answer_is_refused(validator, damage):
    coded = next(one for one in cases() if one["id"] == "c06-form")
    damaged = copy.deepcopy(in_order(unversioned(coded)))
    assert validator.errors(damaged, RESPONSE) == []
    damage(damaged)
    assert validator.errors(damaged, RESPONSE)


def test_the_cases_are_valid_r4_and_fit_what_is_read(validator):
    shapes = {(one["resourceType"], frozenset(paths(one))): one for one in cases()}
    others = [one for (kind, _), one in shapes.items() if kind != "QuestionnaireResponse"]
    known = [one for one in cases() if ref(one) in INVALID_CASES]
    profile = f"{BASE}/StructureDefinition/read-"
    found = {ref(one): validator.errors(one, profile + one["resourceType"].lower()) for one in [*others, *known]}
    wrong = {name: issues for name, issues in found.items() if issues}
    assert set(wrong) == set(INVALID_CASES), wrong
    assert all(INVALID_CASES[name] in one.says for name, issues in wrong.items() for one in issues)


def paths(node, above=""):
    """Yield the path of every element of a resource: of many alike one is validated."""
    for name, value in node.items():
        for one in value if isinstance(value, list) else [value]:
            yield f"{above}.{name}"
            if isinstance(one, dict):
                yield from paths(one, f"{above}.{name}")
