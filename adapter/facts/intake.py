"""Pieces of FHIR come in, patients with their facts go out, and every piece is accounted for.

Nothing here depends on the order of the pieces: of two versions of a resource the newer is kept, drugs wait for the
Medications they refer to, enrolments for the ResearchStudies.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from adapter.facts.decode import Unreadable, decode
from adapter.facts.read import Context
from adapter.facts.read.persons import Persons, persons_of
from adapter.facts.read.records import Assembly, Cohort, Kept, is_shared, medications_of
from adapter.facts.read.references import OF_ANOTHER_SERVER, adopted, at_home, base_of
from adapter.facts.read.row import NOT_WANTED
from adapter.facts.sieve import DRUG_TYPES, Head, Look, Sieve, Verdict
from adapter.facts.tally import Tally
from adapter.facts.views import CompiledView

__all__ = ["Cohort", "Door", "Intake", "Kept", "Views"]

Views = Mapping[str, CompiledView]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNSAID = -(1 << 62)  # older than any that says how new it is


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


class Unread(NamedTuple):
    """A resource that could not be read, and the patient whom it names: who is incomplete for its type."""

    type: str
    key: str  # made of the patient's, where it has no id of its own
    patient: str
    reason: str
    newness: tuple[int, int]


class Door:
    """Lets in what may count: bytes become a resource's rows, or are accounted for with the reason."""

    def __init__(self, context: Context, views: Views) -> None:
        self.context, self._views = context, views
        self._sieve = Sieve(context.codes.wanted, context.codes.missed)
        self.passed_over = PassedOver()
        self.seen: dict[str, dict[str, int]] = {}
        self.of_anybody: set[str] = set()
        self.unread: list[Unread] = []
        self.referred: set[str] = set()  # the Medications that drugs refer to
        self.tally = Tally()

    def read_by(self, kind: str) -> str:
        """What tells whether resources of a type are read as they were: the digest of their view."""
        return self._views[kind].digest if kind in self._views else ""

    def read(self, raw: bytes, head: Any = None) -> Kept | None:
        """Read one resource; None where nothing of it counts."""
        look = self._sieve.look(raw, head)
        self.tally.receive(look.resource_type)
        if look.patient is not None and look.resource_type:
            types = self.seen.setdefault(look.patient, {})
            types[look.resource_type] = types.get(look.resource_type, 0) + 1
        if look.verdict is Verdict.OTHER_TYPE:
            self.tally.ignore(look.resource_type, "other type")
        elif look.verdict is Verdict.NOT_WANTED:
            self._pass_over(look)
        else:
            return self._decode(raw, look)
        return None

    def refuse(self, reason: str, types: Iterable[str]) -> None:
        """Take note of a piece that the source could not make a resource of."""
        self.tally.receive(None)
        self.tally.quarantine(None, reason)
        self.of_anybody.update(types)  # where none was seen yet, the source knows at its end

    def _pass_over(self, look: Look) -> None:
        self.tally.ignore(look.resource_type, NOT_WANTED)
        for coding in look.missed:
            self.tally.unmapped.miss_code(look.resource_type or "", coding, look.patient)
        if look.id:
            self.passed_over.add(f"{look.resource_type}/{look.id.strip()}", self.newness(look))

    def _decode(self, raw: bytes, look: Look) -> Kept | None:
        try:
            resource = decode(raw)
            view = self._views.get(resource["resourceType"])
            rows = tuple(view.rows(resource)) if view else ()
        except (Unreadable, RecursionError) as error:
            self._quarantine(look, error.reason if isinstance(error, Unreadable) else "too-deep")
            if look.patient is None and look.resource_type != "Patient":
                self.of_anybody.add(look.resource_type or "*")
            return None
        if view is None:
            self.tally.quarantine(look.resource_type, "no view for this type")
            return None
        return self._keep(resource, rows, look)

    def _keep(self, resource: Mapping[str, Any], rows: tuple[Mapping[str, Any], ...], look: Look) -> Kept | None:
        kind, name = look.resource_type or str(resource.get("resourceType")), resource.get("id")
        if not isinstance(name, str) or not name.strip():
            self._quarantine(look, "no id")
            return None
        named = (row.get("patient") for row in rows)
        patient = look.patient or next((one for one in named if isinstance(one, str) and one), None)
        if kind in DRUG_TYPES:
            self.referred |= medications_of(rows)
        meta = resource.get("meta")
        meta = meta if isinstance(meta, Mapping) else {}
        newness = self._newness(meta.get("lastUpdated"), meta.get("versionId"))
        return Kept(kind, f"{kind}/{name.strip()}", patient, newness, rows)

    def _quarantine(self, look: Look, reason: str) -> None:
        self.tally.quarantine(look.resource_type, reason)
        if look.patient is None or look.resource_type is None:
            return
        name = (look.id or "").strip()
        key = f"{look.resource_type}/{name}" if name else f"{look.patient}#{look.resource_type}"
        self.unread.append(Unread(look.resource_type, key, look.patient, reason, self.newness(look)))

    def newness(self, head: Head | Look) -> tuple[int, int]:
        """How new the resource is that a head is of."""
        return self._newness(*((head.meta.lastUpdated, head.meta.versionId) if head.meta else (None, None)))

    def _newness(self, updated: object, version: object) -> tuple[int, int]:
        """The instant of the last update, whatever zone it is written in, then the number of the version."""
        number = int(version) if isinstance(version, str) and version.isdecimal() and len(version) < 19 else UNSAID
        return _instant(updated, self.context.zone), number


