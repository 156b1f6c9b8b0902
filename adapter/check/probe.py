"""A write that is tried: a ResearchSubject of no study about a test patient, made, read, changed and taken away again.

It harms nobody: it is of no study, says in its `meta.security` that it is a test, is about the patient whom the site
names for it and nobody of the population, and is not made at all where the server does not let it be taken away.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any
from uuid import uuid4

from adapter import errors
from adapter.check.finding import Finding, fault_of
from adapter.errors import AdapterError
from adapter.fhir.auth import Need
from adapter.fhir.capability import Capability
from adapter.fhir.client import Client
from adapter.fhir.errors import Conflict, Trouble
from adapter.fhir.write import Written, create, read, remove, update

ABOUT, KIND = "write probe", "ResearchSubject"
SYSTEM = "urn:trial-adapter:write-probe"
TEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data"}
NAME_ONE = "Name a test patient of the hospital's: check --write-probe Patient/ID."
UNGUARDED = "Each write is read back, and what somebody else wrote meanwhile is looked for before the next."


def probed(client: Client, patient: str, members: Collection[str], said: Capability) -> Iterator[Finding]:
    """Try a write about a test patient, and say what the server made of it."""
    try:
        if hindered := _hindered(client, patient, members, said):
            yield Finding(ABOUT, hindered, exit_code=errors.OUTPUT)
            return
        yield from _tried(client, patient)
    except AdapterError as fault:
        yield fault_of(ABOUT, fault, errors.OUTPUT)


def _hindered(client: Client, patient: str, members: Collection[str], said: Capability) -> str | None:
    """Say why nothing is written, where nothing may be."""
    if not patient.startswith("Patient/") or patient in members:
        return f"nothing was written: the patient named is none for tests, or one of the population. {NAME_ONE}"
    if "delete" not in said.of(KIND).interactions:
        return f"nothing was written: the server lists no delete of {KIND}, so that it could not be taken away again."
    if client.signing.lacks(Need(KIND, "d")):
        return f"nothing was written: system/{KIND}.d is not granted, so that it could not be taken away again."
    return None if read(client, patient) else f"nothing was written: the server has no such patient. {NAME_ONE}"


def _tried(client: Client, patient: str) -> Iterator[Finding]:
    mark = uuid4().hex
    made = create(client, _subject(mark, patient), f"identifier={SYSTEM}|{mark}")
    if made.id is None:
        says = f"one was made and the server does not say where: remove the {KIND} with identifier {SYSTEM}|{mark}."
        yield Finding(ABOUT, says, exit_code=errors.OUTPUT)
        return
    reference = f"{KIND}/{made.id}"
    try:
        yield _changed(client, reference, made, _subject(mark, patient))
    except Trouble as trouble:
        yield fault_of(ABOUT, trouble, errors.OUTPUT)
    finally:
        left = _taken_away(client, reference)
    if left:
        yield left


def _changed(client: Client, reference: str, made: Written, subject: dict[str, Any]) -> Finding:
    """Read it back, change it at its version, and try to change it at the version that is no more."""
    kept = read(client, reference)
    if kept is None or kept.resource.get("status") != subject["status"]:
        return Finding(ABOUT, "what was written is not what is read back.", exit_code=errors.OUTPUT,
                       ask=f"Have {KIND} stored as it is sent.")  # fmt: skip
    etag = kept.etag or made.etag
    later = json.dumps({**subject, "id": reference.partition("/")[2], "status": "withdrawn"}).encode()
    update(client, reference, later, etag)
    done = f"a {KIND} was made, read, changed and taken away"
    if etag is None:
        return Finding(ABOUT, f"{done}; the server names no versions", instead=UNGUARDED,
                       ask="Send an ETag, so that nobody's change is overwritten.")  # fmt: skip
    try:
        update(client, reference, later, etag)
    except Conflict:
        return Finding(ABOUT, f"{done}; a change of an older version was refused, as it has to be")
    return Finding(ABOUT, f"{done}; a change of an older version (If-Match) was not refused", instead=UNGUARDED,
                   ask="Heed If-Match, so that nobody's change is overwritten.")  # fmt: skip


def _taken_away(client: Client, reference: str) -> Finding | None:
    try:
        remove(client, reference)
        left = read(client, reference) is not None
    except Trouble:
        left = True
    says = f"{reference} could not be taken away."
    return Finding(ABOUT, says, "Have it removed; it is marked as a test.", errors.OUTPUT) if left else None


def _subject(mark: str, patient: str) -> dict[str, Any]:
    return {
        "resourceType": KIND,
        "meta": {"security": [TEST]},
        "identifier": [{"system": SYSTEM, "value": mark}],
        "status": "ineligible",
        "study": {"identifier": {"system": SYSTEM, "value": "none"}, "display": "a write probe, of no study"},
        "individual": {"reference": patient},
    }
