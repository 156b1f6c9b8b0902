"""Searches, page by page: followed to their end or said to have none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import msgspec

from adapter.fhir.auth import FORM
from adapter.fhir.bundles import Bundle, Entry, bundle_of
from adapter.fhir.client import FHIR_JSON, Call, Client, Params, query
from adapter.fhir.errors import (
    Endless,
    Issue,
    LinkRefused,
    NotFhir,
    NotFound,
    PageExpired,
    Rejected,
    issues_in,
    place,
)
from adapter.fhir.wire.exchange import Answer
from adapter.fhir.wire.retries import http_date

LONGEST_QUERY = 1_800  # some servers and proxies end a line at 2 kB
MOST_PAGES = 100_000
MOST_EMPTY = 100  # in a row
_NO_CACHE = {"Cache-Control": "no-cache"}  # HAPI gives the same answer again for a minute


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what was searched for, what came along, and what the server says about it."""

    entries: list[bytes]
    included: list[bytes]
    outcomes: list[Issue]
    server_date: datetime | None
    self_link: str | None
    total: int | None
    next_link: str | None  # as the server wrote it: not yet trusted
    url: str
    bare: int = 0  # entries without a resource
    deleted: tuple[str, ...] = ()  # addresses of what a history says was deleted


@dataclass(frozen=True, slots=True)
class Part:
    """The answer to one request of a batch: a page, or another resource, or neither with the reason."""

    status: int
    page: Page | None
    resource: bytes | None
    outcomes: tuple[Issue, ...] = ()


class _Head(msgspec.Struct, gc=False):
    resourceType: str | None = None  # noqa: N815 - FHIR's name


_read_head = msgspec.json.Decoder(_Head).decode


def search(client: Client, kind: str, params: Params, *, count: int = 1000, posted: bool = False) -> Iterator[Page]:
    """Yield the pages of a search; it is whole only when this comes to its end without raising.

    `posted`: what is asked for stands in no address, for it may be a hospital number and addresses are logged.
    """
    page = client.send(_asked(client, kind, {**params, "_count": str(count)}, posted=posted), page_of)
    yield page
    yield from follow(client, kind, page, frozenset(params) if posted else frozenset())


def follow(client: Client, kind: str, page: Page, unsaid: Collection[str] = ()) -> Iterator[Page]:
    """Yield the pages after this one; a link that repeats one of the parameters `unsaid` is refused."""
    links, prints, empty = {page.url}, {_print(page)}, 0
    while page.next_link is not None:
        url = client.home.resolve(page.next_link, page.url)
        if any(name in parse_qs(urlsplit(url).query, keep_blank_values=True) for name in unsaid):
            raise LinkRefused(place(url), "the link to the next page repeats what was asked for; it was not followed",
                              "Ask IT to have the FHIR server give links without the parameters.")  # fmt: skip
        if url in links or len(links) >= MOST_PAGES:
            raise _endless(url, "the pages of a search go round in a circle")
        links.add(url)
        page = _next(client, kind, url)
        empty = 0 if page.entries else empty + 1
        if empty > MOST_EMPTY or (page.entries and _print(page) in prints):
            raise _endless(url, "the pages of a search repeat themselves")
        prints.add(_print(page))
        yield page


def count(client: Client, kind: str, params: Params, *, posted: bool = False) -> int | None:
    """Return how many resources the server counts for a search, or None where it cannot count."""
    shapeless = {name: value for name, value in params.items() if name != "_elements"}
    try:
        total = client.send(_asked(client, kind, {**shapeless, "_summary": "count"}, posted=posted), bundle_of).total
    except (NotFound, Rejected):
        return None
    return total if total is not None and total >= 0 else None


def batch(client: Client, kind: str, requests: Sequence[str]) -> list[Part]:
    """Ask several things at once (`Observation?patient=1`), each with an answer of its own."""
    entries = [{"request": {"method": "GET", "url": request}} for request in requests]
    body = msgspec.json.encode({"resourceType": "Bundle", "type": "batch", "entry": entries})
    call = Call("POST", client.address(), kind, _NO_CACHE | {"Content-Type": FHIR_JSON}, body)

    def parts(answer: Answer) -> list[Part]:
        found = bundle_of(answer).entry or []
        if len(found) != len(requests):
            raise NotFhir(place(answer.url), f"{len(requests)} requests in a batch got {len(found)} answers",
                          "`trial-adapter check` shows whether this server knows batches.")  # fmt: skip
        return [_part(entry, client.address(asked), answer) for entry, asked in zip(found, requests, strict=True)]

    return client.send(call, parts)


def page_of(answer: Answer) -> Page:
    """Return the page that an answer holds."""
    return _page(bundle_of(answer), answer)


def _asked(client: Client, kind: str, params: Params, *, posted: bool = False) -> Call:
    text = query(params)
    if len(text) <= LONGEST_QUERY and not posted:
        return Call("GET", client.address(f"{kind}?{text}"), kind, _NO_CACHE)
    return Call("POST", client.address(f"{kind}/_search"), kind, _NO_CACHE | {"Content-Type": FORM}, text.encode())


def _next(client: Client, kind: str, url: str) -> Page:
    try:
        return client.get(url, kind, page_of)
    except NotFound as gone:
        raise PageExpired(
            place(url), "the server no longer knows the next page", "The search has to begin again.", status=gone.status
        ) from None


def _page(bundle: Bundle, answer: Answer) -> Page:
    entries, included, outcomes, bare = list[bytes](), list[bytes](), list[Issue](), 0
    deleted = tuple(address for entry in bundle.entry or () if (address := entry.deleted))
    for entry in bundle.entry or ():
        raw = entry.raw
        mode = entry.search.mode if entry.search else None
        if raw is None:
            bare += entry.deleted is None
        elif _is_outcome(raw):
            outcomes += issues_in(raw) or [Issue("error", "unknown")]
        else:
            (included if mode == "include" else entries).append(raw)
    date = http_date(answer.headers.get("Date", ""))
    own, further = bundle.linked("self"), bundle.linked("next")
    return Page(entries, included, outcomes, date, own, bundle.total, further, answer.url, bare, deleted)


def _is_outcome(raw: bytes) -> bool:
    if b'"OperationOutcome"' not in raw:
        return False
    try:
        return _read_head(raw).resourceType == "OperationOutcome"
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False


def _part(entry: Entry, url: str, answer: Answer) -> Part:
    raw, response = entry.raw, entry.response
    status = (response.status if response else None) or ""
    number = int(status[:3]) if status[:3].isascii() and status[:3].isdigit() else 0
    outcomes = issues_in(bytes(response.outcome)) if response else ()
    if raw is None or not 200 <= number < 300:
        return Part(number, None, None, outcomes or issues_in(raw or b""))
    inner = Answer(number, answer.headers, raw, url)
    try:
        kind = _read_head(raw).resourceType
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        kind = "Bundle" if b'"Bundle"' in raw else None
    return Part(number, page_of(inner), None, outcomes) if kind == "Bundle" else Part(number, None, raw, outcomes)


def _print(page: Page) -> int:
    """What tells one page from another: a server that serves its set again serves the same bytes again."""
    return hash(tuple(page.entries))


def _endless(url: str, what: str) -> Endless:
    return Endless(place(url), what, "What was read is not the whole; ask IT about the FHIR server's paging.")
