"""Faults of the adapter as the journal keeps them: when each began and ended, and when IT was told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from sqlalchemy import Connection, or_, select, update

from adapter.database.tables import journal_incident
from adapter.journal import Work

NAMED = ("study", "kind", "about", "began_at")  # what tells one from another
MOVING = ("ended_at", "began_told_at", "ended_told_at")


@dataclass(frozen=True, slots=True)
class Incident:
    """One fault; `about` tells it from others of its kind: an exit code, an output, a file. Instants are UTC."""

    study: str
    kind: str
    about: str
    detail: str
    began_at: str
    ended_at: str | None = None
    began_told_at: str | None = None
    ended_told_at: str | None = None

    @property
    def name(self) -> tuple[str, ...]:
        """What tells it from every other one."""
        return self.study, self.kind, self.about, self.began_at


def incidents(connection: Connection, study: str, since: str) -> list[Incident]:
    """The faults that are there now or ended after an instant, of a study or found before it was known which."""
    c = journal_incident.c
    columns = (c[field.name] for field in fields(Incident))
    lately = or_(c.ended_at.is_(None), c.ended_at >= since)
    statement = select(*columns).where(c.study.in_((study, "")), lately).order_by(c.id)
    return [Incident(**row) for row in connection.execute(statement).mappings()]


def keep(work: Work, known: Iterable[Incident]) -> None:
    """Add those that are new, and bring the others up to date; what is as it was is left alone."""
    c = journal_incident.c
    for one in known:
        row = asdict(one)
        itself = [c[name] == row[name] for name in NAMED]
        before = work.connection.execute(select(journal_incident).where(*itself)).mappings().one_or_none()
        moving = {name: row[name] for name in MOVING}
        if before is None:
            work.add(journal_incident, "incident", row, None)
        elif any(before[name] != value for name, value in moving.items()):
            work.connection.execute(update(journal_incident).where(c.id == before["id"]).values(moving))
            work.changed(journal_incident, "incident-moved", id=before["id"])
