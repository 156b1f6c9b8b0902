"""What is wrong now, what was wrong before, and what of it IT is to be told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapter.incidents.rows import Incident
from adapter.operation.faults import RUN, nameless

PARTIAL, OUTPUT, STALE, EXPIRY = "partial", "output", "stale", "expiry"
ALL = frozenset({RUN, PARTIAL, OUTPUT, STALE, EXPIRY})
REST = timedelta(hours=6)  # what comes and goes is told of this often at most


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is wrong now; `since`: where that is known better than by the first look."""

    kind: str
    about: str = ""
    detail: str = ""
    since: str | None = None
    until: str | None = None  # it is over already


@dataclass(frozen=True, slots=True)
class Look:
    """What one look has found; of kinds that it has not `examined` it cannot say that they are over."""

    wrong: Sequence[Wrong]
    examined: Collection[str] = ALL
    begins: bool = True  # False: nothing begins by it, it only finds what is over


def noted(known: Sequence[Incident], look: Look, study: str, at: str) -> list[Incident]:
    """What is known after a look: what goes on stays as it began, what is not found any more has ended."""
    there = {(one.kind, one.about) for one in look.wrong if one.until is None}
    open_before = {(one.kind, one.about) for one in known if one.ended_at is None}
    after = [
        replace(one, ended_at=at)
        if one.ended_at is None and one.kind in look.examined and (one.kind, one.about) not in there
        else one
        for one in known
    ]
    fresh = [
        Incident(study, one.kind, one.about, nameless(one.detail), one.since or at, one.until)
        for one in look.wrong
        if look.begins and (one.kind, one.about) not in open_before
    ]
    return list({one.name: one for one in [*fresh[::-1], *after]}.values())


def to_tell(known: Sequence[Incident], at: str) -> list[Incident]:
    """Whose beginning or end IT is told of now."""
    return [one for one in known if _begins(one, known, at) or _ends(one)]


def told(known: Iterable[Incident], letter: Iterable[Incident], at: str) -> list[Incident]:
    """What is known once a letter has gone."""
    names = {one.name for one in letter}
    return [
        replace(one, began_told_at=one.began_told_at or at, ended_told_at=at if one.ended_at else None)
        if one.name in names
        else one
        for one in known
    ]


def _begins(one: Incident, known: Sequence[Incident], at: str) -> bool:
    if one.began_told_at is not None or (one.ended_at is not None and one.kind != STALE):
        return False
    of_late = (datetime.fromisoformat(at) - REST).isoformat(timespec="seconds").replace("+00:00", "Z")
    twins = (other for other in known if (other.kind, other.about) == (one.kind, one.about))
    return not any((twin.ended_told_at or twin.began_told_at or "") > of_late for twin in twins)


def _ends(one: Incident) -> bool:
    return one.ended_at is not None and one.began_told_at is not None and one.ended_told_at is None
