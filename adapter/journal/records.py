"""What the journal holds, as it is given and as it comes back. Instants are UTC, ISO 8601; JSON is text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what it judged, by which study and adapter, and how it ended (None: it did not, or not yet)."""

    id: int
    started_at: str
    as_of: str
    study: str
    study_hash: str
    adapter_version: str
    ended_at: str | None = None
    report: str | None = None
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision to be recorded: the picks it rests on, and the line as the outward face has it."""

    run: int
    patient: str
    study: str
    as_of: str
    standing: str
    picks: str
    line: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class StoredDecision(Decided):
    """A decision on record."""

    id: int


@dataclass(frozen=True, slots=True)
class Latest:
    """As much of a patient's latest decision as is kept in sight for everybody: picks and lines are large."""

    id: int
    patient: str
    as_of: str
    standing: str
    picks_digest: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Change:
    """A decision that differs from the one before, and what moved it; `old_standing` None: there was none before."""

    decision: int
    patient: str
    study: str
    kind: str  # flagged, moved, unflagged …
    old_standing: str | None
    new_standing: str
    moved_by: str
    material: bool
    at: str


@dataclass(frozen=True, slots=True)
class StoredChange(Change):
    """A change on record."""

    id: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something on its way to an output: pending, done, or dead (failed for good)."""

    id: int
    output: str
    key: str
    payload: str
    state: str
    attempts: int
    created_at: str
    next_try_at: str | None = None
    last_error: str | None = None
    done_at: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A ResearchSubject as we last wrote it: one that is otherwise now, a person has changed."""

    study: str
    patient: str
    resource: str
    status: str
    period_start: str | None
    extension: str
    etag: str | None
    written_at: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A fact that a person has marked as not to be used, or has given back (`lifted`); days are YYYY-MM-DD."""

    study: str
    patient: str
    resource: str
    item: str
    received: str
    reason: str
    author: str
    since: str
    until: str | None
    lifted: bool
    at: str
