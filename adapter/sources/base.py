"""What every way in gives: pieces, one resource each, and an honest account of what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import msgspec

from adapter.facts.decode import BYTE_ORDER_MARK, Unreadable, members, parse, string
from adapter.facts.read.references import Bases
from adapter.facts.sieve import NOT_TAKEN, Head
from adapter.facts.tally import type_name

ALL_TYPES = "*"


class Resource(msgspec.Struct, frozen=True, gc=False):
    """The bytes of one resource and where they stood; `head` is what the source has already read of them."""

    raw: bytes
    file: str
    line: int = 0
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A piece that may belong to any patient: no JSON, or the place where a file ends early (line 0: no line)."""

    file: str
    line: int
    reason: str
    types: tuple[str, ...] = ()  # what the file holds as far as seen


Piece = Resource | Broken


class Ending(StrEnum):
    """What became of a file."""

    READ = "read"
    BROKEN = "broken"  # read, but for pieces that are no JSON
    ENDED_EARLY = "ended-early"
    UNREADABLE = "unreadable"
    NOT_FHIR = "not-fhir"
    HIDDEN = "hidden"


@dataclass(slots=True)
class Fate:
    """The account of one file: how many resources of which types, how many broken pieces."""

    file: str
    ending: Ending = Ending.READ
    resources: int = 0
    broken: int = 0
    types: set[str] = field(default_factory=set)
    mixed: bool = False  # it broke inside a Bundle, where types stand in any order

    @property
    def named_types(self) -> set[str]:
        """The types it holds, without what is no name of a type."""
        return {kind for kind in self.types if type_name(kind) == kind}

    def worsen(self, ending: Ending) -> None:
        """Note a fault; the end of a file weighs more than one piece of it."""
        self.broken += 1
        if ending is not Ending.BROKEN or self.ending is Ending.READ:
            self.ending = ending

    def affected(self) -> set[str]:
        """Return the types of which this file may have held more than could be read."""
        if not self.broken:
            return set()
        return self.named_types if self.named_types and self.resources and not self.mixed else {ALL_TYPES}


@dataclass(slots=True)
class Report:
    """The files of a source and what became of each."""

    files: list[Fate] = field(default_factory=list)

    @property
    def resources(self) -> int:
        """How many FHIR resources were given out."""
        return sum(fate.resources for fate in self.files)

    def named(self, *endings: Ending) -> list[str]:
        """Return the files that ended so, sorted."""
        return sorted(fate.file for fate in self.files if fate.ending in endings)

    def incomplete(self) -> tuple[str, ...]:
        """Return the resource types that may be incomplete for every patient; `*` alone where it may be all of them."""
        types = set[str]().union(*(fate.affected() for fate in self.files))
        return (ALL_TYPES,) if ALL_TYPES in types else tuple(sorted(types))


class Source(Protocol):
    """A way in. `report`, `bases` and `incomplete` are final when `pieces` has been read to its end."""

    report: Report
    bases: Bases

    def pieces(self) -> Iterator[Piece]:
        """Yield every resource and every broken piece, or raise SourceError where there is nothing to read."""
        ...

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Name the resource types that may be incomplete for every patient."""
        ...


class Entry(msgspec.Struct, gc=False):
    """An entry of a Bundle: the bytes of its resource, and the address by which others in the Bundle refer to it."""

    resource: msgspec.Raw = msgspec.Raw()
    fullUrl: str | None = None  # noqa: N815 - FHIR's name


class _Bundle(msgspec.Struct, gc=False):
    entry: list[Entry] = []


_read_bundle = msgspec.json.Decoder(_Bundle).decode


def split(raw: bytes) -> Iterator[Entry]:
    """Yield the entries of a Bundle undecoded; raise Unreadable, after all that can be told apart, if it is no JSON.

    One odd entry (deep nesting, bytes that are no UTF-8) does not cost the others: then the entries are cut out by
    their brackets, and what is left as a frame is held to be JSON.
    """
    try:
        bundle = _read_bundle(raw)
    except NOT_TAKEN:
        yield from _cut_out(raw)
        return
    yield from (entry for entry in bundle.entry if entry.resource)


def _cut_out(raw: bytes) -> Iterator[Entry]:
    raw = raw.removeprefix(BYTE_ORDER_MARK).strip()
    frame, rest = [], 0
    for start, end, full_url in _places(raw):
        frame.append(raw[rest:start])
        rest = end
        yield Entry(msgspec.Raw(raw[start:end]), full_url)
    parse(b"null".join([*frame, raw[rest:]]), limit=len(raw))


def _places(raw: bytes) -> Iterator[tuple[int, int, str | None]]:
    for outer, entries, _ in members(raw):
        if outer == "entry":
            for _, entry, _ in members(raw, entries):
                yield from _resource_of(raw, entry)


def _resource_of(raw: bytes, entry: int) -> Iterator[tuple[int, int, str | None]]:
    """Yield where the resource of an entry stands; also where the entry ends early, whose `fullUrl` is then unknown."""
    full_url: str | None = None
    found: list[tuple[int, int]] = []
    early: Unreadable | None = None
    try:
        for key, start, end in members(raw, entry):
            full_url = string(raw[start:end]) if key == "fullUrl" else full_url
            found += [(start, end)] if key == "resource" else []
    except Unreadable as unreadable:
        early = unreadable
    yield from ((start, end, full_url) for start, end in found)
    if early:
        raise early
