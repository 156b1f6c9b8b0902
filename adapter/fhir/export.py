"""Bulk Data: an export is asked for, waited for, fetched file by file and taken away again. It knows no study.

Its own words: the *order* is what is asked for, the *job* is what the server makes of it, known by its status address,
the *manifest* is the list of files in the end. The guide's versions 1 to 4 are understood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from adapter.fhir.client import FHIR_JSON, Call, Client
from adapter.fhir.errors import (
    Endless,
    LinkRefused,
    NotFhir,
    NotFound,
    Rejected,
    Temporary,
    Throttled,
    Trouble,
    issues_in,
    of_status,
    place,
)
from adapter.fhir.wire.exchange import Answer
from adapter.fhir.wire.retries import http_date, retry_after

ABOUT = "$export"
ASYNC = {"Prefer": "respond-async"}
FHIR_NDJSON = "application/fhir+ndjson"
MOST_MANIFESTS = 10_000  # pages of one
STATUS = re.compile(r"\s*([1-5][0-9]{2})\b")
GONE = {404, 410}

Drain = Callable[[Iterator[bytes]], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: at which address, which types, and since when; `posted`: as Parameters."""

    path: str
    types: tuple[str, ...]
    since: str | None = None
    posted: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file as a manifest names it: its address is not yet trusted, its numbers may be missing."""

    url: str
    kind: str | None = None
    count: int | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export came to; `time` is the server's word for up to when it holds everything."""

    url: str
    output: tuple[File, ...]
    deleted: tuple[File, ...]
    outcomes: tuple[File, ...]
    time: str | None
    signed: bool  # files are given to who signs in, else to who knows the address
    server_date: datetime | None
    next_link: str | None = None

    @property
    def files(self) -> tuple[File, ...]:
        """All files."""
        return self.output + self.deleted + self.outcomes


@dataclass(frozen=True, slots=True)
class NotYet:
    """The server is still at work, and asks to be left alone for some seconds."""

    wait: float | None
    said: str = ""


class JobGone(Temporary):
    """The server knows the job no more: its files have expired, or it was taken away."""

    to_repeat = False


class JobFailed(Temporary):
    """The server says that the job came to nothing: another has to be asked for."""

    to_repeat = False


def kick_off(client: Client, order: Order) -> str:
    """Ask for an export, once; return the address at which it is watched. Throttled: another one is running."""
    call = _posted(client, order) if order.posted else _got(client, order)

    def status_url(answer: Answer) -> str:
        if answer.status != 202:
            raise NotFhir(place(answer.url), f"an export was asked for, and no job begun ({answer.status})",
                          "`trial-adapter check` shows whether this server announces exports.")  # fmt: skip
        return client.home.resolve(answer.headers.get("Content-Location"), answer.url)

    return client.send(call, status_url)


def look(client: Client, status_url: str) -> Manifest | NotYet:
    """Ask once how far the job is; raise JobGone or JobFailed where it is no more, else Trouble: it may live on."""
    try:
        return client.send(Call("GET", status_url, f"{ABOUT} status", {"Accept": "application/json"}, once=True), _seen)
    except Trouble as trouble:
        if isinstance(trouble, Throttled) or any(issue.code == "transient" for issue in trouble.issues):
            return NotYet(getattr(trouble, "retry_after", None))
        if isinstance(trouble, NotFound):
            raise JobGone(trouble.where, "the server knows this export no more", "The next one is a new one.") from None
        if isinstance(trouble, Rejected) or trouble.status == 500:
            raise _failed(trouble) from None
        raise


def whole(client: Client, first: Manifest, wait: Callable[[NotYet], None]) -> Manifest:
    """Read a manifest's further pages, and return one with all files; `wait` is told of a page that is not there yet.

    The pages belong together by their transactionTime: one with another time is another export.
    """
    manifest, seen = first, {first.url}
    while manifest.next_link is not None:
        url = client.home.resolve(manifest.next_link, manifest.url)
        if url in seen or len(seen) > MOST_MANIFESTS:
            raise Endless(place(url), "the pages of an export's manifest go round in a circle",
                          "Ask IT about the FHIR server.")  # fmt: skip
        while isinstance(page := look(client, url), NotYet):
            wait(page)
        seen.add(url)
        if page.time != first.time:
            raise NotFhir(place(url), "the pages of an export's manifest do not belong together",
                          "Ask IT about the FHIR server.")  # fmt: skip
        manifest = _joined(manifest, page)
    return manifest


