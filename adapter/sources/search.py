"""A hospital's server as a way in: who is in the population, and what is new about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from adapter.errors import SourceError
from adapter.facts.sieve import patient_key, read_head
from adapter.fhir.client import Client
from adapter.fhir.errors import LinkRefused, NotFound, PageExpired, Rejected, Trouble
from adapter.fhir.pages import Page, search
from adapter.fhir.write import read

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

# The search parameter that names the patient, by type.
OF_PATIENT = {
    "AllergyIntolerance": "patient",
    "Condition": "patient",
    "MedicationAdministration": "patient",
    "MedicationDispense": "patient",
    "MedicationRequest": "patient",
    "MedicationStatement": "patient",
    "Observation": "patient",
    "Patient": "_id",
    "Procedure": "patient",
    "QuestionnaireResponse": "patient",
    "ResearchSubject": "individual",
}


@dataclass(frozen=True)
class Asked:
    """What a study asks of a server: codes as search tokens, `system|code`."""

    population: tuple[str, ...]
    observations: tuple[str, ...]  # empty: all Observations of the patients


@dataclass(frozen=True)
class Read:
    """How far one type was read: when the server began to answer, and why it did not come to an end."""

    began: datetime | None = None
    trouble: Trouble | None = None


class SearchSource:
    """Asks one server by searches; every way to the population is a method of its own."""

    def __init__(self, client: Client, asked: Asked) -> None:
        self.client, self.asked = client, asked
        self.answered = False  # whether a page about the population has come

    def by_conditions(self) -> set[str]:
        """Patients with a Condition of the study's or the hospital's codes, listed in full."""
        if not self.asked.population:
            raise SourceError("[population] ways: the study lists no code to find patients by. Use scan or patients.")
        found: set[str] = set()
        for codes in _chunks(self.asked.population, CODES_A_REQUEST):
            params = {"code": ",".join(codes), "_elements": "subject,code"}
            found |= self._subjects(self._search("Condition", params))
        return found

    def by_scan(self, wanted: Callable[[bytes], bool]) -> set[str]:
        """Patients with a Condition that is matched here, code by code; nothing is kept of the others."""
        found: set[str] = set()
        for page in self._seen(self._search("Condition", {"_elements": "subject,code"})):
            for raw in page.entries:
                if wanted(raw) and (head := read_head(raw)) and (patient := head.patient_key()):
                    found.add(patient)
        return found

    def by_group(self, reference: str) -> set[str]:
        """The members of a Group or of a List that the hospital keeps."""
        found = read(self.client, reference)
        if found is None:
            raise SourceError(f"[population] group: the server has no {reference}. Name a Group or List that it has.")
        resource = found[0]
        entries = [*(resource.get("member") or ()), *(resource.get("entry") or ())]
        named = (entry.get("entity") or entry.get("item") or {} for entry in entries if isinstance(entry, dict))
        keys = (patient_key(str(one.get("reference", ""))) for one in named if isinstance(one, dict))
        return {key for key in keys if key}

    def by_names(self, names: Iterable[str]) -> set[str]:
        """The clinic's own roster: ids of Patients, or hospital numbers, which are sent in no address.

        A bare name may be either, so it is asked for by POST alone; `Patient/x` is an id and nothing else.
        """
        said = set(names)
        ids = {name for name in said if name.startswith("Patient/")}
        bare = sorted(said - ids)
        found = self.present(ids)
        for parameter, wanted in (("_id", filter(FHIR_ID.fullmatch, bare)), ("identifier", bare)):
            for few in _chunks(wanted, IDS_A_REQUEST):
                found |= self._by_number(parameter, few)
        return found

    def present(self, patients: Iterable[str]) -> set[str]:
        """Those of these patients whose Patient the server still has."""
        found: set[str] = set()
        for few in _chunks(sorted(patients), IDS_A_REQUEST):
            found |= _ids(self._seen(self._pages("Patient", few, {"_elements": "id"}))) & {*few}
        return found

    def _by_number(self, parameter: str, names: Sequence[str]) -> set[str]:
        """Ask for hospital numbers in a form; fewer at once where the next page's address would repeat them."""
        asked = {parameter: ",".join(re.sub(r"([\\,$])", r"\\\1", name) for name in names), "_elements": "id"}
        try:
            return _ids(self._seen(self._search("Patient", asked, posted=True)))
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

    def of_patients(
        self, kind: str, patients: Sequence[str], since: datetime | None, take: Callable[[bytes], None]
    ) -> Read:
        """Give every resource of a type about these patients to `take`; what is older than `since` stays there."""
        began: datetime | None = None
        changed = {"_lastUpdated": f"ge{_instant(since - OVERLAP)}"} if since else {}
        try:
            for few in _chunks(sorted(patients), PATIENTS_A_REQUEST):
                for page in self._pages(kind, few, changed):
                    began = began or page.server_date
                    for raw in page.entries:
                        take(raw)
        except Trouble as trouble:
            return Read(began, trouble)
        return Read(began)

    def by_ids(self, kind: str, keys: Iterable[str], take: Callable[[bytes], None]) -> Read:
        """Give resources that others refer to, such as Medications, to `take`."""
        try:
            for few in _chunks(sorted(key.rpartition("/")[2] for key in keys), IDS_A_REQUEST):
                for page in self._search(kind, {"_id": ",".join(few)}):
                    for raw in page.entries:
                        take(raw)
        except Trouble as trouble:
            return Read(trouble=trouble)
        return Read()

    def studies(self, registry: str, own: str | None, take: Callable[[bytes], None]) -> Read:
        """Give the ResearchStudies that are this study to `take`: the hospital's own, and those with its number."""
        asked = [{"identifier": registry}] if registry else []
        asked += [{"_id": own.removeprefix("ResearchStudy/")}] if own else []
        try:
            for params in asked:
                for page in self._search("ResearchStudy", params):
                    for raw in page.entries:
                        take(raw)
        except Trouble as trouble:
            return Read(trouble=trouble)
        return Read()

    def _pages(self, kind: str, patients: Sequence[str], more: Mapping[str, str]) -> Iterator[Page]:
        """The pages for several patients at once, or for one after another where the server allows no list."""
        try:
            yield from self._asking(kind, patients, more)
        except Rejected:
            if len(patients) == 1:
                raise
            for patient in patients:
                yield from self._asking(kind, [patient], more)

    def _asking(self, kind: str, patients: Sequence[str], more: Mapping[str, str]) -> Iterator[Page]:
        parameter = OF_PATIENT[kind]
        bare = parameter == "_id"
        about = ",".join(key.removeprefix("Patient/") if bare else key for key in patients)
        params = {parameter: about, **more}
        lists = list(_chunks(self.asked.observations, CODES_A_REQUEST)) if kind == "Observation" else []
        for codes in lists or [[]]:
            yield from self._search(kind, params | ({"code": ",".join(codes)} if codes else {}))

    def _search(self, kind: str, params: Mapping[str, str], *, posted: bool = False) -> Iterator[Page]:
        """The pages of one search; where a page has expired it is begun anew once, and nothing is given twice."""
        given: set[int] = set()
        try:
            for page in search(self.client, kind, params, posted=posted):
                given.update(map(hash, page.entries))
                yield page
        except PageExpired:
            for page in search(self.client, kind, params, posted=posted):
                yield replace(page, entries=[raw for raw in page.entries if hash(raw) not in given])

    def _seen(self, pages: Iterable[Page]) -> Iterator[Page]:
        for page in pages:
            self.answered = True
            yield page

    def _subjects(self, pages: Iterable[Page]) -> set[str]:
        heads = (read_head(raw) for page in self._seen(pages) for raw in page.entries)
        return {key for head in heads if head and (key := head.patient_key())}


def _ids(pages: Iterable[Page]) -> set[str]:
    """The keys of the Patients on these pages; whatever else a server adds is nobody."""
    heads = (read_head(raw) for page in pages for raw in page.entries)
    return {key for head in heads if head and head.resourceType == "Patient" and (key := head.patient_key())}


def _chunks(names: Iterable[str], size: int) -> Iterator[list[str]]:
    left = iter(names)
    while few := list(islice(left, size)):
        yield few


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
