"""A folder of FHIR files as a way in: whatever the files are called and whatever order they come in.

Every file that holds no FHIR is named in the report. What cannot be read is given out as Broken, because it may belong
to anybody: nobody is judged as if it had never been there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from adapter.errors import SourceError
from adapter.facts.decode import BYTE_ORDER_MARK, NOT_JSON, TOO_DEEP, TOO_LARGE, Unreadable, parse
from adapter.facts.read.references import Bases
from adapter.facts.sieve import glance, read_head
from adapter.sources.base import Broken, Ending, Entry, Fate, Piece, Report, Resource, split
from adapter.sources.pieces.bundle import within
from adapter.sources.pieces.lines import Cut, chunks, lines

LINES = (".ndjson", ".ndjson.gz")
WHOLE = (".json", ".json.gz")
NEEDED = "*.ndjson, *.ndjson.gz or *.json files of FHIR resources"

MAX_WHOLE = 1 << 30  # a *.json is held in memory
NESTED = 20  # Bundles in Bundles


class FolderSource:
    """All resources under a folder, or of a single file; `own`: the addresses of the server that they came from."""

    def __init__(self, path: Path | str, own: Iterable[str] = ()) -> None:
        self.path = Path(path)
        self.report = Report()
        self.bases = Bases(own)

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Name the resource types that may be incomplete for every patient; final when `pieces` is read to its end."""
        return self.report.incomplete()

    def pieces(self) -> Iterator[Piece]:
        """Yield every resource and every broken piece; SourceError for a folder that is missing or holds no FHIR."""
        self.report = Report()
        if not self.path.exists():
            raise SourceError(f"{self.path}: there is no such folder. Name one with {NEEDED}.")
        if not (self.path.is_dir() or self.path.is_file()):
            raise SourceError(f"{self.path}: this is neither a folder nor a file. Name a folder with {NEEDED}.")
        return self._pieces()

    def _pieces(self) -> Iterator[Piece]:
        for path, ending in _found(self.path):
            fate = Fate(path.relative_to(self.path).as_posix() if path != self.path else path.name, ending)
            self.report.files.append(fate)
            if ending is Ending.READ:
                yield from _read(path, fate, self.bases)
            elif ending is Ending.UNREADABLE:
                yield _broken(fate, 0, "unreadable", ending)
        if not self.report.files:
            raise SourceError(f"{self.path}: the folder is empty. Put {NEEDED} there.")
        if not self.report.resources:
            named = ", ".join(sorted(fate.file for fate in self.report.files)[:3])
            raise SourceError(f"{self.path}: no FHIR resource in {len(self.report.files)} file(s) ({named}). "
                              f"Name a folder with {NEEDED}.")  # fmt: skip


def _found(top: Path) -> Iterator[tuple[Path, Ending]]:
    """Yield every file under a folder in sorted order, also through links, each folder once."""
    if top.is_file():
        yield top, Ending.READ
        return
    blocked: list[OSError] = []
    seen: set[str] = set()
    for folder, below, names in os.walk(top, onerror=blocked.append, followlinks=True):
        if os.path.realpath(folder) in seen:
            below.clear()
            continue
        seen.add(os.path.realpath(folder))
        yield from ((Path(folder, name), Ending.HIDDEN) for name in sorted(below) if name.startswith("."))
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield from ((Path(folder, name), _expected(name)) for name in sorted(names))
    yield from ((Path(error.filename), Ending.UNREADABLE) for error in blocked)


def _expected(name: str) -> Ending:
    if name.startswith("."):
        return Ending.HIDDEN
    return Ending.READ if name.lower().endswith(LINES + WHOLE) else Ending.NOT_FHIR


def _read(path: Path, fate: Fate, bases: Bases) -> Iterator[Piece]:
    whole = path.name.lower().endswith(WHOLE)
    try:
        if not path.is_file():
            raise OSError(f"{path} is no regular file")
        with path.open("rb") as file:
            yield from _from_whole(file, fate, bases) if whole else _from_lines(file, fate, bases)
    except OSError:
        yield _broken(fate, 0, "unreadable", Ending.UNREADABLE)
    except Cut as cut:
        fate.mixed = fate.mixed or whole
        yield _broken(fate, 0, str(cut), Ending.ENDED_EARLY)


def _from_lines(file: BinaryIO, fate: Fate, bases: Bases) -> Iterator[Piece]:
    for number, line in lines(chunks(file)):
        if line is None:
            yield _broken(fate, number, TOO_LARGE)
            continue
        raw = bases.bring_home(line)
        head = read_head(raw)
        if head is not None and head.resourceType and head.resourceType != "Bundle":
            fate.types.add(head.resourceType)
            fate.resources += 1
            yield Resource(raw, fate.file, number, head)
        else:
            yield from _from_any(line, number, fate, bases)


def _from_whole(file: BinaryIO, fate: Fate, bases: Bases) -> Iterator[Piece]:
    whole = bytearray()
    cut: Cut | None = None
    try:
        for chunk in chunks(file):
            whole += chunk
            if len(whole) > MAX_WHOLE:
                raise Cut(TOO_LARGE)
    except Cut as early:
        cut = early  # what came before it is read all the same
    raw = bytes(whole)
    del whole
    yield from _from_any(raw.removeprefix(BYTE_ORDER_MARK).strip(), 0, fate, bases)
    if cut:
        raise cut


def _from_any(raw: bytes, line: int, fate: Fate, bases: Bases, level: int = 0) -> Iterator[Piece]:
    """Yield what lies in bytes that may be a resource, a Bundle, another JSON value or no JSON at all."""
    head = read_head(raw)
    reason = None if head else _trouble(raw)
    head = head or glance(raw)
    if head.resourceType == "Bundle":
        yield from _from_bundle(raw, line, fate, bases, level)
        return
    if head.resourceType:
        fate.types.add(head.resourceType)
    if reason == NOT_JSON or (reason and not head.patient_key()):
        yield _broken(fate, line, reason)
    elif head.resourceType or line or level or b'"resourceType"' in raw:  # the decoder will say what is wrong with it
        fate.resources += bool(head.resourceType)
        home = raw if level else bases.bring_home(raw)  # what lies in a Bundle was brought home with it
        yield Resource(home, fate.file, line, head if home == raw else None)
    else:
        fate.ending = Ending.NOT_FHIR


def _from_bundle(raw: bytes, line: int, fate: Fate, bases: Bases, level: int) -> Iterator[Piece]:
    if level > NESTED:
        yield _broken(fate, line, TOO_DEEP)
        return
    entries: list[Entry] = []
    early: Unreadable | None = None
    try:
        for entry in split(raw):
            entries.append(entry)  # noqa: PERF402 - what came before the fault is kept
    except Unreadable as unreadable:
        early = unreadable
    for inner in within(entries, bases):
        yield from _from_any(inner, line, fate, bases, level + 1)
    if early:
        fate.mixed = True
        yield _broken(fate, line, early.reason)


def _trouble(raw: bytes) -> str | None:
    """Return why bytes are no JSON, or None where they are, however odd their contents."""
    try:
        parse(raw)
    except Unreadable as unreadable:
        return unreadable.reason
    return None


def _broken(fate: Fate, line: int, reason: str, ending: Ending = Ending.BROKEN) -> Broken:
    fate.worsen(ending)
    return Broken(fate.file, line, reason, tuple(sorted(fate.named_types)))
