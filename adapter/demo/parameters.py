"""Which searches the sandbox hospital understands, per resource type: data, and what the elements hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adapter.demo.exchange import Resource


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter of FHIR R4: where its values stand, and for a reference which type it means."""

    kind: str  # token | reference | date
    paths: tuple[str, ...]
    target: str = ""


def _token(*paths: str) -> Parameter:
    return Parameter("token", paths)


def _reference(*paths: str, target: str = "") -> Parameter:
    return Parameter("reference", paths, target)


_EVERY = {
    "_id": _token("id"),
    "_lastUpdated": Parameter("date", ("meta.lastUpdated",)),
    "identifier": _token("identifier"),
}
_ABOUT = {
    "subject": _reference("subject"),
    "patient": _reference("subject", target="Patient"),
    "status": _token("status"),
}
_DRUG = {**_ABOUT, "code": _token("medicationCodeableConcept"),
         "medication": _reference("medicationReference", target="Medication")}  # fmt: skip
_CODED = {**_ABOUT, "code": _token("code"), "category": _token("category")}
_PEOPLE = {"active": _token("active")}

SEARCHES: dict[str, dict[str, Parameter]] = {
    kind: _EVERY | own
    for kind, own in {
        "AllergyIntolerance": {
            "code": _token("code", "reaction.substance"),
            "category": _token("category"),
            "patient": _reference("patient", target="Patient"),
            "clinical-status": _token("clinicalStatus"),
            "verification-status": _token("verificationStatus"),
        },
        "Condition": {
            **{name: one for name, one in _CODED.items() if name != "status"},
            "clinical-status": _token("clinicalStatus"),
            "verification-status": _token("verificationStatus"),
        },
        "Encounter": _ABOUT,
        "Group": {"code": _token("code"), "member": _reference("member.entity"), "type": _token("type")},
        "List": {**_ABOUT, "code": _token("code"), "item": _reference("entry.item")},
        "Medication": {"code": _token("code"), "status": _token("status")},
        "MedicationAdministration": _DRUG,
        "MedicationDispense": _DRUG,
        "MedicationRequest": {**_DRUG, "category": _token("category"), "intent": _token("intent")},
        "MedicationStatement": {**_DRUG, "category": _token("category")},
        "Observation": _CODED,
        "Patient": {**_PEOPLE, "gender": _token("gender"), "link": _reference("link.other", target="Patient")},
        "Practitioner": _PEOPLE,
        "Procedure": _CODED,
        "QuestionnaireResponse": {**_ABOUT, "author": _reference("author")},
        "ResearchStudy": {"status": _token("status")},
        "ResearchSubject": {
            "individual": _reference("individual", target="Patient"),
            "patient": _reference("individual", target="Patient"),
            "study": _reference("study", target="ResearchStudy"),
            "status": _token("status"),
        },
    }.items()
}


def elements(resource: Resource, path: str) -> Iterator[Any]:
    """Yield the values at a dotted path, every element of a list on its own."""
    level: list[Any] = [resource]
    for name in path.split("."):
        below = (node[name] for node in level if isinstance(node, dict) and name in node)
        level = [one for value in below for one in (value if isinstance(value, list) else [value])]
    yield from level


def tokens(element: Any) -> Iterator[tuple[str, str]]:
    """Yield (system, code) of a CodeableConcept, Coding, Identifier, code or boolean."""
    if isinstance(element, bool):
        yield "", "true" if element else "false"
    elif isinstance(element, str):
        yield "", element
    elif isinstance(element, dict):
        for coding in element.get("coding", [element]):
            yield coding.get("system", ""), coding.get("code") or coding.get("value") or ""
