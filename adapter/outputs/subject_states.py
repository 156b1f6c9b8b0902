"""What is done to a patient's ResearchSubject, for every pair of where the machine stands and what is found.

The machine writes three statuses, and only onto a subject that is its own and still as it last wrote it. All others are
a person's: that subject is left as it is, and where the newest data speak against it, a person is asked to look.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fhir.resources.R4B.researchstudy import ResearchStudy
from fhir.resources.R4B.researchsubject import ResearchSubject
from pydantic import BaseModel, ValidationError

from adapter.errors import AdapterError
from adapter.fhir.write import REFERENCE
from adapter.journal import Decided, Subject
from adapter.journal.statuses import STATUSES
from adapter.screening.decision import Standing


class Deed(StrEnum):
    """What is done."""

    CREATE = "create"
    UPDATE = "update"
    LEAVE = "leave"
    REVIEW = "review"  # leave it, and ask a person to look


@dataclass(frozen=True, slots=True)
class Todo:
    """A deed, and for a write the status to write."""

    deed: Deed
    status: str = ""


NONE, GONE, UNKNOWN = "none", "gone", "unknown"  # never there; ours and deleted by somebody; a code that R4 has not
OURS, THEIRS = "ours", "theirs"  # theirs: made by somebody else, or ours and changed by somebody
WRITTEN = frozenset({Standing.CANDIDATE, Standing.POTENTIAL_CANDIDATE, Standing.INELIGIBLE})

# One line per status found; the columns are the standings of COLUMNS. An arrow is an update to the standing itself.
# An open patient keeps what was said last: open has no status, and is most often evidence that only grew old.
COLUMNS = (Standing.CANDIDATE, Standing.POTENTIAL_CANDIDATE, Standing.OPEN, Standing.INELIGIBLE)
TABLE = """
ours    none                   create  create  leave  leave
ours    gone                   review  review  leave  leave
ours    candidate              leave   →       leave  →
ours    potential-candidate    →       leave   leave  →
ours    ineligible             →       →       leave  leave
ours    eligible               leave   leave   leave  review
ours    screening              leave   leave   leave  review
ours    not-registered         leave   leave   leave  leave
ours    pending-on-study       leave   leave   leave  leave
ours    on-study               leave   leave   leave  leave
ours    on-study-intervention  leave   leave   leave  leave
ours    on-study-observation   leave   leave   leave  leave
ours    follow-up              leave   leave   leave  leave
ours    off-study              leave   leave   leave  leave
ours    withdrawn              leave   leave   leave  leave
ours    unknown                review  review  leave  review
theirs  none                   create  create  leave  leave
theirs  gone                   review  review  leave  leave
theirs  candidate              leave   leave   leave  review
theirs  potential-candidate    leave   leave   leave  review
theirs  ineligible             review  review  leave  leave
theirs  eligible               leave   leave   leave  review
theirs  screening              leave   leave   leave  review
theirs  not-registered         leave   leave   leave  leave
theirs  pending-on-study       leave   leave   leave  leave
theirs  on-study               leave   leave   leave  leave
theirs  on-study-intervention  leave   leave   leave  leave
theirs  on-study-observation   leave   leave   leave  leave
theirs  follow-up              leave   leave   leave  leave
theirs  off-study              leave   leave   leave  leave
theirs  withdrawn              leave   leave   leave  leave
theirs  unknown                review  review  leave  review
"""


def todo(standing: Standing, found: str, whose: str) -> Todo:
    """Look up what is done; a code that R4 does not know counts as `unknown`."""
    known = found if found in {*STATUSES, NONE, GONE} else UNKNOWN
    return STATES[standing, known, whose]


def _states() -> Iterator[tuple[tuple[Standing, str, str], Todo]]:
    for line in TABLE.strip().splitlines():
        whose, found, *cells = line.split()
        for standing, cell in zip(COLUMNS, cells, strict=True):
            deed = Deed.UPDATE if cell == "→" else Deed(cell)
            writes = deed in {Deed.CREATE, Deed.UPDATE}
            yield (standing, found, whose), Todo(deed, standing.value if writes else "")


STATES: Mapping[tuple[Standing, str, str], Todo] = dict(_states())


# The subject as we write it, and whether one that is found still is as we wrote it.
BASE = "https://trial-adapter.example/fhir"
SCREENING = f"{BASE}/identifier/screening"
EXTENSION = f"{BASE}/StructureDefinition/screening-decision"

Resource = dict[str, Any]


def extension(as_of: str, study_version: str, status: str) -> Resource:
    """What we say besides the status: of which day and which version of the study it is, and that it is our word."""
    said = {"asOf": {"valueDate": as_of}, "studyVersion": {"valueString": study_version}}
    parts = {**said, "status": {"valueCode": status}}
    return {"url": EXTENSION, "extension": [{"url": name, **value} for name, value in parts.items()]}


def built(identifier: str, study: str, patient: str, said: Resource) -> Resource:
    """A new subject, complete but for what the server adds."""
    status, as_of = _parts(said)["status"], _parts(said)["asOf"]
    return {
        "resourceType": "ResearchSubject",
        "extension": [said],
        "identifier": [{"system": SCREENING, "value": identifier}],
        "status": status,
        "period": {"start": as_of},
        "study": {"reference": study},
        "individual": {"reference": patient},
    }


def changed(found: Resource, said: Resource) -> Resource:
    """The subject as it was read, with our status and our extension new and all else as it stands."""
    others = [one for one in found.get("extension", ()) if not _is_ours(one)]
    at = next((at for at, one in enumerate(found.get("extension", ())) if _is_ours(one)), len(others))
    return {**found, "status": _parts(said)["status"], "extension": [*others[:at], said, *others[at:]]}


def own_words(subject: Resource) -> str:
    """Our extension in a subject, as text that can be compared."""
    return canonical(_ours_in(subject))


def canonical(value: object) -> str:
    """JSON as text that is the same whatever the order of keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def is_as_written(found: Resource, row: Subject | None, decisions: Sequence[Decided]) -> bool:
    """Tell whether status, period and extension are what we wrote last.

    That is what the journal has kept; or, where the answer to our last write was lost, what one of our decisions
    writes. Versions prove nothing: servers raise them without a change.
    """
    if any(name in found for name in ("_status", "_period", "modifierExtension")):
        return False
    status, words = found.get("status"), own_words(found)
    if row and (status, words) == (row.status, row.extension):
        return _starts(found, row.period_start)
    ours = _ours_in(found)
    said = _parts(ours[0]) if len(ours) == 1 else {}
    start = row.period_start if row else said.get("asOf")
    unnoted = any((status, said.get("asOf")) == (one.standing, one.as_of) for one in decisions)
    return unnoted and said.get("status") == status and _starts(found, start)


