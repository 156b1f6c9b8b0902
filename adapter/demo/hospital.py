"""A small honest FHIR R4 hospital in memory: read, search, batch, create and update, as a real one answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from adapter.demo.capability import capability
from adapter.demo.door import Front, open_door
from adapter.demo.exchange import Answer, Pairs, Refused, Request, Resource, parse, read_json
from adapter.demo.pages import Pages, told_of
from adapter.demo.parameters import SEARCHES
from adapter.demo.search import understand
from adapter.demo.store import Clock, Record, Store
from adapter.errors import StudyError

LOG_LINES = 100_000


def read_cases(folder: Path) -> list[Resource]:
    """Return all resources of the Bundles in a study's folder of cases."""
    found: list[Resource] = []
    for file in sorted(folder.glob("*.json")):
        try:
            found += [entry["resource"] for entry in read_json(file.read_bytes())["entry"]]
        except (ValueError, KeyError, TypeError) as fault:
            raise StudyError(f"{file}: this is no Bundle of resources ({fault!r}).") from None
    if not found:
        raise StudyError(f"{folder}: no case there. A case is a *.json file that holds a Bundle.")
    return found


def _system_clock() -> datetime:
    return datetime.now(UTC)


class SandboxHospital:
    """The hospital's records and what it answers; `serve` opens a door to it on this machine."""

    def __init__(self, resources: Iterable[Resource], clock: Clock = _system_clock) -> None:
        self._clock = clock
        self._pages = Pages()
        self.store = Store(clock)
        self.store.load(resources)
        self.history = False  # whether it shows the history of a type, as some servers do
        self.asked: deque[str] = deque(maxlen=LOG_LINES)  # `GET /Patient?_id=p1`; those in a bundle end so

    @contextmanager
    def serve(self, port: int = 0, front: Front | None = None) -> Iterator[str]:
        """Answer on the loopback address while the block lasts; give the base address."""
        with open_door(self.answer, port, front) as base:
            yield base

    def change(self, resource: Resource) -> None:
        """Write a resource as a ward's own system would."""
        self.store.put(resource)

    def delete(self, reference: str) -> None:
        """Remove a resource, named `Type/id`."""
        kind, _, key = reference.partition("/")
        self.store.remove(kind, key)

    def answer(self, request: Request) -> Answer:
        """Answer one request, whatever it is."""
        self.asked.append(request.line())
        try:
            return self._answer(request)
        except Refused as refused:
            return refused.answer()

    def _answer(self, request: Request) -> Answer:
        match request.method, request.path.split("/"):
            case "POST", [kind] if kind:
                return self._create(request, kind)
            case "GET", [kind, "_history"] if self.history:
                return Answer(200, told_of(request, kind, self.store))
            case "GET", [kind, key]:
                return self._read(kind, key)
            case "PUT", [kind, key]:
                return self._update(request, kind, key)
            case "DELETE", [kind, key]:
                self.store.remove(kind, key)
                return Answer(204)
        return Answer(200, self._answer_whole(request))

    def _answer_whole(self, request: Request) -> Resource:
        """Return what is put together of many resources, or of none."""
        match request.method, request.path.split("/"):
            case "GET", ["metadata"]:
                return capability(request.base, self._clock().isoformat(), history=self.history)
            case "GET", [""]:
                return self._further(request)
            case "POST", [""]:
                return self._batch(request)
            case "GET", [kind]:
                return self._search(request, kind, request.query)
            case "POST", [kind, "_search"]:
                return self._search(request, kind, request.form)
        raise Refused(404, "not-supported", f"{request.method} /{request.path} is not known here.")

    def _read(self, kind: str, key: str) -> Answer:
        record = self.store.find(kind, key)
        if record is None:
            raise Refused(404, "not-found", f"{kind}/{key} is not known.")
        if record.resource is None:
            raise Refused(410, "deleted", f"{kind}/{key} was deleted.")
        return Answer(200, record.resource, {"ETag": record.etag})

    def _search(self, request: Request, kind: str, asked: Pairs) -> Resource:
        resources = self.store.all(kind)
        search = understand(kind, asked, request.base, strict=request.strict)
        return self._pages.first(request, kind, search, search.among(resources))

    def _further(self, request: Request) -> Resource:
        query = dict(request.query)
        return self._pages.further(request.base, query.get("_page", ""), query.get("_from", ""))

    def _batch(self, request: Request) -> Resource:
        bundle = parse(request.body)
        if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "batch":
            raise Refused(400, "not-supported", "Only a Bundle of type batch is taken here.")
        entries = [self._batched(request, entry.get("request", {})) for entry in bundle.get("entry", ())]
        return {"resourceType": "Bundle", "type": "batch-response"} | ({"entry": entries} if entries else {})

    def _batched(self, request: Request, inner: Resource) -> Resource:
        """Answer one entry on its own: what is wrong with it does not touch the others."""
        one = Request.of(request.base, str(inner.get("method")), str(inner.get("url", "")), request.headers)
        self.asked.append(f"{one.line()} in a bundle")
        try:
            if one.method != "GET" or not one.path:
                raise Refused(400, "not-supported", "Only GET is taken in a batch here.")
            answer = self._answer(one)
        except Refused as refused:
            answer = refused.answer()
            return {"response": {"status": str(answer.status), "outcome": answer.body}}
        etag = {"etag": answer.headers["ETag"]} if "ETag" in answer.headers else {}
        return {"resource": answer.body, "response": {"status": str(answer.status), **etag}}

    def _create(self, request: Request, kind: str) -> Answer:
        resource = _checked(request, kind)
        resource.pop("id", None)  # the hospital gives the id
        with self.store:
            there = self._there(request, kind)
            if there:
                return _written(request, there, 200)
            return _written(request, self.store.put(resource)[0], 201)

    def _there(self, request: Request, kind: str) -> Record | None:
        """Return the one resource that fulfils the condition of a create, if there is a condition and one."""
        condition = request.headers.get("if-none-exist")
        if not condition:
            return None
        asked = Request.of(request.base, "GET", f"{kind}?{condition}", {}).query
        found = understand(kind, asked, request.base, strict=True).among(self.store.all(kind))
        if len(found) > 1:
            raise Refused(412, "multiple-matches", f"{len(found)} {kind} fulfil the condition.")
        return self.store.find(kind, found[0]["id"]) if found else None

    def _update(self, request: Request, kind: str, key: str) -> Answer:
        resource = _checked(request, kind)
        if resource.get("id") != key:
            raise Refused(400, "invalid", f"The body's id is not {key}.")
        with self.store:
            there, expected = self.store.find(kind, key), request.headers.get("if-match")
            current = there.etag if there and there.resource else None
            if expected is not None and expected != current:
                raise Refused(412, "conflict", f"{kind}/{key} is {current or 'not there'}, not {expected}.")
            record, new = self.store.put(resource)
        return _written(request, record, 201 if new else 200)


def _checked(request: Request, kind: str) -> Resource:
    resource = parse(request.body)
    if kind not in SEARCHES:
        raise Refused(404, "not-supported", f"{kind}: this hospital keeps no such resources.")
    if resource.get("resourceType") != kind:
        raise Refused(400, "invalid", f"The body is no {kind}.")
    return resource


def _written(request: Request, record: Record, status: int) -> Answer:
    resource = record.resource or {}
    place = f"{request.base}/{resource['resourceType']}/{resource['id']}/_history/{record.version}"
    minimal = "return=minimal" in request.headers.get("prefer", "")
    return Answer(status, None if minimal else resource, {"ETag": record.etag, "Location": place})
