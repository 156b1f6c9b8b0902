"""A body becomes a Bundle whose resources stay bytes, or one resource as a dict; whatever else comes is named.

One odd resource (deep nesting, a bare tab, half a surrogate pair) does not cost the other 999 of its page: where the
fast parser takes offence, the resources are cut out by their brackets, and only the frame has to be JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from adapter.fhir.errors import EndedEarly, NotFhir, Rejected, Trouble, issues_of, place
from adapter.fhir.wire.exchange import Answer

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_TAKEN = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[][{},:]', re.DOTALL)


class Search(msgspec.Struct, gc=False):
    """Why an entry is in a searchset."""

    mode: str | None = None


class Response(msgspec.Struct, gc=False):
    """What became of one request of a batch."""

    status: str | None = None
    outcome: msgspec.Raw = msgspec.Raw()


class Done(msgspec.Struct, gc=False):
    """What was done to a resource, as a history tells it."""

    method: str | None = None
    url: str | None = None


class Entry(msgspec.Struct, gc=False):
    """One entry, its resource undecoded."""

    resource: msgspec.Raw = msgspec.Raw()
    search: Search | None = None
    response: Response | None = None
    request: Done | None = None

    @property
    def deleted(self) -> str | None:
        """Return the address of what was deleted, where a history tells that."""
        return self.request.url if self.request and self.request.method == "DELETE" else None

    @property
    def raw(self) -> bytes | None:
        """Return the resource's bytes, or None where the entry has none."""
        raw = bytes(self.resource)
        return None if raw in {b"", b"null"} else raw


class Link(msgspec.Struct, gc=False):
    """A link of a Bundle, not yet trusted."""

    relation: str | None = None
    url: str | None = None


class Bundle(msgspec.Struct, gc=False):
    """The frame of a Bundle."""

    resourceType: str | None = None  # noqa: N815 - FHIR's name
    total: int | None = None
    link: list[Link] | None = None
    entry: list[Entry] | None = None

    def linked(self, relation: str) -> str | None:
        """Return the first link of this relation; an empty text where there is one without address."""
        return next((link.url or "" for link in self.link or () if link.relation == relation), None)


_read = msgspec.json.Decoder(Bundle).decode
_DECIMAL = json.JSONDecoder(parse_float=Decimal, strict=False)


def bundle_of(answer: Answer) -> Bundle:
    """Return the Bundle that an answer holds, or raise what it is instead."""
    body = _json(answer)
    try:
        bundle = _read(body)
    except _NOT_TAKEN:
        bundle = _cut_out(body, answer)
    if bundle.resourceType != "Bundle":
        raise _no_bundle(answer, bundle.resourceType)
    return bundle


def resource_of(answer: Answer) -> dict[str, Any]:
    """Return the resource that an answer holds, numbers as they were written, or raise what it is instead."""
    try:
        value = _DECIMAL.decode(_json(answer).decode())
    except (ValueError, RecursionError):
        raise _broken(answer) from None
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise _not_fhir(answer, "the answer is JSON, but no FHIR resource")
    return value


def _json(answer: Answer) -> bytes:
    body = answer.body.removeprefix(BYTE_ORDER_MARK).strip()
    if body.startswith(b"{"):
        return body
    if not body and answer.status != 204:
        raise _broken(answer)
    if body.startswith(b"<"):
        xml = b"http://hl7.org/fhir" in body[:2000]
        raise _not_fhir(answer, "XML came although JSON was asked for" if xml else "a web page came instead of FHIR")
    raise _not_fhir(answer, "the answer is no FHIR")


def _cut_out(body: bytes, answer: Answer) -> Bundle:
    """Read the frame alone, with a number in place of each resource."""
    frame, resources, rest = list[bytes](), list[bytes](), 0
    for start, end in _places(body):
        frame.append(body[rest:start] + b"%d" % len(resources))
        resources.append(body[start:end].strip())
        rest = end
    try:
        value = json.loads((b"".join(frame) + body[rest:]).decode(errors="replace"), strict=False)
    except (ValueError, RecursionError):
        raise _broken(answer) from None
    if not isinstance(value, dict):
        raise _not_fhir(answer, "the answer is no FHIR")
    entries = [_entry(entry, resources) for entry in _dicts(value.get("entry"))]
    links = [Link(_text(link.get("relation")), _text(link.get("url"))) for link in _dicts(value.get("link"))]
    total = value.get("total")
    return Bundle(_text(value.get("resourceType")), total if type(total) is int else None, links, entries)


def _entry(entry: dict[str, Any], resources: list[bytes]) -> Entry:
    number, search, response = entry.get("resource"), entry.get("search"), entry.get("response")
    raw = resources[number] if type(number) is int and number < len(resources) else b""
    return Entry(
        msgspec.Raw(raw),
        Search(_text(search.get("mode"))) if isinstance(search, dict) else None,
        Response(_text(response.get("status"))) if isinstance(response, dict) else None,
    )


def _places(body: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of every resource that lies directly in an entry; it looks at brackets and quotes alone."""
    depth, begin, name = 0, 0, b""
    keys = {1: b"", 3: b""}
    for token in _TOKEN.finditer(body):
        sign = token.group()
        if depth == 3 and begin and sign in b",}":
            yield begin, token.start()
            begin = 0
        if sign in {b"{", b"["}:
            depth += 1
        elif sign in {b"}", b"]"}:
            depth -= 1
        elif sign == b":" and depth in keys:
            keys[depth] = name
            if depth == 3 and keys == {1: b'"entry"', 3: b'"resource"'}:
                begin = token.end()
        else:
            name = sign


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one if isinstance(one, dict) else {} for one in value] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _no_bundle(answer: Answer, kind: str | None) -> Trouble:
    if kind != "OperationOutcome":
        return _not_fhir(answer, "the answer is JSON, but no Bundle")
    trouble = Rejected(place(answer.url), "the server answers with a complaint instead of data",
                       "`trial-adapter check` shows what this server can do.", status=answer.status)  # fmt: skip
    trouble.issues = issues_of(resource_of(answer))
    return trouble


def _broken(answer: Answer) -> EndedEarly:
    trouble = EndedEarly(place(answer.url), "the answer breaks off" if answer.body else "the answer is empty",
                         "Try again later; if it stays so, ask IT about the FHIR server.")  # fmt: skip
    trouble.most_tries = 4  # a resource that its server cannot write stays so
    return trouble


def _not_fhir(answer: Answer, what: str) -> NotFhir:
    return NotFhir(place(answer.url), what, "Check [fhir] base_url and [fhir.auth] in the settings.",
                   status=answer.status)  # fmt: skip