def named(resource: Resource) -> str:
    """Return `Type/id`."""
    return f"{resource['resourceType']}/{resource['id']}"


def status_of(subject: Resource) -> str:
    """The status, or `unknown` where there is none that can be read."""
    status = subject.get("status")
    return status if isinstance(status, str) and status in STATUSES else UNKNOWN


def carries(resource: Resource, identifier: Mapping[str, str]) -> bool:
    """Tell whether a resource has this identifier."""
    found = resource.get("identifier")
    pairs = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return any((one.get("system"), one.get("value")) == (identifier["system"], identifier["value"]) for one in pairs)


def points_at(element: object, wanted: str) -> bool:
    """Tell whether a reference, relative, absolute or to a version, is to `Type/id`."""
    reference = element.get("reference") if isinstance(element, dict) else None
    if not isinstance(reference, str):
        return False
    current = reference.partition("/_history/")[0]
    return current == wanted or current.endswith(f"/{wanted}")


def _starts(found: Resource, start: str | None) -> bool:
    return bool(found.get("period") == ({"start": start} if start else None))


def _ours_in(subject: Resource) -> list[Resource]:
    extensions = subject.get("extension")
    return [one for one in extensions if _is_ours(one)] if isinstance(extensions, list) else []


def _is_ours(one: Any) -> bool:
    return isinstance(one, dict) and one.get("url") == EXTENSION


def _parts(said: Resource) -> dict[str, str]:
    """What our extension says, by name."""
    inner = said.get("extension")
    parts = [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []
    values = {str(one.get("url")): next((v for k, v in one.items() if k.startswith("value")), None) for one in parts}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def valid(resource: Resource) -> Resource:
    """Return a resource if it is R4; the models check no required code and no target, so that is done here."""
    model, codes = MODELS[resource["resourceType"]]
    wrong = [] if resource["status"] in codes else ["status"]
    wrong += [name for name, kind in POINTS_TO.items() if name in resource and not _leads_to(kind, resource[name])]
    try:
        model.model_validate(resource)
    except ValidationError as error:  # its own words hold values
        wrong += [".".join(map(str, detail["loc"])) for detail in error.errors(include_input=False)]
    if wrong:
        raise AdapterError(f"{resource['resourceType']}: what was to be written is no valid R4 ({', '.join(wrong)}).")
    return resource


def _leads_to(kind: str, element: Any) -> bool:
    reference = element.get("reference") if isinstance(element, dict) else None
    return isinstance(reference, str) and bool(REFERENCE.fullmatch(reference)) and reference.startswith(f"{kind}/")


POINTS_TO = {"individual": "Patient", "study": "ResearchStudy"}
MODELS: Mapping[str, tuple[type[BaseModel], frozenset[str]]] = {
    "ResearchStudy": (ResearchStudy, frozenset({"active"})),
    "ResearchSubject": (ResearchSubject, WRITTEN),
}
