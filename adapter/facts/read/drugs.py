"""Drugs taken, ordered, given and handed over become exposures; why one was stopped may become a response."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from adapter.facts.coding.codes import ANY, Codes, Match
from adapter.facts.read.doses import daily_dose
from adapter.facts.read.row import NOT_WANTED, Medicine, Outcome, Period, Row, codings_in, displays, texts_in
from adapter.screening.model import Because, Fact, Kind

ON, OVER, NOTHING, WAITS = "on", "over", "nothing", "waits"
# What each status says of the drug; a status that is not listed is doubtful.
STATUSES: Mapping[str, Mapping[str, str]] = {
    "MedicationStatement": {
        "active": ON,
        "completed": OVER,
        "stopped": OVER,
        "on-hold": WAITS,
        "not-taken": NOTHING,
        "intended": NOTHING,
        "entered-in-error": NOTHING,
    },
    "MedicationRequest": {
        "active": ON,
        "completed": OVER,
        "stopped": OVER,
        "on-hold": WAITS,
        "draft": NOTHING,
        "cancelled": NOTHING,
        "entered-in-error": NOTHING,
    },
    "MedicationAdministration": {
        "in-progress": ON,
        "completed": OVER,
        "stopped": OVER,
        "on-hold": WAITS,
        "not-done": NOTHING,
        "entered-in-error": NOTHING,
    },
    "MedicationDispense": {
        "completed": OVER,
        "preparation": NOTHING,
        "cancelled": NOTHING,
        "declined": NOTHING,
        "entered-in-error": NOTHING,
    },
}
OPEN = {ON: True, OVER: False}
INTENDED = frozenset({"proposal", "plan", "option"})


def read_drug(row: Row) -> Outcome:
    """Read one resource of the four kinds that say a patient had a drug."""
    status = (row.text("status") or "").casefold()
    state = STATUSES[row.type].get(status, "")
    if reason := _not_meant(row, status, state):
        return row.outcome([], reason)
    medicine = _medicine(row)
    if not medicine.matches:
        return row.outcome([], NOT_WANTED)
    period = _period(row, state)
    undated = period.start is None and period.end is None
    doubtful = not state or (state == WAITS and undated)
    told: dict[str, Any] = {
        **period._asdict(),
        "open": OPEN.get(state),
        "doubt": Because.INDETERMINATE if doubtful else None,
        "recorded": row.days("asserted") or row.days("authored"),
        "received": medicine.name,
    }
    extra = {"status": status or "missing", "via": row.type} | ({"route": "local"} if medicine.local else {})
    return row.outcome(_facts(row, medicine, extra, told))


def read_medicine(cells: Mapping[str, Any], codes: Codes) -> Medicine:
    """Return what a row of the Medication view is; also that of a contained Medication."""
    codings = codings_in(cells, "codings", "ingredients")
    texts = texts_in(cells, "code_text", "ingredient_texts")
    matches = codes.concepts(codings, cells.get("code_text"), kind="drug")
    if not matches:
        matches = tuple(match for text in texts for match in codes.concepts([], text, kind="drug"))
    forms = [*codings_in(cells, "form_codings"), *codings]
    local = codes.is_local(forms, [*texts, *texts_in(cells, "form_text")]) or _all_local(matches)
    return Medicine(matches, next(iter([*texts, *displays(codings)]), ""), local)


def _not_meant(row: Row, status: str, state: str) -> str | None:
    if state == NOTHING:
        return status
    if row.type == "MedicationRequest":
        if (row.text("intent") or "").casefold() in INTENDED:
            return "intended"
        if row.cells.get("do_not_perform") in (True, "true"):
            return "do not perform"
    return None


def _facts(row: Row, medicine: Medicine, extra: Mapping[str, str], told: Mapping[str, Any]) -> list[Fact]:
    facts = []
    for match in medicine.matches:
        # One resource may hold two drugs of one class: the item keeps them apart.
        each = {**told, "item": match.drug, "name": match.display if match.drug else medicine.name}
        dose = daily_dose(row, match.drug, one_day=_one_day(told)) if match.drug else None
        facts.append(row.fact(match, Kind.EXPOSURE, extra, **each, daily_dose=dose))
        if word := _response(row):
            facts.append(row.fact(match, Kind.RESPONSE, extra, **each, word=word))
    return facts


def _one_day(told: Mapping[str, Any]) -> bool:
    return told["start"] is not None and told["start"].exact and told["start"] == told["end"]


def _medicine(row: Row) -> Medicine:
    own = row.codes.concepts(row.codings("codings"), row.text("code_text"), kind="drug")
    referred = Medicine((), "") if own else _referred(row)
    matches = own or referred.matches
    if not matches:
        return referred
    codings = row.codings("codings", "routes")
    texts = row.texts("code_text", "medication_display", "route_texts", "dosage_texts")
    local = referred.local or _all_local(matches) or row.codes.is_local(codings, texts)
    return Medicine(matches, row.named() or row.text("medication_display") or referred.name, local)


def _all_local(matches: Iterable[Match]) -> bool:
    return all([match.local for match in matches] or [False])


def _referred(row: Row) -> Medicine:
    key = row.text("medication_key") or ""
    contained = row.cells.get("contained")
    inside = [one for one in contained if isinstance(one, Mapping)] if isinstance(contained, list) else []
    inside = [one for one in inside if one.get("resourceType") == "Medication"]
    bare = key.split("/_history/", maxsplit=1)[0].rsplit("/", 1)[-1].removeprefix("#")
    meant = [one for one in inside if not key or one.get("id") == bare]
    found = [read_medicine(_cells(one), row.codes) for one in meant]
    if not key.startswith("#"):  # what is contained has an id within its resource alone
        found += [row.context.medications[bare]] if bare in row.context.medications else []
    named = next((medicine for medicine in found if medicine.matches), None)
    display = row.text("medication_display")
    return named or Medicine(row.codes.concepts([], display, kind="drug"), display or "", any(m.local for m in found))


def _cells(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the Medication view would show of a contained resource."""
    code, form = _concept(resource.get("code")), _concept(resource.get("form"))
    parts = resource.get("ingredient")
    holds = [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
    items = [_concept(part.get("itemCodeableConcept")) for part in holds]
    return {
        "codings": codings_in(code, "coding"),
        "code_text": code.get("text"),
        "form_codings": codings_in(form, "coding"),
        "form_text": form.get("text"),
        "ingredients": [coding for item in items for coding in codings_in(item, "coding")],
        "ingredient_texts": texts_in({"items": [item.get("text") for item in items]}, "items"),
    }


def _concept(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _period(row: Row, state: str) -> Period:
    if row.type == "MedicationRequest":
        bounds = row.period("bounds_start", "bounds_end")
        written = row.day("authored")
        if bounds.start or not written:
            return bounds
        return Period(written.span, written.time, bounds.end)
    if row.type == "MedicationDispense":
        day = row.day("handed_over") or row.day("prepared")
        return Period(day.span, day.time, row.supplied_until(day.span)) if day else Period()
    day = row.day("effective_date")
    if day is None:
        return row.period("effective_start", "effective_end")
    # A statement's date is when it began to hold; an administration's is all of it.
    given = row.type == "MedicationAdministration" and state != ON
    return Period(day.span, day.time, day.span if given else None)


def _response(row: Row) -> str | None:
    """Return what the reason for the status says of the drug's effect."""
    codings = row.codings("reasons")
    coded = (row.codes.value_word(_said(c, "system"), _said(c, "code"), None, ANY) for c in codings)
    texts = [*displays(codings), *row.texts("reason_texts")]
    worded = (row.codes.response(text) for text in texts)
    return next((word for word in (*coded, *worded) if word), None)


def _said(coding: Mapping[str, Any], name: str) -> str | None:
    value = coding.get(name)
    return value if isinstance(value, str) else None


def read_medicines(medications: Iterable[Mapping[str, Any]], codes: Codes) -> dict[str, Medicine]:
    """Return the medications of a source by id, for `Context.medications`."""
    rows = (cells for cells in medications if isinstance(cells.get("id"), str))
    return {cells["id"]: read_medicine(cells, codes) for cells in rows}
