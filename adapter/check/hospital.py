"""The hospital's server, asked what a run would ask, for a few patients."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from adapter import errors
from adapter.check.abilities import exports, history, paging, taking_forms, writing
from adapter.check.exporting import exporting
from adapter.check.finding import Finding, fault_of
from adapter.check.probe import probed
from adapter.errors import AdapterError
from adapter.facts.intake import Intake
from adapter.facts.sieve import DRUG_TYPES, glance, read_head
from adapter.fhir.capability import Capability, capability
from adapter.fhir.client import Client
from adapter.fhir.errors import NotFhir, Rejected, Temporary, Trouble, Untrusted
from adapter.fhir.pages import search
from adapter.pipeline import Screen
from adapter.pull.population import Population, asked_of
from adapter.settings import Settings
from adapter.sources.hospital import OF_PATIENT
from adapter.sources.search import SearchSource
from adapter.study.load import Mapped

PATIENTS = 10
CODES_SHOWN = 10
COLUMNS = ("system", "code", "text", "concept", "unit", "value")
NO_RESULTS = "Ask where the hospital keeps its laboratory results: without them almost nothing can be decided."
FEW = 5  # so many rows of others may come along by a mistake in the records
DAY = timedelta(days=1)


class Hospital:
    """The server, asked what a run would ask, for a few patients."""

    def __init__(self, place: Settings, mapped: Mapped, screen: Screen, client: Client, now: datetime) -> None:
        self.place, self.screen, self.client, self.now = place, screen, client, now
        asked, compare = asked_of(screen.study, mapped.codelists), place.source.compare_totals
        self.source = SearchSource(client, asked, compare=compare)
        self.sample = Intake(screen.context, screen.views, screen.study.registry)
        self.held = Counter[tuple[str, str]]()  # how many resources came, by type and patient
        self.probe: str | None = None  # the test patient about whom a write is tried

    def findings(self) -> Iterator[Finding]:
        """Whether it is reached, what it says of itself, whom it finds, and what it holds about ten of them."""
        said: Capability | None = None
        try:
            said = self.source.able = capability(self.client)
            yield from self._statement(said)
        except (Temporary, Untrusted, NotFhir) as trouble:
            yield fault_of("server", trouble)
            return
        except Trouble as trouble:  # a run does not read the statement
            yield Finding("server", str(trouble), "It is reached, but does not say what it can do.")
        yield from exporting(self.place, said, self.source)
        patients: set[str] = set()
        for way in self.place.population.ways:
            if way != "export" or self.place.source.kind != "export":
                yield self._way(way, patients)
        few = sorted(patients)[:PATIENTS]
        if few:
            yield from self._types(few)
            yield from self._not_mapped()
        if self.probe:
            yield from probed(self.client, self.probe, patients, said or Capability(None, None))

    def _statement(self, said: Capability) -> Iterator[Finding]:
        about = (
            f"{said.software or 'a server without a name'}, FHIR {said.fhir_version or 'of a version it keeps quiet'}"
        )
        if said.fhir_version and not said.fhir_version.startswith("4."):
            yield Finding("server", f"{about}.", "The adapter reads R4: set fhir.base_url to an R4 endpoint.", 12)
        else:
            yield Finding("server", f"reached: {about}")
        if not said.types:
            yield Finding("capabilities", "no type is listed.", "What it can do is tried below.")
            return
        lacking = ", ".join(kind for kind in OF_PATIENT if "search-type" not in said.of(kind).interactions)
        says = f"no search is listed for {lacking}." if lacking else f"search is listed for all {len(OF_PATIENT)} types"
        yield Finding("capabilities", says, "It is tried below." if lacking else "")
        if self.place.source.kind != "export":
            yield exports(said)
            told = self.source.history
            yield history(told, told.announced(OF_PATIENT), self.now - DAY, self.place.source.reconcile_days)
        yield writing(said, enabled=self.place.outputs.research_subject.enabled)
        if self.place.outputs.forms.enabled:
            yield taking_forms(said)

    def _way(self, way: str, patients: set[str]) -> Finding:
        """Ask for the population by one way; what is probed is kept nowhere."""
        only = self.place.population.model_copy(update={"ways": (way,)})
        about = f"population by {way}"
        try:
            found = Population(self.source, only, self.screen.study, self.screen.context.codes).listed()
        except AdapterError as fault:
            return fault_of(about, fault)
        patients |= found
        if left := self.source.listing.unheeded:
            says = f"{len(found)} patients; the server does not heed {', '.join(sorted(left))}."
            return Finding(
                about, says, counts={"patients": len(found), "others": self.source.strangers},
                instead="Whom nobody asked for is left aside here.", ask=f"Heed {', '.join(sorted(left))} in searches.",
            )  # fmt: skip
        to_do = "" if found else "Map the hospital's own codes, or take another of population.ways."
        return Finding(about, f"{len(found)} patients{'' if found else '.'}", to_do, counts={"patients": len(found)})

    def _types(self, few: Sequence[str]) -> Iterator[Finding]:
        counts = Counter[str]()
        for kind in OF_PATIENT:
            yield self._type(kind, few, counts)
        for (kind, patient), there in self.held.most_common(1):
            yield paging(self.client, kind, self._listed(kind, [patient]), there)
        drugs = {kind: counts[kind] for kind in sorted(DRUG_TYPES)}
        says = ", ".join(f"{count} {kind}" for kind, count in drugs.items())
        to_do = (
            "" if any(drugs.values()) else "Ask where the hospital keeps its prescriptions: without them much is open."
        )
        yield Finding("drugs", says + ("." if to_do else ""), to_do, counts=drugs)
        if not counts["Observation"]:
            yield Finding("results", "no Observation came.", NO_RESULTS)
        own = self.place.study.research_study
        medications = self.source.by_ids("Medication", self.sample.referred, self.sample.take)
        studies = self.source.studies(self.screen.study.registry, own, self.sample.take)
        for kind, trouble in (("Medication", medications.trouble), ("ResearchStudy", studies.trouble)):
            if trouble:
                yield fault_of(kind, trouble, errors.PARTIAL)

    def _type(self, kind: str, few: Sequence[str], counts: Counter[str]) -> Finding:
        """Ask what a run asks: all of one type, then only what is new."""

        others, undated = 0, 0

        def take(raw: bytes) -> None:
            nonlocal others, undated
            head = read_head(raw) or glance(raw)
            others += head.patient_key() not in few
            undated += not (head.meta and head.meta.lastUpdated)
            counts[kind] += 1
            self.held[kind, head.patient_key() or ""] += 1
            self.sample.take(raw)

        read = self.source.of_patients(kind, few, None, take)
        if read.trouble:
            return fault_of(kind, read.trouble, errors.PARTIAL)
        newer: list[bytes] = []
        later = self.source.of_patients(kind, few, self.now + DAY, newer.append)
        says = f"{_counted(counts[kind], read.expected, len(few))}; {self._together(kind, few)}"
        number = {"resources": counts[kind], "of others": others, "without lastUpdated": undated}
        if others > FEW or read.unheeded:
            return Finding(
                kind, f"{says}; {others} are about others.", "Ask IT why they come.", counts=number,
                instead="What was not asked for is left aside here.", ask=f"Heed patient in searches of {kind}.",
            )  # fmt: skip
        refused = isinstance(later.trouble, Rejected)
        if later.trouble and not refused:
            to_do = "Without it no run after the first is whole: use `run --full`."
            return Finding(kind, f"{says}; _lastUpdated fails. {later.trouble}", to_do, errors.PARTIAL, number)
        ignored = newer or "_lastUpdated" in later.unheeded
        heeded = "refused." if refused else "not heeded." if ignored else "heeded" if counts[kind] else "accepted"
        heeded += f" {undated} resources carry no meta.lastUpdated." if undated else ""
        to_do = "Every run reads this type whole." if refused or ignored or undated else ""
        wish = (
            "Give every resource a meta.lastUpdated." if undated else "Heed _lastUpdated in searches." if to_do else ""
        )
        return Finding(kind, f"{says}; _lastUpdated is {heeded}", to_do, counts=number, ask=wish)

    def _together(self, kind: str, few: Sequence[str]) -> str:
        """Say whether the server takes a list of patients; the source asks one by one where it does not."""
        try:
            next(search(self.client, kind, self._listed(kind, few), count=1))
        except Rejected:
            return "patients one by one"
        except Trouble:
            return "several patients at once not tried"
        return "several patients at once"

    def _listed(self, kind: str, few: Sequence[str]) -> dict[str, str]:
        parameter = OF_PATIENT[kind]
        return {parameter: ",".join(key.removeprefix("Patient/") if parameter == "_id" else key for key in few)}

    def _not_mapped(self) -> Iterator[Finding]:
        """Count the codes and units that mean nothing yet."""
        unmapped = self.sample.cohort().tally.unmapped
        codes = _mapping("codes", unmapped.by_type(), "Map those that matter in codes.csv of the hospital.")
        yield replace(codes, paste=_rows(unmapped.as_dict()))
        counts = {f"{concept} [{unit}]": times for (concept, unit), times in sorted(unmapped.units.items())}
        yield _mapping("units", counts, "Name what they mean in the unit column of the hospital's codes.csv.")


def _counted(came: int, expected: int | None, patients: int) -> str:
    """Say how many came, and what the server counts where it counts otherwise."""
    many = f"{came or 'no'} resource{'' if came == 1 else 's'} in {patients} patients"
    if expected is None:
        return f"{many}, which the server does not count"
    return f"{many}, as the server counts" if expected == came else f"{many}, {expected} by the server's own count"


def _rows(unmapped: Mapping[str, Any]) -> tuple[str, ...]:
    """Lines of codes.csv without their concept: the most frequent first, and texts never, which may hold a name."""
    codes, displays = unmapped["unmapped_codes"], unmapped["unmapped_displays"]
    if not codes:
        return ()
    written = StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    for name in codes:
        system, _, code = name.rpartition("|")
        rows.writerow([system, code, displays.get(name, ""), "", "", ""])
    return tuple(written.getvalue().splitlines())


def _mapping(what: str, counts: Mapping[str, int], mend: str) -> Finding:
    most = sorted(counts, key=lambda name: (-counts[name], name))
    if not most:
        return Finding(what, "all are mapped")
    shown = ", ".join(f"{name} {counts[name]}" for name in most[:CODES_SHOWN])
    more = f" and {len(most) - CODES_SHOWN} more (--json lists all)" if len(most) > CODES_SHOWN else ""
    return Finding(what, f"{len(most)} not mapped yet: {shown}{more}.", mend, counts=dict(counts))
