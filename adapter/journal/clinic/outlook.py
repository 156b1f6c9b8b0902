"""How near a patient is to being decided, in a narrow row beside each decision: the list reads thousands of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, distinct, func, insert, select

from adapter.database.tables import clinic_outlook, journal_change
from adapter.screening.settle import Settles

outlooks = clinic_outlook.c
Thing = tuple[str, str, bool]  # what to do, of the study's settlements which, whether a bad answer ends the matter


class Outlook(NamedTuple):
    """A decision as the list shows it; `cost` None: it was made before costs were kept.

    `things` are what would settle it, as JSON: [what to do, of the study's settlements which, whether a bad answer
    ends the matter].
    """

    decision: int
    study: str
    patient: str
    standing: str
    as_of: str
    decided_at: str
    cost: int | None
    things: str

    @property
    def settling(self) -> tuple[Thing, ...]:
        """The things that would settle it, those that may end the matter first."""
        return _read(self.things)


def priced(settles: Sequence[Settles]) -> tuple[int, str]:
    """What it costs to settle a patient, and by what."""
    things = [(one.do, one.thing.id, one.rules_out) for one in settles]
    return sum(one.thing.cost for one in settles), json.dumps(things, ensure_ascii=False, separators=(",", ":"))


def keep(connection: Connection, outlook: Outlook) -> None:
    """Add the row of a decision."""
    connection.execute(insert(clinic_outlook).values(outlook._asdict()))


def latest(connection: Connection, study: str, standings: Sequence[str]) -> list[Outlook]:
    """Everybody who stands so by their latest decision."""
    last = select(func.max(outlooks.decision)).where(outlooks.study == study).group_by(outlooks.patient)
    columns = (outlooks[name] for name in Outlook._fields)
    statement = select(*columns).where(outlooks.decision.in_(last), outlooks.standing.in_(standings))
    return [Outlook._make(row) for row in connection.execute(statement.order_by(outlooks.decision)).all()]


def things_of(connection: Connection, decision: int) -> tuple[Thing, ...] | None:
    """What would have settled the patient of one decision; None: it was made before that was kept."""
    asked = select(outlooks.things).where(outlooks.decision == decision, outlooks.cost.is_not(None))
    text = connection.scalar(asked)
    return None if text is None else _read(text)


def screened(connection: Connection, study: str) -> int:
    """How many patients were ever judged."""
    asked = select(func.count(distinct(outlooks.patient))).where(outlooks.study == study)
    return connection.scalar(asked) or 0


def flagged_at(connection: Connection, study: str) -> dict[str, str]:
    """When each patient was flagged last."""
    c = journal_change.c
    asked = select(c.patient, func.max(c.at)).where(c.study == study, c.kind == "flagged")
    return {row[0]: row[1] for row in connection.execute(asked.group_by(c.patient)).all()}


@lru_cache(maxsize=8192)  # a list is read again and again, and many lack the same
def _read(things: str) -> tuple[Thing, ...]:
    return tuple((do, thing, rules_out) for do, thing, rules_out in json.loads(things))
