"""An export as a hospital's server: it says what it says once, about everybody whom it holds.

A first export, and one every few days, holds everything; the others what changed since the time that the server named
for the one before. Who is new to the population is then read by searches: an export of what changed is asked for only
where the server lists them, and where a Group's members can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapter.errors import SourceError
from adapter.facts.read.references import Bases
from adapter.fhir.capability import Capability, capability
from adapter.fhir.errors import EndedEarly, Permanent, Temporary, Trouble, place
from adapter.fhir.export import Order
from adapter.sources.export.errand import Errand
from adapter.sources.export.reading import ALL, Pages, identified
from adapter.sources.hospital import OF_PATIENT, Asked, Hospital, Marks, Take
from adapter.sources.named import links_in
from adapter.sources.reading import Extent, Read

SHARED = ("Medication", "ResearchStudy")  # in an export of the whole system alone
PATHS = {"system": "$export", "patient": "Patient/$export", "group": "{group}/$export"}
LEADING = timedelta(minutes=10)  # a server's clock may be so far ahead of its own Date
BACK = "the server's time of this export is before that of the one before; nothing is decided by it"
NO_TIME = "the export's transactionTime cannot be used ({why}); the next export begins where this one did"
NO_SEARCH = "each export is full: the server lists no search by which who is new could be read"
NO_MEMBERS = "each export is full: the server does not give the members of {group}"
RECREATED = "{count} resources of type {kind} were exported and also named as deleted: they were kept"
UNPROVED = "{count} of {all} files of the export cannot be held to a count, a size or an end; ask IT about it"
ASK = "Ask IT about the FHIR server and its clock."


def path_of(level: str, group: str | None) -> str:
    """The address below the base at which an export of this level is asked for."""
    return PATHS[level].format(group=group)


def order_of(level: str, group: str | None, said: Capability | None) -> Order:
    """What a first run would ask for: the types that the server lists of those that a study may ask about."""
    wanted = (*OF_PATIENT, *(SHARED if level == "system" else ()))
    listed = said.types if said else {}
    types = tuple(kind for kind in wanted if not listed or kind in listed)
    definition = said.definition("export" if level == "system" else f"{level}-export") if said else ""
    return Order(path_of(level, group), types, posted=_is_posted(definition))


def reads_newcomers(order: Order, said: Capability | None) -> bool:
    """Whether the server lists searches for all that an export holds: who is new is read by them."""
    kinds = [kind for kind in order.types if kind in OF_PATIENT]
    return said is not None and all("search-type" in said.of(kind).interactions for kind in kinds)


@dataclass
class ExportSource:
    """Reads one server by exports; the rest by searches, where it has them."""

    name = "export"

    errand: Errand
    searches: Hospital
    level: str
    group: str | None

    def __post_init__(self) -> None:
        self.notes: list[str] = []
        self.extent = Extent.WHOLE
        self._pages: Pages | None = None
        self._can_search = False
        self._moment: datetime | None = None
        self._troubles: dict[str, Trouble] = {}
        self._deleted: frozenset[str] = frozenset()

    @property
    def asked(self) -> Asked:
        """What a study asks of a server."""
        return self.searches.asked

    @property
    def listing(self) -> Read:
        """How the population was listed."""
        return self.searches.listing

    @property
    def strangers(self) -> int:
        """Who came for it and was not asked for."""
        return self.searches.strangers

    @property
    def answered(self) -> bool:
        """Whether something has come."""
        return self._pages is not None

    @property
    def pages(self) -> Pages:
        """The files, once they are here."""
        if self._pages is None:
            raise RuntimeError("an export is read before it has begun")
        return self._pages

    def begin(self, marks: Marks, now: datetime, *, due: bool) -> None:
        """Bring an export here, going on with the one under way; raise StillRunning where it takes longer."""
        said = self._statement()
        order = order_of(self.level, self.group, said)
        self._can_search = reads_newcomers(order, said)
        since = None if due else self._since(order, marks)
        brought = self.errand.bring(Order(order.path, order.types, since, order.posted), now)
        self._pages = Pages(brought, self.errand.spool, Bases(self.errand.client.names))
        self.extent = Extent.WHOLE if brought.job.since is None else Extent.CHANGES
        self._troubles = self._pages.troubles()
        self._moment = self._time(marks, now)
        try:
            self._deleted = frozenset(self._pages.deleted())
        except Temporary as trouble:
            self._troubles.setdefault(ALL, trouble)
        if self._pages.unproved:
            self.notes.append(UNPROVED.format(count=self._pages.unproved, all=len(brought.files)))

    def end(self) -> None:
        """Take the export away, but where a file may still be had: then the next run goes on with it."""
        if not any(isinstance(one, Temporary) for one in self.pages.brought.troubles.values()):
            self.errand.done()

    def mark(self, reads: Iterable[Read], now: datetime) -> datetime | None:  # noqa: ARG002 - every source's face
        """The server's own word for up to when the export holds everything, or when a search began before that."""
        if self._moment is None:
            return None
        return min((self._moment, *(read.began for read in reads if read.began)))

    def by_conditions(self) -> set[str]:
        """Asked by searches."""
        return self.searches.by_conditions()

    def by_scan(self, wanted: Callable[[bytes], bool]) -> set[str]:
        """Asked by searches."""
        return self.searches.by_scan(wanted)

    def by_group(self, reference: str) -> set[str]:
        """Asked by reading it."""
        return self.searches.by_group(reference)

    def by_names(self, names: Iterable[str]) -> set[str]:
        """Asked by searches."""
        return self.searches.by_names(names)

    def by_export(self, wanted: Callable[[bytes], bool], known: Iterable[str]) -> set[str]:
        """Of a Group everybody, else who has a Condition of the study; with what changed alone, also who was known."""
        if self.level == "group" and self.extent is Extent.CHANGES:
            return self.searches.by_group(str(self.group))
        kind = "Patient" if self.level == "group" else "Condition"
        self._whole(kind)
        rows = self.pages.of_type(kind)
        heads = (head for raw, head in rows if kind == "Patient" or wanted(raw))
        found = {patient for head in heads if (patient := head.patient_key())}
        return found | set(known) if self.extent is Extent.CHANGES else found

    def present(self, patients: Iterable[str]) -> dict[str, set[str]]:
        """Those of these patients whom the export holds, or of whom it does not say that they are gone.

        Each has the records that it calls the same person; none where it stayed as it was.
        """
        asked = set(patients)
        self._whole("Patient")
        here = {key: links for key, links in self._linked() if key in asked}
        if self.extent is Extent.CHANGES:
            return {**{key: set[str]() for key in asked - self._deleted}, **here}
        lost = asked - here.keys()
        if lost and self.level != "group" and self._can_search and (there := self.searches.present(lost)):
            what = f"the export lacks {len(there)} patients whom the server has"
            raise EndedEarly(place(self.pages.brought.manifest.url), what, ASK)
        return here

    def naming(self, patients: Iterable[str]) -> dict[str, set[str]]:
        """The records of the export that call one of these patients the same person."""
        asked = set(patients)
        return {key: links for key, links in self._linked() if links & asked}

    def _linked(self) -> Iterator[tuple[str, set[str]]]:
        for raw, head in self.pages.of_type("Patient"):
            if key := head.patient_key():
                yield key, links_in(raw)

    def of_patients(
        self, kind: str, patients: Sequence[str], since: datetime | None, take: Take, *, only_ids: bool = False
    ) -> Read:
        """Give what the export says about these patients; a type or a patient that it does not hold is searched for."""
        newcomers = self.extent is Extent.CHANGES and since is None
        if newcomers or kind not in self.pages.brought.job.types:
            return self.searches.of_patients(kind, patients, since, take, only_ids=only_ids)
        read = Read(began=self._moment, trouble=self._trouble(kind))
        read.deleted = {key for key in self._deleted if key.startswith(f"{kind}/")}
        self.pages.count(kind, read)
        self.pages.about(kind, frozenset(patients), read, take)
        if read.recreated:
            self.notes.append(RECREATED.format(count=read.recreated, kind=kind))
        return read

    def once_more(self, kind: str, lost: Mapping[str, str], take: Take) -> Read:
        """What an export no longer holds is searched for: it is gone where that does not find it either."""
        return self.searches.once_more(kind, lost, take) if self._can_search else Read()

    @property
    def followed(self) -> Set[str]:
        """No type: an export names what was deleted as part of what changed."""
        return frozenset()

    def deleted(self, kind: str, since: datetime, held: Collection[str]) -> set[str]:  # noqa: ARG002 - the face of every source
        """Nothing besides: what a reading of an export deletes, it names itself."""
        return set()

    def by_ids(self, kind: str, keys: Iterable[str], take: Take) -> Read:
        """Give what the export holds of what others refer to, and search for the rest."""
        left, held = set(keys), kind in self.pages.brought.job.types
        for raw, head in self.pages.of_type(kind) if held else ():
            if (key := f"{kind}/{head.id}") in left:
                take(raw)
                left.discard(key)
        read = self.searches.by_ids(kind, left, take) if self._can_search or not held else Read()
        read.trouble = read.trouble or (self._trouble(kind) if held else None)
        return read

    def studies(self, registry: str, own: str | None, take: Take) -> Read:
        """Give the ResearchStudies that are this study."""
        if self._can_search or "ResearchStudy" not in self.pages.brought.job.types:
            return self.searches.studies(registry, own, take)
        for raw, _ in self.pages.of_type("ResearchStudy"):
            if identified(raw, registry, own):
                take(raw)
        return Read(trouble=self._trouble("ResearchStudy"))

    def _statement(self) -> Capability | None:
        try:
            return capability(self.errand.client)
        except Permanent:
            return None  # an export may be had all the same: everything, of all types

    def _since(self, order: Order, marks: Marks) -> str | None:
        """Since when what changed is enough; None where everything is to be asked for."""
        known = [marks.get(kind) for kind in order.types if kind in OF_PATIENT]
        moments = [mark for mark in known if mark]
        if not moments or len(moments) < len(known):
            return None
        if not self._can_search:
            self.notes.append(NO_SEARCH)
            return None
        if self.level == "group" and not self._members():
            self.notes.append(NO_MEMBERS.format(group=self.group))
            return None
        return _instant(min(moments))

    def _members(self) -> set[str]:
        try:
            return self.searches.by_group(str(self.group))
        except SourceError:
            return set()

    def _time(self, marks: Marks, now: datetime) -> datetime | None:
        """The manifest's transactionTime; None where it cannot be the beginning of the next export."""
        manifest, said = self.pages.brought.manifest, self.pages.brought.manifest.time
        moment, why = _moment(said), ""
        if moment is None:
            why = "it is missing" if said is None else "it is no instant"
        elif moment > (manifest.server_date or now) + LEADING:
            why = "it is in the future"
        if moment is None or why:
            self.notes.append(NO_TIME.format(why=why))
            return None
        before = [mark for mark in marks.values() if mark]
        if before and moment < max(before):
            self._troubles.setdefault(ALL, EndedEarly(place(manifest.url), BACK, ASK))
            return None
        return moment

    def _trouble(self, kind: str) -> Trouble | None:
        return self._troubles.get(kind) or self._troubles.get(ALL)

    def _whole(self, kind: str) -> None:
        if trouble := self._trouble(kind):
            raise trouble


def _is_posted(definition: str) -> bool:
    """Whether the server follows the guide's version 4 or a later one, which takes an order by POST alone."""
    version = definition.partition("|")[2].partition(".")[0]
    return version.isdecimal() and int(version) >= 4


def _moment(said: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
