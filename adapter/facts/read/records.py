"""From the rows of many resources to patients with their facts, and the account of what each resource gave."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adapter.facts.coding.unmapped import Coding
from adapter.facts.read import READERS, Context, facts_of, read_medicines
from adapter.facts.read.person import About, person_of
from adapter.facts.read.persons import Persons
from adapter.facts.read.references import base_of
from adapter.facts.read.row import NOT_WANTED, codings_in
from adapter.facts.tally import Tally
from adapter.screening.model import Because, Fact, PatientRecord

UNITS = ("value_unit", "value_unit_code", "answer_unit")
NAMES = ("codings", "ingredients", "substances")
VALUES = ("value_codings", "answer_codings")


@dataclass(frozen=True, slots=True)
class Kept:
    """One resource as it will count: whose it is, how new, and its rows or what became of them."""

    type: str
    key: str
    patient: str | None
    newness: tuple[int, int]
    rows: tuple[Mapping[str, Any], ...]

    @property
    def last_word(self) -> str:
        """Which of two equally new counts, whatever the order of input."""
        return json.dumps(self.rows, sort_keys=True, default=str)


@dataclass
class Cohort:
    """What was read: the patients to judge, why others are not judged, and the account."""

    records: list[PatientRecord] = field(default_factory=list)
    not_judged: dict[str, str] = field(default_factory=dict)  # patient -> why
    tally: Tally = field(default_factory=Tally)
    incomplete: tuple[str, ...] = ()


class Assembly:
    """Makes patients of resources; the shared ones, such as Medications, are known before anybody is read."""

    def __init__(self, context: Context, shared: Iterable[Kept], registry: str, tally: Tally, own: str = "") -> None:
        self.tally = tally
        known = sorted(shared, key=lambda kept: kept.key)
        studies = {own, registry, *_own_studies(known, registry)} - {""}
        medications = read_medicines(_rows_of(known, "Medication"), context.codes)
        self._context = replace(context, medications=medications, own_studies=frozenset(studies))
        for kept in known:
            tally.store(kept.type)
            for row in kept.rows:
                if (medicine := medications.get(str(row.get("id")))) and not medicine.matches:
                    self._miss_code(kept, row)

    def about(self, kept: Kept, persons: Persons) -> About:
        """The person whom a Patient is; what is wrong with its fields is counted as repaired."""
        about = person_of(kept.rows[0], self._context.zone, replaced=persons.is_replaced(kept.key))
        self.tally.store("Patient")
        for fault in about.faults:
            self.tally.repair(fault)
        return about

    def record(
        self,
        about: About,
        own: Iterable[Kept],
        seen: Mapping[str, int],
        missing: tuple[str, ...],
        replaces: tuple[str, ...] = (),
    ) -> PatientRecord:
        """One patient with all facts, those of the records that this one has replaced among them."""
        facts = [fact for kept in own for fact in self._read(kept)]
        facts.sort(key=lambda fact: fact.key)
        return PatientRecord(about.person, tuple(facts), tuple(sorted(seen.items())), missing, replaces=replaces)

    def _read(self, kept: Kept) -> list[Fact]:
        said = [repr(row) for row in kept.rows]
        distinct = dict(zip(said, kept.rows, strict=True))
        read = {text: facts_of(row, kept.type, self._context) for text, row in distinct.items()}
        outcomes = [read[text] for text in said]
        # What a form says again word for word is the same fact, however often.
        facts = [fact for outcome in read.values() for fact in outcome.facts]
        faults = [fault for outcome in outcomes for fault in outcome.quarantined]
        for fault in faults:
            self.tally.repair(f"{kept.type}.{fault}" if facts else f"{kept.type}: left out, {fault}")
        for row, outcome in zip(kept.rows, outcomes, strict=True):
            if outcome.ignored == NOT_WANTED:
                self._miss_code(kept, row)
            for fact in outcome.facts:
                if fact.trouble is Because.UNMAPPED:
                    self._miss_value(kept, row, fact.concept)
        if facts:
            self.tally.store(kept.type)
        elif faults:
            self.tally.quarantine(kept.type, faults[0].split(":")[0])
        else:
            self.tally.ignore(kept.type, next((o.ignored for o in outcomes if o.ignored), "says nothing"))
        return facts

    def _miss_code(self, kept: Kept, row: Mapping[str, Any]) -> None:
        """Count what a row is named by, if somebody could map it."""
        if missed := self._context.codes.missed(_names_of(row, kept.type)):
            self.tally.unmapped.miss_code(kept.type, missed, kept.patient)

    def _miss_value(self, kept: Kept, row: Mapping[str, Any], concept: str) -> None:
        """Count the unit of a result that could not be read, or else its coded value, whatever its system."""
        unit, codings = _unit_of(row), _codings(codings_in(row, *VALUES))
        if unit or not codings:
            self.tally.unmapped.miss_unit(concept, unit)
        else:
            self.tally.unmapped.miss_code(kept.type, codings[0].showable(), kept.patient)


def is_shared(kept: Kept) -> bool:
    """Whether a resource belongs to no patient and is needed to read those of others."""
    return kept.type != "Patient" and kept.type not in READERS


def medications_of(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """The Medications that the rows of drugs refer to, as `Medication/x`; none of another server."""
    keys = {str(row.get("medication_key") or "") for row in rows}
    return {key for key in keys if key.startswith("Medication/") and base_of(key) is None}


def _rows_of(known: Iterable[Kept], kind: str) -> list[Mapping[str, Any]]:
    return [row for kept in known if kept.type == kind for row in kept.rows]


def _names_of(row: Mapping[str, Any], kind: str) -> list[Coding]:
    """What a row is named by: codings, and a text that stands where a code should."""
    if kind == "QuestionnaireResponse":
        form = str(row.get("questionnaire") or "").split("|", maxsplit=1)[0]
        return [Coding(form, str(row.get("link_id") or ""))]
    inside = [one.get("code") for one in row.get("contained") or () if isinstance(one, Mapping)]
    listed = [row, *({"codings": code.get("coding")} for code in inside if isinstance(code, Mapping))]
    text = row.get("code_text") or (None if row.get("medication_key") else row.get("medication_display"))
    named = [coding for cells in listed for coding in _codings(codings_in(cells, *NAMES))]
    return [*named, Coding(display=text)] if isinstance(text, str) and text else named


def _codings(listed: Iterable[Mapping[str, Any]]) -> list[Coding]:
    found = ([one.get(part) for part in Coding._fields] for one in listed)
    return [Coding(*(part if isinstance(part, str) else "" for part in parts)) for parts in found if any(parts)]


def _own_studies(known: Iterable[Kept], registry: str) -> Iterator[str]:
    """The ResearchStudies that carry the registry number, whatever the system."""
    for row in _rows_of(known, "ResearchStudy"):
        values = [i.get("value") for i in row.get("identifiers") or () if isinstance(i, Mapping)]
        if registry and registry in values:
            yield str(row["key"])


def _unit_of(row: Mapping[str, Any]) -> str:
    """Return the unit where a unit belongs: what is written in a text may be anything, also a name."""
    units = (row.get(column) for column in UNITS)
    return next((unit.strip()[:40] for unit in units if isinstance(unit, str) and unit.strip()), "")
