"""Writing to the chart: one transaction, in which what is newer replaces what is older."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from adapter.database.tables import (
    chart_in_part,
    chart_member,
    chart_quarantine,
    chart_resource,
    chart_seen,
    chart_watermark,
)
from adapter.facts.chart.rows import bare, digest, row_of
from adapter.facts.intake import Kept

BATCH = 500  # resources looked up by one question
resources = chart_resource.c

NOT_HERE = delete(chart_resource).where(resources.type == bindparam("t"), resources.id == bindparam("i"))
NOT_QUARANTINED = delete(chart_quarantine).where(
    chart_quarantine.c.type == bindparam("t"), chart_quarantine.c.resource == bindparam("i")
)
NOT_UNREAD = delete(chart_quarantine).where(
    chart_quarantine.c.type == bindparam("t"), chart_quarantine.c.patient == bindparam("p")
)
NOT_SEEN = delete(chart_seen).where(chart_seen.c.type == bindparam("t"), chart_seen.c.patient == bindparam("p"))
NOT_A_MEMBER = delete(chart_member).where(
    chart_member.c.way == bindparam("w"), chart_member.c.patient == bindparam("p")
)


class Stored(NamedTuple):
    """What became of the resources of one type."""

    stored: int = 0
    unchanged: int = 0
    older: int = 0


class Moved(NamedTuple):
    """Who came to a way to the population, and who left it."""

    came: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a type was read, what was asked for (a hash of codes and ways), when, and whether to its end.

    `reconciled_at`: when it was last held to all that the server has, so that deletions were seen.
    """

    instant: str
    asked: str = ""
    read_at: str = ""
    complete: bool = True
    reconciled_at: str | None = None


