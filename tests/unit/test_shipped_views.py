"""The views that the adapter ships: each reads one hand-made resource to the letter, and odd ones without a fault."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.facts.views import URL, compile_view, run
from adapter.places import folder

C = {"system": "s", "code": "c"}
CONCEPT = {"coding": [C], "text": "t"}
PERIOD = {"start": "2020", "end": "2021"}
SUBJECT = {"reference": "Patient/p"}
MEDICATION = {
    "subject": SUBJECT,
    "medicationReference": {"reference": "#m", "display": "drug"},
    "contained": [{"resourceType": "Medication", "id": "m"}],
    "effectivePeriod": PERIOD,
    "note": [{"text": "n"}],
}
DOSE = {"route": CONCEPT, "text": "d", "timing": {"repeat": {"boundsPeriod": PERIOD}}}
DOSED = {
    "routes": [C], "route_texts": ["t"], "dosage_texts": ["d"], "dosages": [DOSE],
    "reasons": [C], "reason_texts": ["t"],
}  # fmt: skip
DRUG = {"medication_key": "#m", "medication_display": "drug", "contained": MEDICATION["contained"], "notes": ["n"]}
TAKEN = {"effective_start": "2020", "effective_end": "2021"}
NAMED = {"codings": [C], "code_text": "t"}


def sample(kind, body, *expected):
    return pytest.param({"resourceType": kind, "id": "1", "meta": {"versionId": "2"}, **body}, expected, id=kind)


# Each resource with what its rows must hold; every cell not named must be null or empty.
SHIPPED = [
    sample(
        "Patient",
        {"deceasedDateTime": "2020", "link": [{"type": "replaced-by", "other": SUBJECT}, {"type": "seealso"}]},
        {"deceased_date": "2020", "replaced_by": ["Patient/p"]},
    ),
    sample(
        "Observation",
        {
            "subject": SUBJECT, "code": CONCEPT, "effectivePeriod": PERIOD, "referenceRange": [{"text": "r"}],
            "valueQuantity": {"value": 1, "unit": "g"}, "component": [{"code": CONCEPT, "valueString": "v"}],
        },
        {"patient": "Patient/p", **NAMED, **TAKEN, "value_number": 1, "value_unit": "g", "ranges": [{"text": "r"}]},
        {"patient": "Patient/p", **NAMED, **TAKEN, "item": 0, "value_string": "v"},
    ),
    sample(
        "Condition",
        {"subject": SUBJECT, "code": CONCEPT, "onsetString": "o", "verificationStatus": CONCEPT},
        {"patient": "Patient/p", **NAMED, "onset_text": "o", "verification_codings": [C]},
    ),
    sample(
        "MedicationStatement",
        MEDICATION | {"dosage": [DOSE], "statusReason": [CONCEPT], "dateAsserted": "2019"},
        {"patient": "Patient/p", **DRUG, **TAKEN, **DOSED, "asserted": "2019"},
    ),
    sample(
        "MedicationRequest",
        MEDICATION | {"dosageInstruction": [DOSE], "statusReason": CONCEPT, "intent": "order", "doNotPerform": False},
        {
            "patient": "Patient/p", **DRUG, **DOSED, "intent": "order", "do_not_perform": False,
            "bounds_start": ["2020"], "bounds_end": ["2021"],
        },
    ),
    sample(
        "MedicationAdministration",
        MEDICATION | {"dosage": DOSE, "statusReason": [CONCEPT]},
        {"patient": "Patient/p", **DRUG, **TAKEN, **DOSED},
    ),
    sample(
        "MedicationDispense",
        MEDICATION | {"dosageInstruction": [DOSE], "statusReasonCodeableConcept": CONCEPT, "daysSupply": {"value": 30}},
        {"patient": "Patient/p", **DRUG, **DOSED, "days_supply": 30},
    ),
    sample(
        "Medication",
        {"code": CONCEPT, "form": CONCEPT, "ingredient": [{"itemCodeableConcept": CONCEPT}]},
        {**NAMED, "form_codings": [C], "form_text": "t", "ingredients": [C], "ingredient_texts": ["t"]},
    ),
    sample(
        "Procedure",
        {"subject": SUBJECT, "code": CONCEPT, "performedDateTime": "2020-01"},
        {"patient": "Patient/p", **NAMED, "performed_date": "2020-01"},
    ),
    sample(
        "AllergyIntolerance",
        {"patient": SUBJECT, "code": CONCEPT, "type": "allergy", "reaction": [{"substance": CONCEPT}]},
        {"patient": "Patient/p", **NAMED, "type": "allergy", "substances": [C], "substance_texts": [CONCEPT["text"]]},
    ),
    sample(
        "QuestionnaireResponse",
        {"identifier": {"system": "s", "value": "n"},
         "item": [{"linkId": "g", "item": [{"linkId": "q", "answer": [{"valueCoding": C}, {"valueBoolean": False}]}]}]},
        {"identifier": "n", "link_id": "q", "answer_codings": [C]},
        {"identifier": "n", "link_id": "q", "answer_boolean": False},
    ),
    sample(
        "ResearchSubject",
        {"individual": SUBJECT, "study": {"reference": "ResearchStudy/s"}, "period": PERIOD},
        {"patient": "Patient/p", "study": "ResearchStudy/s", "period_start": "2020", "period_end": "2021"},
    ),
    sample(
        "ResearchStudy",
        {"identifier": [{"value": "NCT1"}], "title": "t"},
        {"identifiers": [{"value": "NCT1"}], "title": "t"},
    ),
]  # fmt: skip


def shipped():
    files = (folder("mappings") / "views").glob("*.json")
    return {found["resource"]: found for found in (json.loads(file.read_text(encoding="utf-8")) for file in files)}


def test_every_shipped_view_has_a_sample():
    assert set(shipped()) == {parameter.id for parameter in SHIPPED}


@pytest.mark.parametrize(("resource", "expected"), SHIPPED)
def test_a_shipped_view_reads_its_resource(resource, expected):
    kind = resource["resourceType"]
    found = [
        {name: cell for name, cell in row.items() if cell not in (None, [])} for row in run(shipped()[kind], [resource])
    ]
    assert found == [{"key": f"{kind}/1", "id": "1", "version": "2"} | cells for cells in expected]


@pytest.mark.parametrize("kind", sorted(shipped()))
def test_a_shipped_view_is_shareable(kind):
    found = shipped()[kind]
    assert (found["resourceType"], found["url"].rsplit("/", 1)[1], found["fhirVersion"]) == (
        URL,
        found["name"],
        ["4.0.1"],
    )
    assert all(one["type"] for one in columns_of(found))


def columns_of(part):
    for nested in [*part.get("select", []), *part.get("unionAll", [])]:
        yield from nested.get("column", [])
        yield from columns_of(nested)


@st.composite
def mutated(draw):
    """Draw a sample with one of its elements, at any depth, exchanged for something that does not belong there."""
    resource = json.loads(json.dumps(draw(st.sampled_from(SHIPPED)).values[0]))
    node = resource
    while True:
        key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key] or draw(st.booleans()):
            break
        node = node[key]
    odd = [None, [], {}, "\ud800", 0, True, 1e300, [None, [1]], {"a": {}}, [node[key]], [node[key], node[key]]]
    if key != "resourceType":
        node[key] = draw(st.sampled_from(odd))
    return resource


@given(mutated())
def test_no_odd_element_breaks_a_shipped_view(resource):
    compiled = compile_view(shipped()[resource["resourceType"]], on_several=lambda at, values: None)
    assert all(tuple(row) == compiled.columns for row in compiled.rows(resource))
