"""The subject as we write it: what is ours in it, and whether one that is found still is as we wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from typing import Any

import msgspec
from fhir.resources.R4B.researchstudy import ResearchStudy
from fhir.resources.R4B.researchsubject import ResearchSubject
from pydantic import BaseModel

from adapter.fhir.write import REFERENCE
from adapter.journal import Decided, StoredStatus, Subject
from adapter.journal.statuses import MACHINES, STATUSES
from adapter.outputs.base import WaitsForPerson, checked
from adapter.outputs.subject.states import UNKNOWN

BASE = "https://trial-adapter.example/fhir"
SCREENING = f"{BASE}/identifier/screening"
EXTENSION = f"{BASE}/StructureDefinition/screening-decision"
BY_PERSON = f"{BASE}/StructureDefinition/status-by-person"
DATED = "period"

Resource = dict[str, Any]


def extension(as_of: str, study_version: str, status: str, writer: str) -> Resource:
    """What we say besides the status: of which day and version of the study it is, that it is our word, and whose."""
    said = {"asOf": {"valueDate": as_of}, "studyVersion": {"valueString": study_version}}
    parts = {**said, "status": {"valueCode": status}, "writer": {"valueString": writer}}
    return {"url": EXTENSION, "extension": [{"url": name, **value} for name, value in parts.items()]}


def by_person(said: StoredStatus) -> Resource:
    """What we say besides a status that a person has set on our page: when, and by which version of the study."""
    parts = {"at": {"valueInstant": said.at}, "studyVersion": {"valueString": said.study_hash}}
    parts["status"] = {"valueCode": said.status}
    return {"url": BY_PERSON, "extension": [{"url": name, **value} for name, value in parts.items()]}


def built(identifier: str, study: str, patient: str, said: Resource, start: str) -> Resource:
    """A new subject, complete but for what the server adds."""
    return {
        "resourceType": "ResearchSubject",
        "extension": [said],
        "identifier": [{"system": SCREENING, "value": identifier}],
        "status": parts_of(said)["status"],
        DATED: {"start": start},
        "study": {"reference": study},
        "individual": {"reference": patient},
    }


def changed(raw: bytes, said: Resource) -> bytes:
    """The subject as it was read, with a new status and what is said beside it, and all else byte for byte."""
    try:
        found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        extensions = msgspec.json.decode(found.get("extension", b"[]"), type=list[msgspec.Raw])
        alike = [at for at, one in enumerate(extensions) if _url_of(one) == said["url"]]
    except msgspec.MsgspecError:
        raise WaitsForPerson("a ResearchSubject is not to be kept byte for byte: its JSON is odd. Ask IT.") from None
    at = alike[0] if alike else len(extensions)
    others = [one for number, one in enumerate(extensions) if number not in alike]
    found["extension"] = msgspec.Raw(_encode([*others[:at], msgspec.Raw(_encode(said)), *others[at:]]))
    found["status"] = msgspec.Raw(_encode(parts_of(said)["status"]))
    return _encode(found)


def _url_of(raw: msgspec.Raw) -> str | None:
    return msgspec.json.decode(raw, type=_Named).url


class _Named(msgspec.Struct):
    url: str | None = None


_encode = msgspec.json.Encoder().encode


def own_words(subject: Resource) -> str:
    """Our extension in a subject, as text that can be compared."""
    return canonical(_with_url(subject, EXTENSION))


def canonical(value: object) -> str:
    """JSON as text that is the same whatever the order of keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def is_as_written(found: Resource, row: Subject | None, decisions: Sequence[Decided], writer: str) -> bool:
    """Tell whether status, period and extension are what a machine wrote last.

    That is what the journal has kept; or, where the answer to our last write was lost, what one of our decisions
    writes; or the word of another adapter with our key. Versions prove nothing: servers raise them without a change.
    """
    if any(name in found for name in ("_status", "_period", "modifierExtension")) or _with_url(found, BY_PERSON):
        return False
    status, period = found.get("status"), found.get(DATED)
    if row and (status, own_words(found)) == (row.status, row.extension):
        return _starts(period, row.period_start)
    said = words_of(found)
    if said.get("status") != status:
        return False
    if writer_of(found, writer) is not None:
        return isinstance(period, dict) and set(period) == {"start"}
    unnoted = any((status, said.get("asOf")) == (one.standing, one.as_of) for one in decisions)
    return unnoted and _starts(period, row.period_start if row else said.get("asOf"))


def writer_of(found: Resource, own: str) -> str | None:
    """Return which other adapter wrote our extension in a subject, or None where it was this one, or does not say."""
    said = words_of(found).get("writer")
    return said if said not in {None, own} else None


def named(resource: Resource) -> str:
    """Return `Type/id`."""
    return f"{resource['resourceType']}/{resource['id']}"


def status_of(subject: Resource) -> str:
    """The status, or `unknown` where there is none that can be read."""
    status = subject.get("status")
    return status if isinstance(status, str) and status in STATUSES else UNKNOWN


def identifiers(resource: Resource, system: str) -> set[str]:
    """The values that a resource has in a system of identifiers."""
    found = resource.get("identifier")
    pairs = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return {str(one.get("value")) for one in pairs if one.get("system") == system}


def points_at(element: object, wanted: str) -> bool:
    """Tell whether a reference, relative, absolute or to a version, is to `Type/id`."""
    reference = element.get("reference") if isinstance(element, dict) else None
    if not isinstance(reference, str):
        return False
    current = reference.partition("/_history/")[0]
    return current == wanted or current.endswith(f"/{wanted}")


def words_of(subject: Resource) -> dict[str, str]:
    """What our extension says in a subject, by name; nothing where there are two of it."""
    ours = _with_url(subject, EXTENSION)
    return parts_of(ours[0]) if len(ours) == 1 else {}


def parts_of(said: Resource) -> dict[str, str]:
    """What an extension of ours says, by name."""
    inner = said.get("extension")
    parts = [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []
    values = {str(one.get("url")): next((v for k, v in one.items() if k.startswith("value")), None) for one in parts}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _starts(period: object, start: str | None) -> bool:
    return bool(period == ({"start": start} if start else None))


def _with_url(subject: Resource, url: str) -> list[Resource]:
    extensions = subject.get("extension")
    found = extensions if isinstance(extensions, list) else []
    return [one for one in found if isinstance(one, dict) and one.get("url") == url]


def valid(resource: Resource, statuses: Set[str] = MACHINES) -> Resource:
    """Return a resource if it is R4; the models check no required code and no target, so that is done here."""
    model = MODELS[resource["resourceType"]]
    codes = {"active"} if model is ResearchStudy else statuses
    wrong = [] if resource["status"] in codes else ["status"]
    wrong += [name for name, kind in POINTS_TO.items() if name in resource and not _leads_to(kind, resource[name])]
    return checked(resource, model, wrong)


def _leads_to(kind: str, element: Any) -> bool:
    reference = element.get("reference") if isinstance(element, dict) else None
    return isinstance(reference, str) and bool(REFERENCE.fullmatch(reference)) and reference.startswith(f"{kind}/")


POINTS_TO = {"individual": "Patient", "study": "ResearchStudy"}
MODELS: Mapping[str, type[BaseModel]] = {"ResearchStudy": ResearchStudy, "ResearchSubject": ResearchSubject}
