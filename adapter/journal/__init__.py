"""The journal: what was decided, what changed, what was told. Only ever added to; instants come from the caller."""

from adapter.journal.journal import Journal
from adapter.journal.records import (
    Change,
    Decided,
    Delivery,
    Latest,
    Marked,
    Run,
    StoredChange,
    StoredDecision,
    Subject,
)
from adapter.journal.statuses import Origin, PersonStatus, Review, StoredReview, StoredStatus
from adapter.journal.work import Work

__all__ = [
    "Change",
    "Decided",
    "Delivery",
    "Journal",
    "Latest",
    "Marked",
    "Origin",
    "PersonStatus",
    "Review",
    "Run",
    "StoredChange",
    "StoredDecision",
    "StoredReview",
    "StoredStatus",
    "Subject",
    "Work",
]
