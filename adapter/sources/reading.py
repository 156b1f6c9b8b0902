"""One search read to its end, and held to what the server says of it: how many there are, and what it has heeded.

The absence of a next link is no proof of the end: a search that came short of the server's own number is read once
more, and is in part if it stays short. So is one whose pages moved while they were read, for a row may have slipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from urllib.parse import parse_qsl, urlsplit

from adapter.facts.read.references import Bases, base_of
from adapter.facts.sieve import glance, read_head
from adapter.fhir import pages
from adapter.fhir.client import Client, Params
from adapter.fhir.errors import EndedEarly, Issue, NamedElsewhere, PageExpired, Trouble, place, printable

FILTERS = frozenset({"_id", "_lastUpdated", "code", "identifier", "individual", "patient"})
ALSO_CALLED = {"patient": "subject", "individual": "patient"}  # what a server may call it in its self link
NO_COUNT = "If the server's own numbers are wrong, set [source] compare_totals = false."


class Extent(Enum):
    """How much of a type a source gives when it is asked about patients."""

    ASKED = "what is asked for, by instant and by patient"
    WHOLE = "all there is, whatever was read before"
    CHANGES = "what changed since it was read, and what was deleted by name"


@dataclass
class Read:
    """How far one type was read; it fills while the reading lasts."""

    began: datetime | None = None  # when the server began to answer, by its own clock
    trouble: Trouble | None = None  # why it did not come to an end
    pages: int = 0
    expected: int | None = None  # how many the server counts; None: it was not compared
    unheeded: set[str] = field(default_factory=set)  # parameters the server left aside
    deleted: set[str] = field(default_factory=set)  # keys of what the server names as gone
    left: Counter[str] = field(default_factory=Counter)  # what came and was not given on, by reason
    recreated: int = 0  # resources that came and are named as gone
    named: Counter[str | None] = field(default_factory=Counter)  # at which address its patients are; None: here

    @property
    def elsewhere(self) -> str | None:
        """The other address at which all are that came; None where one of them is here, or none came."""
        return None if not self.named or None in self.named else min(filter(None, self.named))


def named_elsewhere(read: Read, where: str) -> NamedElsewhere | None:
    """Return why nothing of a reading counts, where all of it names its patients at another address."""
    if read.elsewhere is None:
        return None
    what = f"all that came names its patients at {printable(read.elsewhere)[:120]}, which is not [fhir] base_url"
    to_do = "If this server is meant, add that address to [fhir] also_known_as; nothing is ever sent there."
    return NamedElsewhere(where, what, to_do)


@dataclass
class _Search:
    kind: str
    params: Params
    posted: bool
    read: Read
    given: set[int] = field(default_factory=set)  # hashes of what was handed out
    came: set[str] = field(default_factory=set)  # their keys
    passing: set[str] = field(default_factory=set)  # the keys of this time through
    totals: set[int] = field(default_factory=set)  # of this time through
    twice: bool = False  # something came twice this time through

    def begin(self) -> None:
        """Go through the pages from the first one."""
        self.passing, self.totals, self.twice = set(), set(), False

    def is_new(self, raw: bytes) -> bool:
        """Whether it was not given before, byte by byte; take note of it."""
        head, word = read_head(raw) or glance(raw), hash(raw)
        if patient := head.patient_key():
            self.read.named[base_of(patient)] += 1
        name = f"{head.resourceType}/{head.id or word}"
        self.twice = self.twice or name in self.passing
        self.passing.add(name)
        self.came.add(name)
        new = word not in self.given
        self.given.add(word)
        return new

    @property
    def shifted(self) -> bool:
        """Whether pages moved while they were read, so that a row may have slipped between two of them."""
        return self.twice or len(self.totals) > 1


class Searches:
    """Reads searches of one server; `compare`: hold them to the server's own numbers."""

    def __init__(self, client: Client, *, compare: bool = True) -> None:
        self.client, self._compare = client, compare
        self.bases = Bases(client.names)
        self._uncounted: set[str] = set()  # types that the server does not count

    def rows(
        self, kind: str, params: Params, read: Read, *, posted: bool = False, whole: bool = True
    ) -> Iterator[bytes]:
        """Give the resources of a search, none twice; raise Trouble where it did not come to its end.

        `whole`: everything is asked for, so that a count is worth a request of its own.
        """
        search = _Search(kind, params, posted, read)
        total = yield from self._begun_anew(search, read)
        expected = self._expected(search, total, whole=whole)
        if search.shifted or (expected is not None and len(search.came) < expected):
            total = yield from self._begun_anew(search, read)
            expected = self._expected(search, total, whole=True)
        if expected is None:
            return
        read.expected = (read.expected or 0) + expected
        if len(search.came) < expected:
            what = f"{len(search.came)} resources came of {expected} that the server counts"
            raise EndedEarly(place(self.client.address(kind)), what, f"Ask IT about the FHIR server. {NO_COUNT}")

    def _begun_anew(self, search: _Search, read: Read) -> Generator[bytes, None, int | None]:
        """The pages; where one has expired the search is begun anew once."""
        try:
            return (yield from self._pages(search, read))
        except PageExpired:
            return (yield from self._pages(search, read))

    def _pages(self, search: _Search, read: Read) -> Generator[bytes, None, int | None]:
        search.begin()
        total: int | None = None
        grave: list[Issue] = []
        bare = 0
        found = pages.search(self.client, search.kind, search.params, posted=search.posted)
        for number, page in enumerate(found):
            read.pages += 1
            if number == 0:
                total, read.began = page.total, read.began or page.server_date
                read.unheeded |= unheeded(search.params, page.self_link)
            search.totals |= set() if page.total is None else {page.total}
            grave += [issue for issue in page.outcomes if issue.grave]
            bare += page.bare
            yield from filter(search.is_new, map(self.bases.bring_home, page.entries))
        if grave or bare:
            what = "the server says that it could not give all" if grave else f"{bare} entries hold no resource"
            trouble = EndedEarly(place(self.client.address(search.kind)), what, "Ask IT about the FHIR server.")
            trouble.issues = tuple(grave[:1])
            raise trouble
        return total

    def _expected(self, search: _Search, total: int | None, *, whole: bool) -> int | None:
        """How many the server has: its total, or where that is missing or another number, what it counts anew."""
        if not self._compare or (total is None and not whole):
            return None
        if total == len(search.came) or search.kind in self._uncounted:
            return total
        try:
            counted = pages.count(self.client, search.kind, search.params, posted=search.posted)
        except Trouble:  # the reading itself went well
            counted = None
        if counted is None:
            self._uncounted.add(search.kind)
        return total if counted is None else counted


def unheeded(asked: Params, self_link: str | None) -> set[str]:
    """Which filters a server left aside by its own word; none where its self link repeats nothing of what was asked."""
    try:
        said = {name.split(":")[0] for name, _ in parse_qsl(urlsplit(self_link or "").query, keep_blank_values=True)}
    except ValueError:
        return set()
    if not said & {"_count", *asked}:
        return set()
    return {name for name in FILTERS & {*asked} if not {name, ALSO_CALLED.get(name, name)} & said}
