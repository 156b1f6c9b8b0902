"""Which record stands for which since when, as runs found it: a person keeps one screening number through a merge."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from adapter.database.tables import journal_merged


def survivors(connection: Connection) -> dict[str, str]:
    """The records that another stands for, each with that one; a merge that was undone is none."""
    c = journal_merged.c
    latest = select(func.max(c.id)).group_by(c.patient)
    rows = connection.execute(select(c.patient, c.survivor).where(c.id.in_(latest)).order_by(c.patient))
    return {row.patient: row.survivor for row in rows if row.survivor is not None}


def survivor_of(connection: Connection, patient: str) -> str:
    """The record that stands for this one; itself where none does."""
    c = journal_merged.c
    latest = select(c.survivor).where(c.patient == patient).order_by(c.id.desc()).limit(1)
    return connection.scalar(latest) or patient


def records_of(connection: Connection, survivor: str) -> list[str]:
    """The records that this one stands for."""
    c = journal_merged.c
    named = connection.scalars(select(c.patient).where(c.survivor == survivor).distinct().order_by(c.patient))
    return [patient for patient in named.all() if survivor_of(connection, patient) == survivor]


def one_person(connection: Connection, patient: str) -> list[str]:
    """Every record of the person whose record this is, as merges stand: the one that stands for it, and all it does."""
    standing, found, fresh = survivors(connection), {patient}, {patient}
    while fresh:
        near = {old for old, survivor in standing.items() if survivor in fresh}
        near |= {standing[record] for record in fresh if record in standing}
        fresh = near - found
        found |= fresh
    return sorted(found)


def moved(known: Mapping[str, str], found: Mapping[str, str | None], there: set[str]) -> dict[str, str | None]:
    """What is otherwise than it was known to be; None: the record stands for itself again.

    A record that is not there any more stays what it was: it was deleted after the merge.
    """
    news = {old: survivor for old, survivor in found.items() if survivor is not None and known.get(old) != survivor}
    undone = {old: None for old in known if old in there and found.get(old) is None}
    return dict(sorted((undone | news).items()))
