"""What the database knows of how the service does, for IT's page, the metrics and the failure mail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, func, select

from adapter.database import Database
from adapter.database.tables import chart_quarantine, journal_delivery, journal_run
from adapter.journal.records import Run
from adapter.operation.drift import RUNS, Drift, coverage, drift
from adapter.operation.faults import DeadLetters, Fault, dead_letters, open_faults

RUNS_SHOWN = 20
GOOD = 0
Waiting = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Quarantined:
    """What could not be read and is still so: how many resources of a type, for one reason, and since when."""

    type: str
    reason: str
    count: int
    first_at: str


@dataclass(frozen=True)
class State:
    """How the service of one study does: the last runs, the newest first, and what waits or was not read."""

    runs: tuple[Run, ...]
    ended: Mapping[int, int]  # exit code -> how many runs, ever
    last_good: str | None  # when the last run ended that came to its end with nothing wrong
    deliveries: Waiting  # (output, state) -> how many
    oldest_pending: Mapping[str, str]  # output -> since when the oldest waits
    quarantined: tuple[Quarantined, ...]
    faults: tuple[Fault, ...]  # that are not over
    dead: DeadLetters

    @cached_property
    def reports(self) -> tuple[Mapping[str, Any], ...]:
        """The reports of these runs; of one that did not end, an empty one."""
        return tuple(json.loads(run.report or "{}") for run in self.runs)

    @property
    def report(self) -> Mapping[str, Any]:
        """The report of the last run."""
        return self.reports[0] if self.reports else {}

    @property
    def coverage(self) -> dict[str, float]:
        """Of each criterion the share of patients for whom the last run could decide it."""
        return coverage(self.report)

    @property
    def drift(self) -> list[Drift]:
        """The criteria whose coverage fell in the last run, against runs by the same study."""
        if not self.runs:
            return []
        by = self.runs[0].study_hash
        earlier = [report for run, report in zip(self.runs[1:], self.reports[1:], strict=True) if run.study_hash == by]
        return drift(self.report, earlier)


def state_of(database: Database, study: str) -> State:
    """Ask the database, at one moment."""
    with database.reading() as connection:
        return State(
            _runs(connection, study),
            _ended(connection, study),
            _last_good(connection, study),
            _deliveries(connection),
            _oldest_pending(connection),
            _quarantined(connection),
            open_faults(connection, study),
            dead_letters(connection),
        )


def _runs(connection: Connection, study: str) -> tuple[Run, ...]:
    c = journal_run.c
    statement = select(journal_run).where(c.study == study).order_by(c.id.desc()).limit(RUNS_SHOWN + RUNS)
    return tuple(Run(**row) for row in connection.execute(statement).mappings())


def _ended(connection: Connection, study: str) -> dict[int, int]:
    c = journal_run.c
    counted = select(c.exit_code, func.count()).where(c.study == study, c.exit_code.is_not(None))
    return dict(connection.execute(counted.group_by(c.exit_code).order_by(c.exit_code)).all())


def _last_good(connection: Connection, study: str) -> str | None:
    c = journal_run.c
    at: str | None = connection.scalar(select(func.max(c.ended_at)).where(c.study == study, c.exit_code == GOOD))
    return at


def _deliveries(connection: Connection) -> dict[tuple[str, str], int]:
    c = journal_delivery.c
    counted = select(c.output, c.state, func.count()).group_by(c.output, c.state).order_by(c.output, c.state)
    return {(output, state): number for output, state, number in connection.execute(counted)}


def _oldest_pending(connection: Connection) -> dict[str, str]:
    c = journal_delivery.c
    oldest = select(c.output, func.min(c.created_at)).where(c.state == "pending").group_by(c.output).order_by(c.output)
    return dict(connection.execute(oldest).all())


def _quarantined(connection: Connection) -> tuple[Quarantined, ...]:
    c = chart_quarantine.c
    counted = select(c.type, c.reason, func.count(), func.min(c.first_at)).group_by(c.type, c.reason)
    return tuple(Quarantined(*row) for row in connection.execute(counted.order_by(c.type, c.reason)))
