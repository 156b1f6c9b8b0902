"""A Patient becomes the person who is judged, or the reason why nobody is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from adapter.facts.results.dates import span
from adapter.screening.model import Person, Span

SEXES = {"female": "female", "male": "male", "other": "other"}
TEST_PATIENT = "HTEST"


@dataclass(frozen=True, slots=True)
class About:
    """The person, why they are not judged (None: they are), and what in their record was damaged."""

    person: Person
    not_judged: str | None = None
    faults: tuple[str, ...] = ()


def person_of(row: Mapping[str, Any], zone: ZoneInfo, *, replaced: bool = False) -> About:
    """Read a row of the Patient view; `replaced`: another record stands for this one."""
    faults = []
    received = row.get("birth_date")
    birth: Span | None = None
    try:
        day = span(received, zone)
        birth = day.span if day else None
    except ValueError as error:
        faults.append(f"Patient.birth_date: {error}")
    sex = row.get("gender")
    known = SEXES.get(sex.strip().casefold()) if isinstance(sex, str) else None
    if sex is not None and known is None and sex != "unknown":
        faults.append("Patient.gender: no such code")
    person = Person(
        str(row["key"]),
        birth,
        known,
        _text(row.get("version")),
        _text(row.get("updated")),
        received if isinstance(received, str) else ("?" if received is not None else ""),
    )
    return About(person, _not_judged(row, replaced=replaced), tuple(faults))


def _not_judged(row: Mapping[str, Any], *, replaced: bool) -> str | None:
    if row.get("deceased_boolean") is True or row.get("deceased_date"):
        return "deceased"
    if replaced:
        return "replaced by another record"
    labels = row.get("security") or ()
    if any(isinstance(label, Mapping) and label.get("code") == TEST_PATIENT for label in labels):
        return "test patient"
    return None


def _text(cell: object) -> str | None:
    return cell if isinstance(cell, str) else None
