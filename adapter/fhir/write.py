"""Writing to the server: conditionally, never twice on a doubt, and the server's word on what it made of it.

A write whose answer was lost is not repeated here, for it may have worked: the caller looks before it writes again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from adapter.fhir.bundles import BYTE_ORDER_MARK, resource_of
from adapter.fhir.client import FHIR_JSON, Call, Client
from adapter.fhir.errors import NotFound, Rejected
from adapter.fhir.wire.exchange import Answer

REFERENCE = re.compile(r"[A-Z][A-Za-z]{1,60}/[A-Za-z0-9.-]{1,64}")
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Written:
    """What the server says it has now; `id` is None where it does not say."""

    id: str | None
    etag: str | None
    status: int
    created: bool
    resource: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A resource as the server holds it: read, byte for byte, and its version."""

    resource: dict[str, Any]
    raw: bytes
    etag: str | None


def create(client: Client, resource: Mapping[str, Any], if_none_exist: str) -> Written:
    """Create a resource unless one matches `identifier=…`; 200 with created False: one was there. Raises Conflict."""
    kind = str(resource["resourceType"])
    headers = _HEADERS | {"If-None-Exist": if_none_exist}
    call = Call("POST", client.address(kind), kind, headers, _encode(resource), harmless=False)
    return client.send(call, lambda answer: _written(client, kind, answer))


def update(client: Client, reference: str, body: bytes, etag: str | None) -> Written:
    """Replace a resource (`Type/id`) if it still is at this version; `created` True: it had been deleted.

    The body is what was read, but for what is to change. Raises Conflict.
    """
    kind, headers = reference.partition("/")[0], _HEADERS | ({"If-Match": etag} if etag else {})
    call = Call("PUT", client.address(_checked(client, reference)), kind, headers, body, harmless=False)
    return client.send(call, lambda answer: _written(client, kind, answer))


def remove(client: Client, reference: str) -> None:
    """Delete a resource (`Type/id`); one that is not there any more is no fault."""
    call = Call("DELETE", client.address(_checked(client, reference)), reference.partition("/")[0], harmless=False)
    try:
        client.send(call, lambda answer: answer.status)
    except NotFound:
        return


def read(client: Client, reference: str) -> Kept | None:
    """Return a resource (`Type/id`), or None where it is not there or no more."""
    url = client.address(_checked(client, reference))
    try:
        return client.get(url, reference.partition("/")[0], _read, fresh=True)
    except NotFound:
        return None


_HEADERS = {"Content-Type": FHIR_JSON, "Prefer": "return=representation"}


def _read(answer: Answer) -> Kept:
    resource = resource_of(answer)
    return Kept(resource, answer.body.removeprefix(BYTE_ORDER_MARK), _etag(answer, resource))


def _written(client: Client, kind: str, answer: Answer) -> Written:
    found = resource_of(answer) if answer.body.strip() else None
    resource = found if found and found["resourceType"] == kind else None  # it may be an OperationOutcome
    named = resource.get("id") if resource else None
    known = named if isinstance(named, str) and named else _located(client, kind, answer)
    return Written(known, _etag(answer, resource), answer.status, answer.status == 201, resource)


def _located(client: Client, kind: str, answer: Answer) -> str | None:
    """Return the id from Location: an id of another server is none of ours, and raises LinkRefused."""
    location = answer.headers.get("Location") or answer.headers.get("Content-Location")
    if not location:
        return None
    path = urlsplit(client.home.resolve(location, answer.url)).path
    found = re.search(rf"/{kind}/([A-Za-z0-9.-]{{1,64}})(?:/_history/[^/]+)?$", path)
    return found[1] if found else None


def _etag(answer: Answer, resource: Mapping[str, Any] | None) -> str | None:
    """Return the version as the server wrote it: it is shown back, never read."""
    if answer.headers.get("ETag"):
        return answer.headers["ETag"]
    meta = resource.get("meta") if resource else None
    version = meta.get("versionId") if isinstance(meta, dict) else None
    return f'W/"{version}"' if isinstance(version, str) and re.fullmatch(r"[\x21\x23-\x7e]+", version) else None


def _checked(client: Client, reference: str) -> str:
    if not REFERENCE.fullmatch(reference) or reference.endswith(("/.", "/..")):
        raise Rejected(client.home.base, "a reference that is not Type/id cannot be asked for", "Look at its source.")
    return reference