def download(client: Client, file: File, manifest: Manifest, drain: Drain) -> Mapping[str, str]:
    """Give a file's bytes, unpacked, to `drain`, anew with each try; return the headers that came with it.

    The sign-in goes along where the manifest asks for it, and to the server's own origin alone.
    """
    url = client.beside(file.url, manifest.url)
    headers = {"Accept": FHIR_NDJSON}
    call = Call("GET", url, f"{ABOUT} {place(url)}", headers, signed=manifest.signed, drain=drain)
    return client.send(call, lambda answer: answer.headers)


def remove(client: Client, status_url: str) -> None:
    """Tell the server that the job is done with; one that is gone already is no fault."""
    try:
        client.send(Call("DELETE", status_url, f"{ABOUT} status", once=True), lambda answer: answer.status)
    except NotFound:
        return


def names(manifest: Manifest) -> dict[File, str]:
    """What each file is known by, also where fresh links are given out for it: its path, where each has one.

    What stands in the query changes with every signature, but may be all that tells two files apart.
    """
    paths = {file: urlsplit(file.url).path for file in manifest.files}
    distinct = len({*paths.values()}) == len({file.url for file in manifest.files})
    return paths if distinct else {file: file.url for file in manifest.files}


def _got(client: Client, order: Order) -> Call:
    asked = {"_type": ",".join(order.types)} | ({"_since": order.since} if order.since else {})
    return Call("GET", client.address(order.path, asked), ABOUT, ASYNC, harmless=False, once=True)


def _posted(client: Client, order: Order) -> Call:
    parameters: list[dict[str, str]] = [{"name": "_type", "valueString": kind} for kind in order.types]
    parameters += [{"name": "_since", "valueInstant": order.since}] if order.since else []
    body = msgspec.json.encode({"resourceType": "Parameters", "parameter": parameters})
    headers = ASYNC | {"Content-Type": FHIR_JSON}
    return Call("POST", client.address(order.path), ABOUT, headers, body, harmless=False, once=True)


def _seen(answer: Answer) -> Manifest | NotYet:
    """Read an answer of 2xx; where the job's own status stands in a header, that one counts."""
    said = STATUS.match(answer.headers.get("X-Export-Status", ""))
    status = int(said[1]) if said else answer.status
    wait = retry_after(answer.headers, datetime.now(UTC))
    if status == 202:
        return NotYet(wait, answer.headers.get("X-Progress", ""))
    if status != 200:
        raise of_status(status, place(answer.url), issues_in(answer.body), wait)
    return _manifest(answer)


def _manifest(answer: Answer) -> Manifest:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not {"output", "transactionTime", "requiresAccessToken"} & {*said}:
        raise NotFhir(place(answer.url), "the answer is no manifest of an export", "Ask IT about the FHIR server.")
    time, links = said.get("transactionTime"), _dicts(said.get("link"))
    return Manifest(
        answer.url,
        _files(said.get("output"), answer),
        _files(said.get("deleted"), answer),
        _files([*_list(said.get("error")), *_list(said.get("outcome"))], answer),
        time if isinstance(time, str) else None,
        said.get("requiresAccessToken") is not False,
        http_date(answer.headers.get("Date", "")),
        next((str(link.get("url") or "") for link in links if link.get("relation") == "next"), None),
    )


def _files(found: object, answer: Answer) -> tuple[File, ...]:
    """The files of a list; an entry without an address is a file that nobody can fetch, and so no whole list."""
    entries = _list(found)
    files = [_file(entry) for entry in entries if isinstance(entry, dict) and isinstance(entry.get("url"), str)]
    if len(files) < len(entries):
        raise LinkRefused(place(answer.url), f"{len(entries) - len(files)} files of the export have no address",
                          "Ask IT about the FHIR server.")  # fmt: skip
    return tuple(files)


def _file(entry: dict[str, Any]) -> File:
    kind = entry.get("type")
    numbers = _number(entry.get("count")), _number(entry.get("fileSize"))
    return File(entry["url"], kind if isinstance(kind, str) else None, *numbers)


def _joined(one: Manifest, other: Manifest) -> Manifest:
    return replace(
        one,
        output=one.output + other.output,
        deleted=one.deleted + other.deleted,
        outcomes=one.outcomes + tuple(file for file in other.outcomes if file not in one.outcomes),
        signed=one.signed and other.signed,
        next_link=other.next_link,
    )


def _failed(trouble: Trouble) -> JobFailed:
    failed = JobFailed(trouble.where, f"the server says that the export failed ({trouble.status})",
                       "The next run asks for a new one; if it stays so, ask IT about the FHIR server.",
                       status=trouble.status)  # fmt: skip
    failed.issues = trouble.issues
    return failed


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _number(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None
