"""A cheap and exact look at a resource's bytes: may it carry a code that the study wants?

Most results of a hospital are of no interest, and reading them fully is most of the work. msgspec reads the few
elements of `Head` and skips the rest; a code is looked up by its very bytes, since few codes make up most results.
Exact means: whatever this look does not understand goes the full way (PASS), and the full way decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw

from adapter.facts.coding.unmapped import Coding
from adapter.facts.decode import BYTE_ORDER_MARK, Unreadable, members, string

Wanted = Callable[[str | None, str | None, str | None], bool]
Missed = Callable[[Sequence[Coding]], Coding | None]

DRUG_TYPES = frozenset({"MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement"})
CODED_TYPES = frozenset({"Condition", "Medication", "Observation", "Procedure"}) | DRUG_TYPES
WHOLE_TYPES = frozenset(  # few, and read whole
    {"AllergyIntolerance", "Patient", "QuestionnaireResponse", "ResearchStudy", "ResearchSubject"}
)
REMEMBERED = 100_000  # distinct codes; free text could make them endless
LARGEST = 100_000  # bytes of a Meta or Reference: what is larger is none, and is gone through once and not again

# What msgspec raises for bytes it will not take: bad JSON, a wrong type, deep nesting, bytes that are no UTF-8.
NOT_TAKEN = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)

_PATIENT = re.compile(r"(?:^|/)(Patient/[^/?#|\s]+)(?:/_history/[^/]+)?$")


class Verdict(Enum):
    """What becomes of a resource after the first look."""

    PASS = "pass"  # noqa: S105 - it may be wanted: read it fully
    NOT_WANTED = "not-wanted"
    OTHER_TYPE = "other-type"


_PASS, _NOT_WANTED, _OTHER_TYPE = Verdict  # a look-up in an Enum costs as much as the rest of a verdict


class Look(msgspec.Struct, frozen=True, gc=False):
    """The verdict with what is known for counting; a Struct, because one is made for each of millions of results."""

    verdict: Verdict
    resource_type: str | None = None
    id: str | None = None
    patient: str | None = None
    meta: Meta | None = None
    missed: tuple[Coding, ...] = ()  # codes that nobody knows, of what is not wanted


class Reference(msgspec.Struct, gc=False):
    """As much of a Reference as is looked at."""

    reference: str | None = None


class Meta(msgspec.Struct, gc=False):
    """What says which of two versions is the newer."""

    versionId: Any = None  # noqa: N815 - FHIR's names
    lastUpdated: Any = None  # noqa: N815


class Component(msgspec.Struct, gc=False):
    """As much of Observation.component as is looked at."""

    code: Raw = Raw()
    valueCodeableConcept: Raw = Raw()  # noqa: N815 - FHIR's name


class Head(msgspec.Struct, gc=False):
    """As much of any resource as is looked at; everything else is skipped unread."""

    resourceType: str | None = None  # noqa: N815 - FHIR's names, here and below
    id: str | None = None
    meta: Meta | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    individual: Reference | None = None
    code: Raw = Raw()
    component: list[Component] | None = None
    valueCodeableConcept: Raw = Raw()  # noqa: N815
    medicationCodeableConcept: Raw = Raw()  # noqa: N815
    medicationReference: Raw = Raw()  # noqa: N815
    contained: Raw = Raw()
    ingredient: Raw = Raw()

    def patient_key(self) -> str | None:
        """Return `Patient/x` for the patient it is about, or None."""
        if self.resourceType == "Patient":
            return f"Patient/{self.id}" if self.id else None
        about = self.individual if self.resourceType == "ResearchSubject" else self.subject or self.patient
        return patient_key(about.reference) if about and about.reference else None


class _Coding(msgspec.Struct, gc=False):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class _Concept(msgspec.Struct, gc=False):
    coding: list[_Coding] | None = None
    text: str | None = None


_read_head = msgspec.json.Decoder(Head).decode
_read_concept = msgspec.json.Decoder(_Concept | None).decode


@lru_cache(maxsize=REMEMBERED)
def patient_key(reference: str) -> str | None:
    """Return `Patient/x` for a relative, absolute or versioned reference to a patient, or None."""
    found = _PATIENT.search(reference)
    return found[1] if found else None


def read_head(raw: bytes) -> Head | None:
    """Return the head of a resource, or None where the bytes are not as FHIR has them."""
    try:
        return _read_head(raw)
    except NOT_TAKEN:
        return None


def glance(raw: bytes) -> Head:
    """Return type, id, version and patient as far as they can be found in bytes that `read_head` does not take."""
    raw = raw.removeprefix(BYTE_ORDER_MARK).strip()
    spans: dict[str, tuple[int, int]] = {}
    with suppress(Unreadable):  # the text ends early: what came before the end counts
        for key, start, end in members(raw):
            spans[key] = (start, end)

    def text(key: str) -> str | None:
        start, end = spans.get(key, (0, 0))
        return string(raw[start:end])

    def within(key: str) -> dict[str, str | None]:
        start, end = spans.get(key, (0, 0))
        try:
            return {name: string(raw[a:b]) for name, a, b in (members(raw, start) if 0 < end - start < LARGEST else ())}
        except Unreadable:
            return {}

    meta = within("meta")
    return Head(
        resourceType=text("resourceType"),
        id=text("id"),
        meta=Meta(meta.get("versionId"), meta.get("lastUpdated")),
        subject=Reference(within("subject").get("reference")),
        patient=Reference(within("patient").get("reference")),
        individual=Reference(within("individual").get("reference")),
    )


class Sieve:
    """Lets through what may be wanted; `wanted(system, code, text)` is asked once for each way a code is written.

    So is `missed(codings)`, which says of what is not wanted which code a hospital could map.
    """

    def __init__(self, wanted: Wanted, missed: Missed = lambda _: None) -> None:
        self._wanted, self._asked_missed = wanted, missed
        self._known: dict[bytes, bool | None] = {}
        self._missed: dict[bytes, tuple[Coding, ...]] = {}  # empty, and free, where all systems are known

    def look(self, raw: bytes, head: Head | None = None) -> Look:
        """Judge a resource by its bytes; `head` saves the reading where the source has read it already."""
        if head is None:
            head = read_head(raw) or glance(raw)
        kind = head.resourceType
        if kind in CODED_TYPES:
            verdict = _PASS if self._may_match(head) else _NOT_WANTED
            if self._missed and verdict is _NOT_WANTED:
                return Look(verdict, kind, head.id, head.patient_key(), head.meta, self._missed_in(head))
        else:
            verdict = _PASS if not kind or kind in WHOLE_TYPES else _OTHER_TYPE
        return Look(verdict, kind, head.id, head.patient_key(), head.meta)

    def _may_match(self, head: Head) -> bool:
        """Whether a name or a coded value may be wanted; a resource that does not say what it is about may be, too."""
        drug = head.resourceType in DRUG_TYPES
        if drug and (head.medicationReference or head.contained):
            return True
        if self._speaks(head.medicationCodeableConcept if drug else head.code) is not False:
            return True
        if drug or head.resourceType == "Medication":
            return not drug and bool(head.ingredient or head.contained)
        if head.valueCodeableConcept and self._speaks(head.valueCodeableConcept):
            return True
        return head.component is not None and any(map(self._part_may_match, head.component))

    def _part_may_match(self, part: Component) -> bool:
        return self._speaks(part.code) is not False or bool(self._speaks(part.valueCodeableConcept))

    def _missed_in(self, head: Head) -> tuple[Coding, ...]:
        """The codes that a resource, or a part of it, is named by and nobody knows."""
        own = self._missed.get(bytes(head.code or head.medicationCodeableConcept), ())
        if head.component is None:
            return own
        parts = (self._missed.get(bytes(part.code), ()) for part in head.component)
        return sum(parts, own)

    def _speaks(self, concept: Raw) -> bool | None:
        """Whether a CodeableConcept names something wanted; None where it names nothing."""
        key = bytes(concept)
        try:
            return self._known[key]
        except KeyError:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
                self._missed.clear()
            return self._known.setdefault(key, self._ask(key))

    def _ask(self, raw: bytes) -> bool | None:
        if not raw:
            return None
        try:
            concept = _read_concept(raw)
        except NOT_TAKEN:
            return True  # perhaps: the full reading decides
        if concept is None:
            return None
        codings = [(coding.system, coding.code, coding.display) for coding in concept.coding or ()]
        asked = [coding for coding in codings if any(coding)] + ([(None, None, concept.text)] if concept.text else [])
        if not asked:
            return None
        wanted = any(self._wanted(*question) for question in asked)
        if not wanted and (missed := self._asked_missed([Coding(*(part or "" for part in one)) for one in asked])):
            self._missed[raw] = (missed,)
        return wanted
