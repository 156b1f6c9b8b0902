"""What a run by exports would ask of this server: said and not tried, for an export is costly."""

from __future__ import annotations

from collections.abc import Iterator

from adapter import errors
from adapter.check.finding import Finding, fault_of
from adapter.errors import AdapterError
from adapter.fhir.capability import Capability
from adapter.pull.ways_in import group_of
from adapter.settings import Settings
from adapter.sources.export import order_of, reads_newcomers
from adapter.sources.hospital import OF_PATIENT
from adapter.sources.search import SearchSource

ABOUT = "export"


def exporting(place: Settings, said: Capability | None, source: SearchSource) -> Iterator[Finding]:
    """Whether an export of this level is announced, what would be asked for, and whether a later one may be small."""
    if place.source.kind != "export":
        return
    level = place.source.export.level
    try:
        group = group_of(place)
        order = order_of(level, group, said)
    except AdapterError as fault:
        yield fault_of(ABOUT, fault)
        return
    yield _announced(level, said)
    method = "POST" if order.posted else "GET"
    yield Finding(
        f"{ABOUT} asked",
        f"{method} {order.path} with _type={','.join(order.types)}; `check` begins none, for it is costly",
    )
    if missing := sorted({*OF_PATIENT} - {*order.types}):
        yield Finding(
            f"{ABOUT} lacks", f"{', '.join(missing)}: not listed by the server.", "It is searched for instead."
        )
    members = _members(source, group) if group else None
    if isinstance(members, Finding):
        yield members
    elif members is not None:
        yield Finding("group", f"{group} has {members} members", counts={"patients": members})
    yield _later(reads_newcomers(order, said), members)


def _announced(level: str, said: Capability | None) -> Finding:
    if said is not None and said.exports(level):
        return Finding(ABOUT, f"announced at level {level}")
    others = [one for one in ("group", "patient", "system") if said is not None and said.exports(one)]
    instead = f"It announces level {' and '.join(others)}: set [source.export] level. " if others else ""
    says = f"the server does not announce exports at level {level}."
    return Finding(ABOUT, says, f"{instead}Ask IT whether it has them all the same, or set [source] kind to search.")


def _members(source: SearchSource, group: str) -> int | Finding:
    try:
        return len(source.by_group(group))
    except AdapterError as fault:
        return fault_of("group", fault, errors.SOURCE)


def _later(newcomers: bool, members: int | Finding | None) -> Finding:
    if newcomers and (members is None or (isinstance(members, int) and members > 0)):
        return Finding("later exports", "ask for what changed; who is new is searched for")
    return Finding(
        "later exports", "are full ones: who is new to the population could not be read otherwise.",
        "Ask IT for searches by patient, and for the right to read the Group; else export once a day at most.",
    )  # fmt: skip
