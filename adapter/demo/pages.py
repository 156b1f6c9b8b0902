"""A search's answer in pages: what was found at the first page is kept, so that writes meanwhile move nothing."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlencode

from adapter.demo.exchange import Refused, Request, Resource, outcome
from adapter.demo.search import Search
from adapter.demo.store import Record, Store

KEPT = 500  # searches under way; the oldest makes room, and its links then lead nowhere
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}


@dataclass(frozen=True, slots=True)
class Found:
    """The whole result of one search."""

    search: Search
    resources: list[Resource]
    address: str


class Pages:
    """The searches under way, each under a word of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[str, Found] = OrderedDict()

    def first(self, request: Request, kind: str, search: Search, resources: list[Resource]) -> Resource:
        """Return the first page, and keep the rest where there is more."""
        address = f"{request.base}/{kind}" + (f"?{urlencode(search.kept)}" if search.kept else "")
        found = Found(search, resources, address)
        word = str(uuid.uuid4())
        if 0 < search.count < len(resources):
            with self._lock:
                self._found[word] = found
                while len(self._found) > KEPT:
                    self._found.popitem(last=False)
        return _bundle(request.base, found, word, 0)

    def further(self, base: str, word: str, start: str) -> Resource:
        """Return the page that a next link leads to; the same link gives the same page again."""
        with self._lock:
            found = self._found.get(word)
        if found is None or not start.isdecimal():
            raise Refused(410, "not-found", "This page is not kept any more. Begin the search anew.")
        return _bundle(base, found, word, int(start))


def _bundle(base: str, found: Found, word: str, start: int) -> Resource:
    search, end = found.search, start + found.search.count
    links = [{"relation": "self", "url": found.address if start == 0 else _link(base, word, start)}]
    if search.count > 0 and end < len(found.resources):
        links.append({"relation": "next", "url": _link(base, word, end)})
    entries = [_entry(base, one, search.elements) for one in found.resources[start:end]]
    if search.ignored and start == 0:
        says = outcome("warning", "not-supported", f"Left aside: {', '.join(search.ignored)}")
        entries.append({"resource": says, "search": {"mode": "outcome"}})
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(found.resources), "link": links}
    return bundle | ({"entry": entries} if entries else {})  # FHIR allows no empty list


def _entry(base: str, resource: Resource, wanted: frozenset[str]) -> Resource:
    shown = _subset(resource, wanted) if wanted else resource
    address = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": address, "resource": shown, "search": {"mode": "match"}}


def told_of(request: Request, kind: str, store: Store) -> Resource:
    """Return the history of a type since an instant, on one page: of each resource the newest that was done to it."""
    asked = dict(request.query)
    wanted = frozenset(filter(None, asked.get("_elements", "").split(",")))
    entries = [_done(kind, key, record, wanted) for key, record in store.since(kind, asked.get("_since", ""))]
    link = [{"relation": "self", "url": f"{request.base}/{kind}/_history?{urlencode(request.query)}"}]
    bundle = {"resourceType": "Bundle", "type": "history", "total": len(entries), "link": link}
    return bundle | ({"entry": entries} if entries else {})


def _done(kind: str, key: str, record: Record, wanted: frozenset[str]) -> Resource:
    if record.resource is None:
        return {"request": {"method": "DELETE", "url": f"{kind}/{key}"}, "response": {"status": "204"}}
    shown = _subset(record.resource, wanted) if wanted else record.resource
    return {"resource": shown, "request": {"method": "PUT", "url": f"{kind}/{key}"}, "response": {"status": "200"}}


def _subset(resource: Resource, wanted: frozenset[str]) -> Resource:
    meta = resource["meta"]
    kept = {name: value for name, value in resource.items() if name in wanted | {"resourceType", "id"}}
    return {**kept, "meta": {**meta, "tag": [*meta.get("tag", ()), SUBSETTED]}}


def _link(base: str, word: str, start: int) -> str:
    return f"{base}?{urlencode({'_page': word, '_from': start})}"
