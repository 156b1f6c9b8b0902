"""Rows of the views become facts: one reader for each type of resource, found in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapter.facts.read.drugs import read_drug, read_medicine, read_medicines
from adapter.facts.read.events import read_allergy, read_condition, read_enrolment, read_procedure
from adapter.facts.read.results import read_answer, read_result
from adapter.facts.read.row import Context, Medicine, Outcome, Row

__all__ = ["READERS", "Context", "Medicine", "Outcome", "facts_of", "read_medicine", "read_medicines"]

READERS: Mapping[str, Callable[[Row], Outcome]] = {
    "Observation": read_result,
    "QuestionnaireResponse": read_answer,
    "Condition": read_condition,
    "Procedure": read_procedure,
    "AllergyIntolerance": read_allergy,
    "ResearchSubject": read_enrolment,
    "MedicationStatement": read_drug,
    "MedicationRequest": read_drug,
    "MedicationAdministration": read_drug,
    "MedicationDispense": read_drug,
}


def facts_of(row: Mapping[str, Any], resource_type: str, context: Context) -> Outcome:
    """Return the facts of one row of a view, or why there is none."""
    reader = READERS.get(resource_type)
    if reader is None:
        return Outcome(ignored="no facts in this type")
    if not isinstance(row.get("id"), str) or not row["id"].strip():
        return Outcome(quarantined=("no id",))
    return reader(Row(row, resource_type, context))
