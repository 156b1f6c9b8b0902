"""What the server can do besides answering a search: turn pages, tell of deletions, export, take what is written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import islice

from adapter import errors
from adapter.check.finding import Finding, fault_of
from adapter.fhir.capability import Capability
from adapter.fhir.client import Client, Params
from adapter.fhir.errors import Trouble
from adapter.fhir.pages import search
from adapter.sources.history import History
from adapter.sources.hospital import OF_PATIENT

LEVELS = ("system", "patient", "group")


def paging(client: Client, kind: str, params: Params, there: int) -> Finding:
    """Ask for one resource a page, and turn one page; `there`: how many resources there are."""
    try:
        pages = list(islice(search(client, kind, params, count=1), 2))
    except Trouble as trouble:
        found = fault_of("paging", trouble, errors.PARTIAL)
        return found.asking("Have the FHIR server give next links that lead on, under its outside address.")
    first = len(pages[0].entries)
    if len(pages) > 1:
        says = "a page is turned" if first == 1 else f"a page is turned; _count=1 gave {first} resources"
        return Finding("paging", says)
    if first >= there:
        return Finding("paging", f"not tried: all {there} resources came on one page, whatever _count says")
    return Finding(
        "paging", f"{first} of {there} resources came, and no link to the next page.", "No search is whole so.",
        errors.PARTIAL, ask="Have the FHIR server give a next link on every page but the last.",
    )  # fmt: skip


def exports(said: Capability) -> Finding:
    """At which levels the server announces a bulk export, which would be another way to the same."""
    announced = ", ".join(level for level in LEVELS if said.exports(level))
    says = f"announced at level {announced}" if announced else "not announced"
    return Finding("export", f"{says}; not needed: [source] kind is search")


def history(history: History, kinds: Collection[str], since: datetime, days: int) -> Finding:
    """Whether the server tells what was deleted; what it does not tell is found when all ids are listed."""
    every = f"every {days} days" if days else "in every run"
    instead = f"Deletions are found by listing the ids of what there is, {every}."
    if not kinds:
        return Finding("history", f"_history is announced for none of {len(OF_PATIENT)} types", instead=instead)
    listed = f"_history is announced for {len(kinds)} of {len(OF_PATIENT)} types"
    instead = f"{instead.removesuffix('.')}, besides."
    try:
        bare = next((found for kind in kinds if (found := history.looked(kind, since)) is not None), None)
    except Trouble as trouble:
        return Finding("history", f"{listed}, and fails. {trouble}", "A run does without.", instead=instead)
    if bare is False:
        return Finding(
            "history", f"{listed}; asked for ids it shows whole records of all its patients. It is not followed.",
            instead=instead, ask="Heed _elements=id in _history.",
        )  # fmt: skip
    says = "tells of deletions by ids alone, and is followed by each run" if bare else "has nothing of the last day"
    return Finding("history", f"{listed}; it {says}", instead=instead)


def taking_forms(said: Capability) -> Finding:
    """What the server announces of taking the forms that are filled in on the page."""
    ability = said.of("QuestionnaireResponse")
    missing = [] if "create" in ability.interactions else ["create"]
    missing += [] if ability.conditional_create else ["conditional create"]
    if not missing:
        return Finding("forms", "all that QuestionnaireResponse needs is announced; nothing was written")
    return Finding(
        "forms", f"not listed for QuestionnaireResponse: {', '.join(missing)}.",
        "Forms count here in any case, and may wait as pending until it is allowed.",
        ask=f"Allow the adapter on QuestionnaireResponse: {', '.join(missing)}.",
    )  # fmt: skip


def writing(said: Capability, *, enabled: bool) -> Finding:
    """What the server announces of writing ResearchSubjects."""
    ability = said.of("ResearchSubject")
    missing = [name for name in ("read", "create", "update") if name not in ability.interactions]
    missing += [] if ability.conditional_create else ["conditional create"]
    off = "" if enabled else " (outputs.research_subject is off)"
    if not missing:
        return Finding("write-back", f"all that ResearchSubject needs is announced{off}; nothing was written")
    says = f"not listed for ResearchSubject: {', '.join(missing)}{'' if enabled else off}."
    if not enabled:
        return Finding("write-back", says)
    return Finding(
        "write-back", says, "Candidates may wait as pending until it is allowed.",
        ask=f"Allow the adapter on ResearchSubject: {', '.join(missing)}.",
    )  # fmt: skip
