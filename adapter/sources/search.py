"""A hospital's server as a way in: who is in the population, and what is new about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice

from adapter.errors import SettingsError, SourceError
from adapter.facts.read.references import base_of
from adapter.facts.sieve import glance, patient_key, read_head
from adapter.fhir.capability import Capability, capability
from adapter.fhir.client import Client, Params
from adapter.fhir.errors import LinkRefused, NotFound, Rejected, Trouble, place
from adapter.fhir.write import read
from adapter.sources.history import History
from adapter.sources.hospital import OF_PATIENT, Asked
from adapter.sources.named import codes_in, links_in, numbers_in
from adapter.sources.reading import Extent, Read, Searches, named_elsewhere

PATIENTS_A_REQUEST = 40
CODES_A_REQUEST = 400
IDS_A_REQUEST = 100
OVERLAP = timedelta(minutes=10)  # commits may become visible later than they say
NEVER_IN_ADDRESSES = "hospital numbers are sent in no other way, for addresses are logged"
ALLOW_POST = (
    "Ask IT to allow POST to Patient/_search, or write FHIR ids as Patient/… in the files of [population]: "
    "patients_file, opted_out_file."
)
FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


class SearchSource:
    """Asks one server by searches; every way to the population is a method of its own."""

    name = "search"
    extent = Extent.ASKED

    def __init__(self, client: Client, asked: Asked, *, compare: bool = True) -> None:
        self.client, self.asked = client, asked
        self.listing = Read()  # how the population was listed
        self.strangers = 0  # who came for it and was not asked for
        self.notes: list[str] = []
        self._searches = Searches(client, compare=compare)
        self.history = History(client, lambda: self.able, _instant)

    @property
    def answered(self) -> bool:
        """Whether a page about the population has come."""
        return self.listing.pages > 0

    @property
    def followed(self) -> Set[str]:
        """The types of which the server's history tells what was deleted."""
        return self.history.followed

    def begin(self, marks: Mapping[str, datetime | None], now: datetime, *, due: bool) -> None:
        """Nothing is to be made ready for a search."""

    def end(self) -> None:
        """Nothing is left behind by a search."""

    def mark(self, reads: Iterable[Read], now: datetime) -> datetime | None:
        """When the first answer began, and never beyond either clock."""
        return min((now, *(read.began for read in reads if read.began)))

    def by_conditions(self) -> set[str]:
        """Patients with a Condition of the study's or the hospital's codes, listed in full.

        The codes are looked at here again: a server that does not heed `code` would name everybody.
        """
        if not self.asked.population:
            raise SourceError("[population] ways: the study lists no code to find patients by. Use scan or patients.")
        wanted = {token.rpartition("|")[2].casefold() for token in self.asked.population}
        found: set[str] = set()
        uncoded: set[str] = set()  # with a Condition that shows no code: believed where the server heeds what is asked
        for codes in _chunks(self.asked.population, CODES_A_REQUEST):
            params = {"code": ",".join(codes), "_elements": "subject,code"}
            for raw in self._searches.rows("Condition", params, self.listing):
                named, patient = codes_in(raw), (read_head(raw) or glance(raw)).patient_key()
                if named and not named & wanted:
                    self._stranger("code")
                elif patient and base_of(patient) is None:
                    (found if named else uncoded).add(patient)
        self._at_home("Condition", self.listing)
        return found if "code" in self.listing.unheeded else found | uncoded

    def by_scan(self, wanted: Callable[[bytes], bool]) -> set[str]:
        """Patients with a Condition that is matched here, code by code; nothing is kept of the others."""
        rows = self._searches.rows("Condition", {"_elements": "subject,code"}, self.listing)
        heads = (read_head(raw) for raw in rows if wanted(raw))
        found = {patient for head in heads if head and (patient := head.patient_key()) and base_of(patient) is None}
        self._at_home("Condition", self.listing)
        return found

    def by_group(self, reference: str) -> set[str]:
        """The members of a Group or of a List that the hospital keeps."""
        found = read(self.client, reference)
        if found is None:
            raise SourceError(f"[population] group: the server has no {reference}. Name a Group or List that it has.")
        resource = found.resource
        entries = [*(resource.get("member") or ()), *(resource.get("entry") or ())]
        named = (entry.get("entity") or entry.get("item") or {} for entry in entries if isinstance(entry, dict))
        said = (self._searches.bases.meant(str(one.get("reference", ""))) for one in named if isinstance(one, dict))
        keys = {patient_key(reference) for reference in said}
        return {key for key in keys if key and base_of(key) is None}

    def by_export(self, wanted: object, known: object) -> set[str]:  # noqa: ARG002 - the face of every source
        """Searches hold no export."""
        raise SettingsError('[population] ways: "export" needs [source] kind = "export". Set it, or take another way.')

    def by_names(self, names: Iterable[str]) -> set[str]:
        """The clinic's own roster: ids of Patients, or hospital numbers, which are sent in no address.

        A bare name may be either, so it is asked for by POST alone; `Patient/x` is an id and nothing else.
        """
        said = set(names)
        ids = {name for name in said if name.startswith("Patient/")}
        bare = sorted(said - ids)
        found = {*self.present(ids)}
        for parameter, wanted in (("_id", filter(FHIR_ID.fullmatch, bare)), ("identifier", bare)):
            for few in _chunks(wanted, IDS_A_REQUEST):
                found |= self._by_number(parameter, few)
        return found

    def present(self, patients: Iterable[str]) -> dict[str, set[str]]:
        """Those of these patients whose Patient is there, each with the records that it calls the same person."""
        found: dict[str, set[str]] = {}
        for few in _chunks(sorted(patients), IDS_A_REQUEST):
            for raw in self._about("Patient", few, {"_elements": "id,link"}, self.listing):
                key = _patient_in(raw)
                if key in few:
                    found[key] = links_in(raw)
                else:
                    self._stranger("_id")
        return found

    def naming(self, patients: Iterable[str]) -> dict[str, set[str]]:
        """The records that call one of these patients the same person; nobody where the server finds none by link."""
        found: dict[str, set[str]] = {}
        wanted = sorted(patients) if "link" in self.able.of("Patient").search_params else []
        for few in _chunks(wanted, IDS_A_REQUEST):
            for raw in self._searches.rows("Patient", {"link": ",".join(few), "_elements": "id,link"}, self.listing):
                key, said = _patient_in(raw), links_in(raw)
                if key and said & {*few}:
                    found[key] = said
        return found

    @cached_property
    def able(self) -> Capability:
        """What the server says it can do; nothing where it says nothing."""
        try:
            return capability(self.client)
        except Trouble:
            return Capability(None, None)

    def _by_number(self, parameter: str, names: Sequence[str]) -> set[str]:
        """Ask for hospital numbers in a form; fewer at once where the next page's address would repeat them."""
        said = ",".join(re.sub(r"([\\,$])", r"\\\1", name) for name in names)
        asked = {parameter: said, "_elements": "id" if parameter == "_id" else "id,identifier"}
        try:
            return self._named(parameter, asked, {*names})
        except LinkRefused:
            if len(names) == 1:
                raise
            middle = len(names) // 2
            return self._by_number(parameter, names[:middle]) | self._by_number(parameter, names[middle:])
        except (Rejected, NotFound) as refused:
            what, status = (
                f"the server takes no search by POST ({refused.status}): {NEVER_IN_ADDRESSES}",
                refused.status,
            )
            raise Rejected(refused.where, what, ALLOW_POST, status=status) from None
        except Trouble as trouble:
            trouble.issues = ()  # the server may repeat what was asked for
            raise

    def _named(self, parameter: str, asked: Params, names: set[str]) -> set[str]:
        """The Patients that carry one of the names; a server that does not heed the parameter would name everybody."""
        found: set[str] = set()
        unsaid: set[str] = set()  # without any number: believed where the server heeds what is asked
        wanted = {name if parameter == "_id" else name.casefold() for name in names}
        for raw in self._searches.rows("Patient", asked, self.listing, posted=True):
            head = read_head(raw)
            key = head.patient_key() if head and head.resourceType == "Patient" else None
            carried = {(key or "").removeprefix("Patient/")} if parameter == "_id" else numbers_in(raw)
            if key is None or (carried and not carried & wanted):
                self._stranger(parameter)
            else:
                (found if carried else unsaid).add(key)
        believed = parameter not in self.listing.unheeded and len(unsaid) <= len(names)
        return found | unsaid if believed else found

    def _stranger(self, parameter: str) -> None:
        self.strangers += 1
        self.listing.unheeded.add(parameter)

    def of_patients(
        self,
        kind: str,
        patients: Sequence[str],
        since: datetime | None,
        take: Callable[[bytes], None],
        *,
        only_ids: bool = False,
    ) -> Read:
        """Give every resource of a type about these patients to `take`; what is older than `since` stays there."""
        changed = {"_lastUpdated": f"ge{_instant(since - OVERLAP)}"} if since else {}
        changed |= {"_elements": "id"} if only_ids else {}
        reading = Read()
        try:
            for few in _chunks(sorted(patients), PATIENTS_A_REQUEST):
                for raw in self._about(kind, few, changed, reading):
                    take(raw)
            self._at_home(kind, reading)
        except Trouble as trouble:
            reading.trouble = trouble
        return reading

    def once_more(self, kind: str, lost: Mapping[str, str], take: Callable[[bytes], None]) -> Read:
        """Ask again about the patients of what did not come: a page may have shifted while it was read."""
        return self.of_patients(kind, sorted({*lost.values()}), None, take)

    def _at_home(self, kind: str, reading: Read) -> None:
        """Raise where all that came names its patients at another address: ids are told apart by the server's own."""
        if trouble := named_elsewhere(reading, place(self.client.address(kind))):
            raise trouble

    def deleted(self, kind: str, since: datetime, held: Collection[str]) -> set[str]:
        """Those of these keys that the server's history says were deleted, and that it has no more."""
        told = self.history.deleted(kind, since - OVERLAP) & {*held}
        again = list[bytes]()
        read = self.by_ids(kind, told, again.append)
        heads = (read_head(raw) or glance(raw) for raw in again)
        return told - {f"{head.resourceType}/{head.id}" for head in heads} if read.trouble is None else set()

    def by_ids(self, kind: str, keys: Iterable[str], take: Callable[[bytes], None]) -> Read:
        """Give resources that others refer to, such as Medications, to `take`."""
        reading = Read()
        try:
            for few in _chunks(sorted(key.rpartition("/")[2] for key in keys), IDS_A_REQUEST):
                for raw in self._searches.rows(kind, {"_id": ",".join(few)}, reading):
                    take(raw)
        except Trouble as trouble:
            reading.trouble = trouble
        return reading

    def studies(self, registry: str, own: str | None, take: Callable[[bytes], None]) -> Read:
        """Give the ResearchStudies that are this study to `take`: the hospital's own, and those with its number."""
        asked = [{"identifier": registry}] if registry else []
        asked += [{"_id": own.removeprefix("ResearchStudy/")}] if own else []
        reading = Read()
        try:
            for params in asked:
                for raw in self._searches.rows("ResearchStudy", params, reading):
                    take(raw)
        except Trouble as trouble:
            reading.trouble = trouble
        return reading

    def _about(self, kind: str, patients: Sequence[str], more: Mapping[str, str], reading: Read) -> Iterator[bytes]:
        """What there is of several patients at once, or of one after another where the server allows no list."""
        try:
            yield from self._asking(kind, patients, more, reading)
        except Rejected:
            if len(patients) == 1:
                raise
            for patient in patients:
                yield from self._asking(kind, [patient], more, reading)

    def _asking(self, kind: str, patients: Sequence[str], more: Mapping[str, str], reading: Read) -> Iterator[bytes]:
        parameter = OF_PATIENT[kind]
        bare = parameter == "_id"
        about = ",".join(key.removeprefix("Patient/") if bare else key for key in patients)
        params = {parameter: about, **more}
        lists = list(_chunks(self.asked.observations, CODES_A_REQUEST)) if kind == "Observation" else []
        for codes in lists or [[]]:
            full = params | ({"code": ",".join(codes)} if codes else {})
            yield from self._searches.rows(kind, full, reading, whole="_lastUpdated" not in more)


def _patient_in(raw: bytes) -> str | None:
    head = read_head(raw)
    return head.patient_key() if head and head.resourceType == "Patient" else None


def _chunks(names: Iterable[str], size: int) -> Iterator[list[str]]:
    left = iter(names)
    while few := list(islice(left, size)):
        yield few


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