class Intake(Door):
    """Takes the pieces of one source; `cohort` makes patients of them."""

    def __init__(self, context: Context, views: Views, registry: str, own_study: str = "") -> None:
        super().__init__(context, views)
        self._registry, self._own_study = registry, own_study
        self._kept: dict[str, Kept] = {}

    def take(self, raw: bytes, head: Any = None) -> None:
        """Take one resource; of two with one id the newer counts."""
        kept = self.read(raw, head)
        if kept is None:
            return
        other = self._kept.setdefault(kept.key, kept)
        if other is kept:
            return
        same = other.newness == kept.newness
        if same and other.last_word == kept.last_word:
            self.tally.leave_unchanged(kept.type)
            return
        self.tally.ignore(kept.type, "older version")
        if other.last_word < kept.last_word if same else other.newness < kept.newness:
            self._kept[kept.key] = kept

    def cohort(self, incomplete: Iterable[str] = (), declared: Iterable[str] = ()) -> Cohort:
        """Make patients of all that was taken; `declared`: the addresses that the source gave its resources."""
        self._settle_in(declared)
        missing = tuple(sorted({*incomplete, *self.of_anybody}))
        for key in self.passed_over.outdates(self._kept):
            self.tally.ignore(self._kept.pop(key).type, "older version")
        resources = [self._kept[key] for key in sorted(self._kept)]
        assembly = Assembly(self.context, filter(is_shared, resources), self._registry, self.tally, self._own_study)
        patients = [kept for kept in resources if kept.type == "Patient"]
        persons = persons_of(row for kept in patients for row in kept.rows)
        people = {kept.key: assembly.about(kept, persons) for kept in patients}
        own, unread = self._by_patient(resources, people, persons), self._unread_of()
        cohort = Cohort(tally=self.tally, incomplete=missing)
        for key, about in people.items():
            also = persons.replaced_by(key)
            seen = sum((Counter(self.seen.get(one)) for one in also), Counter(self.seen.get(key)))
            types = {*missing}.union(*(unread.get(one, ()) for one in (key, *also)))
            record = assembly.record(about, own.get(key, ()), seen, tuple(sorted(types)), also)
            if about.not_judged is not None:
                cohort.not_judged[key] = about.not_judged
            else:
                cohort.records.append(record)
        self.tally.balanced()
        return cohort

    def _settle_in(self, declared: Iterable[str]) -> None:
        """Bring home what refers to a patient by an address that turns out to be the source's own."""
        own = adopted((kept.patient for kept in self._kept.values() if kept.type != "Patient"), declared)
        if not own:
            return
        for key, kept in self._kept.items():
            self._kept[key] = replace(kept, patient=at_home(kept.patient, own), rows=at_home(kept.rows, own))
        self.unread = [one._replace(patient=at_home(one.patient, own)) for one in self.unread]
        seen, self.seen = self.seen, {}
        for patient, types in seen.items():
            mine = self.seen.setdefault(at_home(patient, own), {})
            for kind, times in types.items():
                mine[kind] = mine.get(kind, 0) + times

    def _unread_of(self) -> dict[str, set[str]]:
        """The types of which something of a patient could not be read, unless a newer version of it could."""
        found: dict[str, set[str]] = {}
        for one in self.unread:
            kept = self._kept.get(one.key)
            if kept is None or kept.newness <= one.newness:
                found.setdefault(one.patient, set()).add(one.type)
        return found

    def _by_patient(
        self, resources: Iterable[Kept], people: Mapping[str, object], persons: Persons
    ) -> dict[str, list[Kept]]:
        """The resources of each person, a replaced record's with the survivor; what is nobody's is accounted for."""
        own: dict[str, list[Kept]] = {}
        for kept in resources:
            if kept.type == "Patient" or is_shared(kept):
                continue
            if kept.patient is None or kept.patient not in people:
                reason = "no patient named" if kept.patient is None else "patient not in the source"
                reason = OF_ANOTHER_SERVER if base_of(kept.patient) else reason
                self.tally.ignore(kept.type, reason)
            else:
                own.setdefault(persons.survivors.get(kept.patient) or kept.patient, []).append(kept)
        return own


def _instant(written: object, zone: ZoneInfo) -> int:
    """Return the microseconds since 1970; what is no instant says nothing about newness."""
    if not isinstance(written, str):
        return UNSAID
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return UNSAID
    return ((moment if moment.tzinfo else moment.replace(tzinfo=zone)) - EPOCH) // MICROSECOND
