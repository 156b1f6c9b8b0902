"""Who the flagged are: names, hospital numbers and visits, asked of the server for them alone.

The page shows them; nothing is judged by them. So a server that gives none of it, or refuses, stops nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from adapter.fhir.client import Client
from adapter.fhir.errors import Trouble
from adapter.fhir.pages import search
from adapter.journal.clinic.persons import Person

A_REQUEST = 40  # patients
BACK = timedelta(days=365)
Resource = Mapping[str, Any]


@dataclass
class Introductions:
    """Asks for the flagged; `troubles` are the types that the server did not give."""

    client: Client
    today: date
    at: str
    troubles: dict[str, str] = field(default_factory=dict)

    def of(self, patients: Iterable[str]) -> list[Person]:
        """What the server says of these patients, some at a time."""
        wanted = sorted(patients)
        few = (wanted[start : start + A_REQUEST] for start in range(0, len(wanted), A_REQUEST))
        return [person for some in few for person in self._some(some)]

    def _some(self, patients: Sequence[str]) -> Iterator[Person]:
        people = {f"Patient/{one.get('id')}": one for one in self._rows("Patient", {"_id": _ids(patients)})}
        named = {"patient": _ids(patients)}
        visits = self._rows("Encounter", {**named, "date": f"ge{(self.today - BACK).isoformat()}"})
        seen = _by_patient(visits, "period", "subject")
        booked = self._rows("Appointment", {**named, "date": f"ge{self.today.isoformat()}"})
        ahead = _by_patient((one for one in booked if one.get("status") not in {"cancelled", "noshow"}), "start")
        for patient in patients:
            if patient in people:
                yield self._person(patient, people[patient], seen.get(patient, []), ahead.get(patient, []))

    def _person(self, patient: str, said: Resource, seen: list[_Visit], ahead: list[_Visit]) -> Person:
        today = self.today.isoformat()
        past = [visit for visit in seen if visit.on <= today]
        coming = [*(visit for visit in seen if visit.on > today), *(visit for visit in ahead if visit.on >= today)]
        last, following = max(past, default=None), min(coming, default=None)
        department = (last.where if last else "") or (following.where if following else "")
        return Person(
            patient, name_of(said), number_of(said), department or None,
            last.on if last else None, following.on if following else None, self.at,
        )  # fmt: skip

    def _rows(self, kind: str, params: Mapping[str, str]) -> list[Resource]:
        """The resources of one type; none where the server does not give them, which is asked once in a run."""
        if kind in self.troubles:
            return []
        try:
            pages = list(search(self.client, kind, params, posted=False))
        except Trouble as trouble:
            self.troubles[kind] = str(trouble)
            return []
        read = (_read(raw) for page in pages for raw in page.entries)
        return [one for one in read if one.get("resourceType") == kind]


@dataclass(frozen=True, order=True)
class _Visit:
    on: str
    where: str


def name_of(patient: Resource) -> str | None:
    """The name that counts now: the official one, as it is written."""
    named = [one for one in _listed(patient.get("name")) if one.get("use") not in {"old", "maiden", "anonymous"}]
    one = next((n for n in named if n.get("use") == "official"), named[0] if named else {})
    parts = one.get("given")
    given = [part for part in parts if isinstance(part, str)] if isinstance(parts, list) else []
    return _short(one.get("text")) or _short(" ".join([*given, str(one.get("family") or "")]))


def number_of(patient: Resource) -> str | None:
    """The number by which the hospital knows a patient: one that is called so, else the first."""
    known = [one for one in _listed(patient.get("identifier")) if isinstance(one.get("value"), str)]
    medical = (one for one in known if "MR" in {c.get("code") for c in _listed(_dict(one.get("type")).get("coding"))})
    one = next(medical, known[0] if known else {})
    return _short(one.get("value"))


def _by_patient(rows: Iterable[Resource], dated: str, about: str = "") -> dict[str, list[_Visit]]:
    """The visits of each patient, each with its day and place."""
    found: dict[str, list[_Visit]] = defaultdict(list)
    for row in rows:
        on = row.get(dated) if dated == "start" else _dict(row.get(dated)).get("start")
        whose = [row.get(about)] if about else [_dict(p).get("actor") for p in _listed(row.get("participant"))]
        for one in whose:
            patient = _dict(one).get("reference")
            if isinstance(on, str) and _is_day(on[:10]) and isinstance(patient, str):
                key = "Patient/" + patient.rpartition("Patient/")[2].partition("/")[0]
                found[key].append(_Visit(on[:10], _place(row)))
    return found


def _place(row: Resource) -> str:
    """What a visit says of where it is."""
    kinds = _dict(row.get("serviceType"))
    kinds = kinds or _dict(next(iter(_listed(row.get("serviceType"))), {}))
    coded = next((c.get("display") for c in _listed(kinds.get("coding")) if c.get("display")), None)
    return _short(kinds.get("text") or coded or _dict(row.get("serviceProvider")).get("display")) or ""


def _ids(patients: Sequence[str]) -> str:
    return ",".join(patient.removeprefix("Patient/") for patient in patients)


def _read(raw: bytes) -> Resource:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    return _dict(value)


def _dict(value: Any) -> Resource:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Resource]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _short(text: Any) -> str | None:
    return " ".join(text.split())[:80] or None if isinstance(text, str) else None


def _is_day(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a day is no instant
    except ValueError:
        return False
    return True
