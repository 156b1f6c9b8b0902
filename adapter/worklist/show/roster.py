"""The list: everybody who is flagged, nearest to decided first.

Nearest is who needs least: a candidate needs a person's word alone; then whoever the fewest and cheapest things would
settle, by the costs that the study gives them. Of equals, who has waited longest comes first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from adapter.journal import StoredStatus, read, statuses
from adapter.journal.clinic import acts, outlook, persons
from adapter.journal.clinic.acts import Act, Deed
from adapter.journal.clinic.outlook import Outlook
from adapter.journal.clinic.persons import Person
from adapter.journal.statuses import TAKEN_ON
from adapter.screening.decision import Standing

FLAGGED = (Standing.CANDIDATE.value, Standing.POTENTIAL_CANDIDATE.value)
ENROLLED = frozenset({"on-study", "on-study-intervention", "on-study-observation", "follow-up", "off-study"})
OVER = TAKEN_ON | {"ineligible", "not-registered"}  # a person's word after which nobody need look
DEAREST = 1 << 30  # of whom nothing is known


class Row(NamedTuple):
    """One patient of the list."""

    number: str
    outlook: Outlook
    person: Person
    deeds: Mapping[str, Act]
    said: StoredStatus | None
    seen: tuple[int, str] | None  # the decision that its reader saw last, and the standing it gave
    review: bool
    flagged_at: str

    @property
    def news(self) -> str:
        """What is new to its reader: never looked at, decided anew since, or nothing."""
        if self.seen is None:
            return "new"
        return "changed" if self.seen[0] < self.outlook.decision else ""

    @property
    def who(self) -> str:
        """Who has taken the patient on."""
        taken = self.deeds.get(Deed.ASSIGN)
        return taken.said if taken else ""

    @property
    def note(self) -> str:
        """The last note."""
        written = self.deeds.get(Deed.NOTE)
        return written.said if written else ""

    def put_off(self, today: date) -> str:
        """The day until which the patient is put off; nothing where they are not."""
        until = self.deeds[Deed.SNOOZE].until if Deed.SNOOZE in self.deeds else None
        return until if until and until > today.isoformat() else ""

    @property
    def over(self) -> bool:
        """Whether a person has ended it."""
        refused, said = self.deeds.get(Deed.REFUSED), self.said
        return (said is not None and said.status in OVER) or (
            refused is not None and not (said is not None and said.at > refused.at)
        )

    @property
    def rank(self) -> tuple[bool, int, int, str, str]:
        """The nearest to decided is the least."""
        sure = self.outlook.standing == Standing.CANDIDATE
        cost = 0 if sure else DEAREST if self.outlook.cost is None else self.outlook.cost
        return not sure, cost, len(self.outlook.settling), self.outlook.decided_at, self.number


@dataclass(frozen=True)
class Wanted:
    """What its reader asked the list for."""

    text: str = ""
    show: str = "todo"  # todo, put-off, over, all
    standing: str = ""
    who: str = ""  # me, nobody

    def takes(self, row: Row, reader: str, today: date) -> bool:
        """Whether a row is wanted."""
        state = "over" if row.over else "put-off" if row.put_off(today) else "todo"
        if self.show not in {state, "all"} or (self.standing and row.outlook.standing != self.standing):
            return False
        if self.who and row.who != {"me": reader, "nobody": ""}.get(self.who, ""):
            return False
        said = (row.number, row.person.name, row.person.hospital_number, row.person.department, row.note)
        return not self.text or any(self.text.casefold() in one.casefold() for one in said if one)


@dataclass(frozen=True)
class Roster:
    """Everything that the list is made of, as it is at one moment."""

    connection: Connection
    study: str
    reader: str
    today: date
    named: bool
    zone: ZoneInfo

    def rows(self, wanted: Wanted) -> list[Row]:
        """The rows that are wanted, nearest first."""
        every = (self._row(one) for one in outlook.latest(self.connection, self.study, FLAGGED))
        return sorted((row for row in every if wanted.takes(row, self.reader, self.today)), key=lambda row: row.rank)

    def stages(self) -> dict[str, int]:
        """How many came how far: the screening log in numbers."""
        deeds = Counter(kind for own in self._deeds.values() for kind in own)
        told = {patient for patient, own in self._deeds.items() if own} | set(self._said)
        return {
            "screened": outlook.screened(self.connection, self.study),
            "flagged": len(self._flagged_at),
            "reviewed": len(told),
            "contacted": deeds[Deed.CONTACTED],
            "enrolled": sum(one.status in ENROLLED for one in self._said.values()),
            "refused": deeds[Deed.REFUSED],
        }

    def refusals(self) -> Counter[str]:
        """Why patients refused, and how often."""
        return Counter(own[Deed.REFUSED].said for own in self._deeds.values() if Deed.REFUSED in own)

    def _row(self, one: Outlook) -> Row:
        patient = one.patient
        return Row(
            self._numbers.get(patient, ""), one, self._persons.get(patient, Person(patient)),
            self._deeds.get(patient, {}), self._said.get(patient), self._seen.get(patient), patient in self._reviews,
            self._flagged_at.get(patient, one.decided_at),
        )  # fmt: skip

    def waiting_days(self, row: Row) -> int:
        """For how many days somebody has been flagged."""
        return max(0, (self.now - datetime.fromisoformat(row.flagged_at).astimezone(self.zone).date()).days)

    @cached_property
    def now(self) -> date:
        """The day by the clock that changes are dated by."""
        return datetime.now(UTC).astimezone(self.zone).date()

    @cached_property
    def _numbers(self) -> Mapping[str, str]:
        return read.screening_numbers(self.connection, self.study)

    @cached_property
    def _persons(self) -> Mapping[str, Person]:
        return persons.every(self.connection) if self.named else {}

    @cached_property
    def _deeds(self) -> Mapping[str, Mapping[str, Act]]:
        return acts.holding(self.connection, self.study)

    @cached_property
    def _said(self) -> Mapping[str, StoredStatus]:
        return statuses.latest_statuses(self.connection, self.study, None)

    @cached_property
    def _seen(self) -> Mapping[str, tuple[int, str]]:
        return acts.seen_by(self.connection, self.study, self.reader)

    @cached_property
    def _flagged_at(self) -> Mapping[str, str]:
        return outlook.flagged_at(self.connection, self.study)

    @cached_property
    def _reviews(self) -> Set[str]:
        return {one.patient for one in statuses.open_reviews(self.connection, self.study)}
