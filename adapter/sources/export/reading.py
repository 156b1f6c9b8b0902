"""What the files of an export say: resources by type and patient, what was deleted, what the server could not give."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

import msgspec

from adapter.facts.decode import Unreadable, decode
from adapter.facts.read.references import Bases, base_of, not_asked
from adapter.facts.sieve import NOT_TAKEN, Head, glance, read_head
from adapter.fhir.errors import EndedEarly, Issue, Trouble, issues_of, place
from adapter.sources.export.errand import Brought
from adapter.sources.export.spool import Spool
from adapter.sources.reading import Read, named_elsewhere

ALL = "*"
SUBSETTED = b"SUBSETTED"
NAMED = re.compile(r"([A-Z][A-Za-z]{1,63})(?:[./\[(]|$)")
GONE = re.compile(r"(?:^|/)([A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?$")
ASK = "Ask IT about the FHIR server."


@dataclass
class Pages:
    """The files of one export, read as often as it takes: their order says nothing."""

    brought: Brought
    spool: Spool
    bases: Bases

    def of_type(self, kind: str) -> Iterator[tuple[bytes, Head]]:
        """Each resource of a type with its head."""
        for file, fetched in self.brought.files.items():
            if file in self.brought.manifest.output and kind in fetched.types:
                home = map(self.bases.bring_home, self.spool.lines(fetched.name))
                heads = ((raw, read_head(raw) or glance(raw)) for raw in home)
                yield from ((raw, head) for raw, head in heads if head.resourceType == kind)

    def about(self, kind: str, patients: Collection[str], read: Read, take: Callable[[bytes], None]) -> None:
        """Give what a type says about these patients; what is about others is counted and left."""
        parts = 0
        for raw, head in self.of_type(kind):
            patient = head.patient_key()
            if patient is not None:
                read.named[base_of(patient)] += 1
            if patient is not None and patient not in patients:
                read.left[not_asked(patient)] += 1
            elif SUBSETTED in raw and is_part(raw):
                read.left["part of a resource"] += 1
                parts += 1
            else:
                read.recreated += f"{kind}/{head.id}" in read.deleted
                take(raw)
        read.trouble = read.trouble or named_elsewhere(read, place(self.brought.manifest.url))
        if parts and read.trouble is None:
            what = f"{parts} resources of type {kind} came in part only (SUBSETTED); what was known of them was kept"
            read.trouble = EndedEarly(place(self.brought.manifest.url), what, ASK)

    def count(self, kind: str, read: Read) -> None:
        """Say how many files hold a type, and how many resources the manifest counts in them where it counts all."""
        held = {file: fetched for file, fetched in self.brought.files.items() if file in self.brought.manifest.output}
        own = {file: fetched for file, fetched in held.items() if kind in {file.kind, *fetched.types}}
        counts = [file.count for file in own if file.count is not None]
        read.pages = len(own)
        read.expected = sum(counts) if counts and len(counts) == len(own) else None
        read.left["no resource"] = sum(fetched.broken for file, fetched in own.items() if file.kind == kind)

    def deleted(self) -> list[str]:
        """The keys of what was deleted, in the order of the files; raises where one cannot be read."""
        keys: list[str] = []
        for file in self.brought.manifest.deleted:
            if fetched := self.brought.files.get(file):
                for raw in self.spool.lines(fetched.name):
                    keys += _deletions(raw, file.url)
        return keys

    def troubles(self) -> dict[str, Trouble]:
        """Why a type is in part, by type; `*` stands for every type."""
        found: dict[str, Trouble] = {}
        for file, trouble in self.brought.troubles.items():
            whole = file in self.brought.manifest.output
            found.setdefault(file.kind if whole and file.kind else ALL, trouble)
        for file, fetched in self.brought.files.items():
            if fetched.broken:
                what = f"{fetched.broken} lines of a file are no resource, and may be anybody's"
                kind = file.kind if file in self.brought.manifest.output else None
                found.setdefault(kind or ALL, EndedEarly(place(file.url), what, ASK))
        for kind, issue in self._grave():
            trouble = EndedEarly(place(self.brought.manifest.url), "the server says that it could not export all", ASK)
            trouble.issues = (replace(issue, text=""),)  # its words may name a patient
            found.setdefault(kind, trouble)
        return found

    def _grave(self) -> Iterator[tuple[str, Issue]]:
        """The issues by which something is missing, each with the types that it names, or with all."""
        for file in self.brought.manifest.outcomes:
            if fetched := self.brought.files.get(file):
                for raw in self.spool.lines(fetched.name):
                    outcome = _read_any(raw)
                    issues = issues_of(outcome)
                    if not issues:
                        yield ALL, Issue("error", "structure")
                    yield from ((kind, one) for one in issues if one.grave for kind in _types_in(outcome) or {ALL})

    @property
    def unproved(self) -> int:
        """How many files end where the connection did, and say neither their count nor their size."""
        return sum(not fetched.proved for fetched in self.brought.files.values())


def is_part(raw: bytes) -> bool:
    """Whether a resource is marked as having come in part."""
    try:
        meta = _read_tagged(raw).meta
    except NOT_TAKEN:
        return True  # it says so somewhere, and cannot be looked at
    return any(tag.code == "SUBSETTED" for tag in (meta.tag if meta else None) or ())


def identified(raw: bytes, registry: str, own: str | None) -> bool:
    """Whether a ResearchStudy is the hospital's own entry for this study, or carries its number."""
    try:
        study = decode(raw)
    except Unreadable:
        return False
    named = study.get("identifier")
    values = {one.get("value") for one in named if isinstance(one, dict)} if isinstance(named, list) else set()
    return f"ResearchStudy/{study.get('id')}" == own or bool(registry and registry in values)


def _deletions(raw: bytes, url: str) -> Iterable[str]:
    bundle = _read_any(raw)
    entries = bundle.get("entry") if isinstance(bundle, dict) and bundle.get("resourceType") == "Bundle" else None
    keys = [_deletion(entry) for entry in entries] if isinstance(entries, list) else [None]
    if None in keys:
        raise EndedEarly(place(url), "a list of what was deleted cannot be read", ASK)
    return [key for key in keys if key]


def _deletion(entry: object) -> str | None:
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict) or request.get("method") != "DELETE":
        return None
    found = GONE.search(str(request.get("url", "")))
    return found[1] if found else None


def _types_in(outcome: object) -> set[str]:
    issues = outcome.get("issue") if isinstance(outcome, dict) else None
    named = [issue for issue in (issues if isinstance(issues, list) else ()) if isinstance(issue, dict)]
    listed = [issue.get(name) for issue in named for name in ("expression", "location")]
    places = [one for many in listed if isinstance(many, list) for one in many]
    found = [NAMED.match(one) if isinstance(one, str) else None for one in places]
    return {one[1] for one in found if one} if found and all(found) else set()


def _read_any(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


class _Tag(msgspec.Struct, gc=False):
    code: str | None = None


class _Meta(msgspec.Struct, gc=False):
    tag: list[_Tag] | None = None


class _Tagged(msgspec.Struct, gc=False):
    meta: _Meta | None = None


_read_tagged = msgspec.json.Decoder(_Tagged).decode
