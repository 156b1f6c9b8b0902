"""A small hospital in which things happen by chance: told again from the same seed, they happen again.

What a ward does to a record, which each of the doings below does once: it makes, changes, deletes, mistakes and moves
results, joins and parts diagnoses, merges records and undoes that, and lets a commit be seen later than it is stamped.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from adapter.demo.hospital import SandboxHospital
from adapter.sources.hospital import OF_PATIENT
from tests.fhir_server.records import Resource, patient, ref
from tests.river.hospital import ward

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
LATEST = 119  # seconds by which a commit may be seen later than its stamp says
NAMES = ("c01", "c13", "c14", "c30")
EACH = 7  # results of each patient
HEIGHT = {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}
MISTAKE = {
    "verificationStatus": {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"}]
    }
}


@cache
def beginning() -> list[Resource]:
    """What the hospital holds at first: a few cases with some of their results, and records that hold a name only."""
    thin = [one for name in NAMES for one in _some(ward(name))]
    return [*thin, *({"resourceType": "Patient", "id": name} for name in ("x1", "x2"))]


def _some(resources: list[Resource]) -> list[Resource]:
    results = [one for one in resources if one["resourceType"] == "Observation"]
    return [one for one in resources if one not in results[EACH:]]


class Life:
    """The hospital, its clock, and what happens in it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now, self._behind = BEGIN - timedelta(days=1), timedelta()
        self.sandbox = SandboxHospital(beginning(), lambda: self.now - self._behind)
        self.now, self._made = BEGIN, 0
        self.told: list[str] = []

    def happen(self, times: int) -> None:
        """Let so many things happen, hours or seconds apart."""
        for _ in range(times):
            self.now += timedelta(seconds=self.chance.choice((1, 30, 600, 10_000)))
            self.act()

    def late(self) -> None:
        """Let something be committed that is stamped a little before now."""
        self._behind = timedelta(seconds=self.chance.randrange(LATEST))
        self.act()
        self._behind = timedelta()

    def act(self) -> None:
        """Let one thing happen."""
        doing = self.chance.choice(DOINGS)
        self.told.append(f"{self.now:%d %H:%M:%S} {doing.__name__} {doing(self) or ''}")

    def there(self, *kinds: str) -> list[Resource]:
        """What the hospital holds of these types, or of all that are about patients."""
        return [one for kind in kinds or sorted(OF_PATIENT) for one in self.sandbox.store.all(kind)]

    def one_of(self, *kinds: str) -> Resource | None:
        """Something that is there, by chance."""
        found = self.there(*kinds)
        return self.chance.choice(found) if found else None

    def write(self, one: Resource, **elements: object) -> str:
        """Write a resource with these elements; None takes one away."""
        whole = {**one, **elements}
        self.sandbox.change({name: value for name, value in whole.items() if value is not None})
        return ref(whole)

    def new_id(self) -> str:
        """An id that nothing has."""
        self._made += 1
        return f"made-{self._made}"


def create(life: Life) -> str | None:
    """Take a result of somebody again, for anybody."""
    one, whom = life.one_of("Observation", "MedicationStatement"), life.one_of("Patient")
    about = {"subject": {"reference": ref(whom)}} if whom else {}
    return life.write(one, id=life.new_id(), **about) if one else None


def change(life: Life) -> str | None:
    """Correct something."""
    one = life.one_of()
    if one is None:
        return None
    if one["resourceType"] == "Patient":
        return life.write(one, birthDate=f"{life.chance.randrange(1950, 2015)}-05-05")
    if "value" in one.get("valueQuantity", {}):
        return life.write(one, valueQuantity={**one["valueQuantity"], "value": life.chance.randrange(200)})
    return life.write(one, note=[{"text": f"said again {life.new_id()}"}])


def delete(life: Life) -> str | None:
    """Delete something, of a patient or the patient."""
    one = life.one_of()
    if one is None or (one["resourceType"] == "Patient" and life.chance.random() < 0.7):
        return None
    life.sandbox.delete(ref(one))
    return ref(one)


def mistake(life: Life) -> str | None:
    """Call something entered in error, or take that back."""
    one = life.one_of("Observation", "Condition", "MedicationStatement")
    if one is None:
        return None
    if one["resourceType"] == "Condition":
        return life.write(one, **(MISTAKE if "verificationStatus" not in one else {"verificationStatus": None}))
    right = "final" if one["resourceType"] == "Observation" else "active"
    return life.write(one, status=right if one["status"] == "entered-in-error" else "entered-in-error")


def rename(life: Life) -> str | None:
    """Give a result another code, which the study does not ask about."""
    one = life.one_of("Observation")
    return life.write(one, code=HEIGHT) if one else None


def move(life: Life) -> str | None:
    """Give something to another patient."""
    one, whom = life.one_of("Observation", "MedicationStatement", "Condition"), life.one_of("Patient")
    return life.write(one, subject={"reference": ref(whom)}) if one and whom else None


def part(life: Life) -> str | None:
    """Take a diagnosis back."""
    one = life.one_of("Condition")
    if one:
        life.sandbox.delete(ref(one))
    return ref(one) if one else None


def join(life: Life) -> str | None:
    """Diagnose somebody."""
    whom = life.one_of("Patient")
    one = next(each for each in ward("c01") if each["resourceType"] == "Condition")
    return life.write(one, id=life.new_id(), subject={"reference": ref(whom)}) if whom else None


def merge(life: Life) -> str | None:
    """Merge a record into another, told on one side or on both; perhaps its results move along."""
    old, new = life.one_of("Patient"), life.one_of("Patient")
    if old is None or new is None:
        return None
    side = life.chance.choice(("old", "new", "both"))
    if side != "new":
        life.write(old, link=_link("replaced-by", new), active=life.chance.choice((None, False)))
    if side != "old":
        kept = life.sandbox.store.find("Patient", new["id"]).resource
        life.write(kept, link=[*kept.get("link", ()), *_link("replaces", old)])
    if life.chance.random() < 0.5:
        for one in life.there("Observation", "Condition"):
            if patient(one) == ref(old):
                life.write(one, subject={"reference": ref(new)})
    return f"{old['id']} into {new['id']}, {side}"


def unmerge(life: Life) -> str | None:
    """Undo what links say of a record."""
    linked = [one for one in life.there("Patient") if one.get("link")]
    if not linked:
        return None
    return life.write(life.chance.choice(linked), link=None, active=life.chance.choice((None, True)))


def drug(life: Life) -> str | None:
    """Change or delete what drugs refer to."""
    one = life.one_of("Medication")
    if one and life.chance.random() < 0.3:
        life.sandbox.delete(ref(one))
        return ref(one)
    return life.write(one, code={"text": life.chance.choice(("泼尼松片", "belimumab", "water"))}) if one else None


def _link(how: str, other: Resource) -> list[Resource]:
    return [{"other": {"reference": ref(other)}, "type": how}]


OFTEN = (create, change, change, delete, mistake, rename)
DOINGS: tuple[Callable[[Life], str | None], ...] = (*OFTEN, *OFTEN, move, part, join, merge, merge, unmerge, drug)
