"""Pieces of FHIR come in, patients with their facts go out, and every piece is accounted for.

Nothing here depends on the order of the pieces: of two versions of a resource the newer is kept, drugs wait for the
Medications they refer to, enrolments for the ResearchStudies.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapter.facts.decode import Unreadable, decode
from adapter.facts.read.person import About, person_of
from adapter.facts.read import READERS, Context, facts_of, read_medicines
from adapter.facts.sieve import Look, Sieve, Verdict
from adapter.facts.tally import Tally
from adapter.facts.views import CompiledView
from adapter.screening.model import Because, Fact, PatientRecord

Views = Mapping[str, CompiledView]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNSAID = -(1 << 62)  # older than any that says how new it is
UNITS = ("value_unit", "value_unit_code", "answer_unit")


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


class PassedOver:
    """What the sieve let go, in 24 bytes each: one may be the newer version of a resource that was kept."""

    def __init__(self) -> None:
        self._keys, self._updated, self._versions = array("q"), array("q"), array("q")

    def add(self, key: str, newness: tuple[int, int]) -> None:
        """Take note of one."""
        self._keys.append(hash(key))
        self._updated.append(newness[0])
        self._versions.append(newness[1])

    def outdates(self, kept: Mapping[str, Kept]) -> set[str]:
        """Return the keys of those kept that were passed over in a newer version."""
        names = {hash(key): key for key in kept}
        each = zip(self._keys, self._updated, self._versions, strict=True)
        return {names[key] for key, *new in each if key in names and kept[names[key]].newness < tuple(new)}


@dataclass
class Cohort:
    """What was read: the patients to judge, why others are not judged, and the account."""

    records: list[PatientRecord] = field(default_factory=list)
    not_judged: dict[str, str] = field(default_factory=dict)  # patient -> why
    tally: Tally = field(default_factory=Tally)
    incomplete: tuple[str, ...] = ()


class Intake:
    """Takes the pieces of one source; `cohort` makes patients of them."""

    def __init__(self, context: Context, views: Views, registry: str) -> None:
        self._context, self._views, self._registry = context, views, registry
        self._sieve = Sieve(context.codes.wanted)
        self._kept: dict[str, Kept] = {}
        self._passed_over = PassedOver()
        self._seen: dict[str, dict[str, int]] = {}
        self._of_anybody: set[str] = set()
        self.tally = Tally()

    def take(self, raw: bytes, head: Any = None) -> None:
        """Take one resource."""
        look = self._sieve.look(raw, head)
        self.tally.receive(look.resource_type)
        if look.patient is not None and look.resource_type:
            types = self._seen.setdefault(look.patient, {})
            types[look.resource_type] = types.get(look.resource_type, 0) + 1
        if look.verdict is Verdict.OTHER_TYPE:
            self.tally.ignore(look.resource_type, "other type")
        elif look.verdict is Verdict.NOT_WANTED:
            self.tally.ignore(look.resource_type, "not wanted code")
            if look.id:
                meta = (look.meta.lastUpdated, look.meta.versionId) if look.meta else (None, None)
                self._passed_over.add(f"{look.resource_type}/{look.id.strip()}", self._newness(*meta))
        else:
            self._decode(raw, look)

    def refuse(self, reason: str, types: Iterable[str]) -> None:
        """Take note of a piece that the source could not make a resource of."""
        self.tally.receive(None)
        self.tally.quarantine(None, reason)
        self._of_anybody.update(types)  # where none was seen yet, the source knows at its end

    def cohort(self, incomplete: Iterable[str] = ()) -> Cohort:
        """Make patients of all that was taken."""
        missing = tuple(sorted({*incomplete, *self._of_anybody}))
        for key in self._passed_over.outdates(self._kept):
            self.tally.ignore(self._kept.pop(key).type, "older version")
        people = self._people()
        context = replace(
            self._context,
            medications=read_medicines(self._rows_of("Medication"), self._context.codes),
            own_studies=frozenset(self._own_studies()),
        )
        facts = self._facts(context, people)
        cohort = Cohort(tally=self.tally, incomplete=missing)
        for key in sorted(people):
            about = people[key]
            if about.not_judged is not None:
                cohort.not_judged[key] = about.not_judged
                continue
            own = tuple(sorted(facts.get(key, ()), key=lambda fact: fact.key))
            seen = tuple(sorted(self._seen.get(key, {}).items()))
            cohort.records.append(PatientRecord(about.person, own, seen, missing))
        self.tally.balanced()
        return cohort

    def _decode(self, raw: bytes, look: Look) -> None:
        try:
            resource = decode(raw)
            view = self._views.get(resource["resourceType"])
            rows = tuple(view.rows(resource)) if view else ()
        except (Unreadable, RecursionError) as error:
            reason = error.reason if isinstance(error, Unreadable) else "too-deep"
            self.tally.quarantine(look.resource_type, reason)
            if look.patient is None and look.resource_type != "Patient":
                self._of_anybody.add(look.resource_type or "*")
            return
        if view is None:
            self.tally.quarantine(look.resource_type, "no view for this type")
            return
        self._keep(resource, rows, look)

    def _keep(self, resource: Mapping[str, Any], rows: tuple[Mapping[str, Any], ...], look: Look) -> None:
        kind, name = look.resource_type or str(resource.get("resourceType")), resource.get("id")
        if not isinstance(name, str) or not name.strip():
            self.tally.quarantine(look.resource_type, "no id")
            return
        named = (row.get("patient") for row in rows)
        patient = look.patient or next((one for one in named if isinstance(one, str) and one), None)
        meta = resource.get("meta")
        meta = meta if isinstance(meta, Mapping) else {}
        newness = self._newness(meta.get("lastUpdated"), meta.get("versionId"))
        kept = Kept(kind, f"{kind}/{name.strip()}", patient, newness, rows)
        other = self._kept.setdefault(kept.key, kept)
        if other is kept:
            return
        same = other.newness == newness
        if same and other.last_word == kept.last_word:
            self.tally.leave_unchanged(look.resource_type)
            return
        self.tally.ignore(look.resource_type, "older version")
        if other.last_word < kept.last_word if same else other.newness < newness:
            self._kept[kept.key] = kept

    def _newness(self, updated: object, version: object) -> tuple[int, int]:
        """The instant of the last update, whatever zone it is written in, then the number of the version."""
        number = int(version) if isinstance(version, str) and version.isdecimal() and len(version) < 19 else UNSAID
        return _instant(updated, self._context.zone), number

    def _rows_of(self, kind: str) -> list[Mapping[str, Any]]:
        return [row for key in sorted(self._kept) if self._kept[key].type == kind for row in self._kept[key].rows]

    def _people(self) -> dict[str, About]:
        """The Patients; what is wrong with their own fields is counted as repaired."""
        people = {}
        for key, kept in self._kept.items():
            if kept.type == "Patient":
                people[key] = person_of(kept.rows[0], self._context.zone)
                self.tally.store("Patient")
                for fault in people[key].faults:
                    self.tally.repair(fault)
        return people

    def _own_studies(self) -> Iterable[str]:
        """The ResearchStudies that carry the registry number, whatever the system."""
        for row in self._rows_of("ResearchStudy"):
            values = [i.get("value") for i in row.get("identifiers") or () if isinstance(i, Mapping)]
            if self._registry and self._registry in values:
                yield str(row["key"])

    def _facts(self, context: Context, people: Mapping[str, About]) -> dict[str, list[Fact]]:
        """The facts of everybody, and the account of every resource that was to give some."""
        found: dict[str, list[Fact]] = {}
        for key in sorted(self._kept):
            kept = self._kept[key]
            if kept.type in READERS:
                facts = self._read(kept, context, people)
                if kept.patient is not None:
                    found.setdefault(kept.patient, []).extend(facts)
            elif kept.type != "Patient":
                self.tally.store(kept.type)
        return found

    def _read(self, kept: Kept, context: Context, people: Mapping[str, About]) -> list[Fact]:
        if kept.patient is None or kept.patient not in people:
            self.tally.ignore(kept.type, "no patient named" if kept.patient is None else "patient not in the source")
            return []
        outcomes = [facts_of(row, kept.type, context) for row in kept.rows]
        facts = [fact for outcome in outcomes for fact in outcome.facts]
        faults = [fault for outcome in outcomes for fault in outcome.quarantined]
        for fault in faults:
            self.tally.repair(f"{kept.type}.{fault}" if facts else f"{kept.type}: left out, {fault}")
        for row, outcome in zip(kept.rows, outcomes, strict=True):
            for fact in outcome.facts:
                if fact.trouble is Because.UNMAPPED:
                    self.tally.miss_unit(fact.concept, _unit_of(row))
        if facts:
            self.tally.store(kept.type)
        elif faults:
            self.tally.quarantine(kept.type, faults[0].split(":")[0])
        else:
            self.tally.ignore(kept.type, next((o.ignored for o in outcomes if o.ignored), "says nothing"))
        return facts


def _instant(written: object, zone: ZoneInfo) -> int:
    """Return the microseconds since 1970; what is no instant says nothing about newness."""
    if not isinstance(written, str):
        return UNSAID
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return UNSAID
    return ((moment if moment.tzinfo else moment.replace(tzinfo=zone)) - EPOCH) // MICROSECOND


def _unit_of(row: Mapping[str, Any]) -> str:
    """Return the unit where a unit belongs: what is written in a text may be anything, also a name."""
    units = (row.get(column) for column in UNITS)
    return next((unit.strip()[:40] for unit in units if isinstance(unit, str) and unit.strip()), "")