@dataclass
class Work:
    """One transaction on the chart."""

    connection: Connection
    _quarantined: dict[str, set[str]] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)  # hashes of the keys given in this transaction

    def store(self, kept: Iterable[Kept]) -> dict[str, Stored]:
        """Keep what is given, and count by type; stored + unchanged + older is all that was given.

        What was read last is what is so, also where it says that it is older: a clock was set back, or a commit came
        late. Of two that are given in this transaction the newer counts, whatever their order. What is stored leaves
        quarantine.
        """
        counts: dict[str, Stored] = {}
        waiting = iter(kept)
        while batch := list(islice(waiting, BATCH)):
            batch.sort(key=lambda one: one.type)
            for kind, same in groupby(batch, lambda one: one.type):
                before, now = counts.get(kind, Stored()), self._store(kind, list(same))
                counts[kind] = Stored(*(a + b for a, b in zip(before, now, strict=True)))
        return dict(sorted(counts.items()))

    def remove(self, kind: str, ids: Iterable[str]) -> int:
        """Take away resources that the server no longer has, by key or bare id; return how many were here."""
        names = sorted({bare(kind, name) for name in ids})
        gone = self._all(NOT_HERE, [{"t": kind, "i": name} for name in names])
        self._all(NOT_QUARANTINED, [{"t": kind, "i": f"{kind}/{name}"} for name in names])
        return gone

    def keep_patients(self, patients: Iterable[str]) -> dict[str, int]:
        """Take away everything about anybody else, and who they were; return how many resources of which type."""
        own, wanted = resources.patient.is_not(None), set(patients)
        here = self.connection.scalars(select(resources.patient).where(own).distinct())
        gone = sorted(set(here) - wanted)
        counts: dict[str, int] = {}
        for few in (gone[start : start + BATCH] for start in range(0, len(gone), BATCH)):
            theirs = resources.patient.in_(few)
            found = select(resources.type, func.count()).where(theirs).group_by(resources.type)
            for kind, number in self.connection.execute(found):
                counts[kind] = counts.get(kind, 0) + number
            self.remove_patients(few)
        return dict(sorted(counts.items()))

    def remove_patients(self, few: Sequence[str]) -> None:
        """Take away everything about some patients."""
        self.connection.execute(delete(chart_resource).where(resources.patient.in_(few)))
        self.connection.execute(delete(chart_member).where(chart_member.c.patient.in_(few)))
        self.connection.execute(delete(chart_seen).where(chart_seen.c.patient.in_(few)))
        self.connection.execute(delete(chart_quarantine).where(chart_quarantine.c.patient.in_(few)))

    def move_watermark(self, kind: str, mark: Watermark) -> None:
        """Say how far a type was read."""
        self.connection.execute(delete(chart_watermark).where(chart_watermark.c.type == kind))
        self.connection.execute(insert(chart_watermark).values(type=kind, **asdict(mark)))

    def read(self, kind: str, *, in_part: bool) -> None:
        """Say whether a type was read in part, so that something of anybody may be missing, or to its end."""
        self.connection.execute(delete(chart_in_part).where(chart_in_part.c.type == kind))
        if in_part:
            self.connection.execute(insert(chart_in_part).values(type=kind))

    def see(self, kind: str, patients: Iterable[str], anew: Iterable[str] = ()) -> None:
        """Say about whom something of a type came that is not kept; what was said about `anew` holds no more."""
        came = sorted(set(patients))
        self._all(NOT_SEEN, [{"t": kind, "p": patient} for patient in sorted({*came, *anew})])
        self._all(insert(chart_seen), [{"type": kind, "patient": patient} for patient in came])

    def forget(self) -> None:
        """Forget how far everything was read, so that the next run reads all of it."""
        self.connection.execute(delete(chart_watermark))

    def set_members(self, way: str, patients: Iterable[str], since: str) -> Moved:
        """Say who is in the population by one way; who was there keeps the day since when."""
        member, wanted = chart_member.c, set(patients)
        known = set(self.connection.scalars(select(member.patient).where(member.way == way)))
        came, left = sorted(wanted - known), sorted(known - wanted)
        self._all(NOT_A_MEMBER, [{"w": way, "p": patient} for patient in left])
        self._all(insert(chart_member), [{"way": way, "patient": patient, "since": since} for patient in came])
        return Moved(tuple(came), tuple(left))

    def quarantine(
        self, kind: str | None, reason: str, resource: str | None, at: str, patient: str | None = None
    ) -> None:
        """Take note of what could not be read and about whom, and count how often it came."""
        c = chart_quarantine.c
        name = {"type": kind or "", "reason": reason, "resource": resource or ""}
        again = update(chart_quarantine).where(*(c[column] == value for column, value in name.items()))
        if not self.connection.execute(again.values(count=c.count + 1, patient=patient)).rowcount:
            self.connection.execute(insert(chart_quarantine).values(**name, first_at=at, count=1, patient=patient))
            self._quarantined.pop(kind or "", None)

    def lift(self, kind: str, patients: Iterable[str]) -> None:
        """Forget what could not be read about these patients: they were read anew, and what came is known."""
        self._all(NOT_UNREAD, [{"t": kind, "p": patient} for patient in sorted(set(patients))])
        self._quarantined.pop(kind, None)

    def _store(self, kind: str, given: Sequence[Kept]) -> Stored:
        ids = {bare(kind, one.key) for one in given}
        asked = select(resources.id, resources.updated, resources.version_number, resources.last_word)
        here = {
            row.id: ((row.updated, row.version_number), row.last_word)
            for row in self.connection.execute(asked.where(resources.type == kind, resources.id.in_(sorted(ids))))
        }
        known, rows, unchanged, older = set(here), {}, 0, 0
        for one in given:
            name, word = bare(kind, one.key), digest(one)
            newness, last = here.get(name, (one.newness, ""))
            if (one.newness, word) == (newness, last):
                unchanged += 1
            elif hash(one.key) in self._seen and (one.newness, word) < (newness, last):
                older += 1
            else:
                older += name in rows  # the one before, of this same batch
                here[name], rows[name] = (one.newness, word), row_of(one, name, word)
            self._seen.add(hash(one.key))
        self._write([row for name, row in rows.items() if name not in known], [rows[n] for n in rows if n in known])
        self._release(kind, ids)
        return Stored(len(rows), unchanged, older)

    def _write(self, new: Sequence[Mapping[str, Any]], newer: Sequence[Mapping[str, Any]]) -> None:
        replaced = [{"t": row["type"], "i": row["id"]} for row in newer]
        self._all(NOT_HERE, replaced)
        self._all(insert(chart_resource), [*new, *newer])

    def _release(self, kind: str, ids: set[str]) -> None:
        if kind not in self._quarantined:
            found = select(chart_quarantine.c.resource).where(chart_quarantine.c.type == kind).distinct()
            self._quarantined[kind] = set(self.connection.scalars(found))
        if freed := {f"{kind}/{name}" for name in ids} & self._quarantined[kind]:
            self._all(NOT_QUARANTINED, [{"t": kind, "i": key} for key in sorted(freed)])

    def _all(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute for each row; none is a valid number of rows here, and not to the driver."""
        return self.connection.execute(statement, rows).rowcount if rows else 0
