"""The nouns of the quiet room: facts go in, readings are picked, findings are judged, a decision comes out.

Everything here is frozen, compares by value and knows no clock: dates are data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Answer(StrEnum):
    """What a finding says about the sentence of its own rule."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Because(StrEnum):
    """Why an answer is unknown (the words of the outward interface)."""

    NO_RESULT = "no_result"
    TOO_OLD = "too_old"
    UNDATED = "undated"
    UNREADABLE = "unreadable"
    UNMAPPED = "unmapped"
    NOT_FINAL = "not_final"
    NOT_ASSESSED = "not_assessed"
    INDETERMINATE = "indeterminate"
    CONFLICT = "conflict"
    SOURCE_INCOMPLETE = "source_incomplete"
    PART_UNKNOWN = "part_unknown"


class Kind(StrEnum):
    """What sort of thing a fact reports."""

    RESULT = "result"  # an Observation or a component: a number, a word or both
    WORD = "word"  # a person's answer on a form: an attestation or a bedside item
    CONDITION = "condition"
    EXPOSURE = "exposure"  # a drug taken, ordered, given or dispensed
    RESPONSE = "response"  # what a drug did: inadequate, intolerance, relapse
    ALLERGY = "allergy"
    PROCEDURE = "procedure"
    ENROLMENT = "enrolment"  # a ResearchSubject


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days a partial date may mean: `2026-03` is 1 to 31 March. Both ends included."""

    first: date
    last: date

    @property
    def exact(self) -> bool:
        """Whether the date is known to the day."""
        return self.first == self.last

    def __str__(self) -> str:
        return self.first.isoformat() if self.exact else f"{self.first.isoformat()}/{self.last.isoformat()}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in the canonical unit of its concept, or the interval that a comparator leaves of it.

    `low` and `high` are the bounds (None: unbounded), `low_open`/`high_open` say that the bound itself is excluded;
    an exact number has low == high. `unit` is the canonical unit as printed.
    """

    low: Decimal | None
    high: Decimal | None
    unit: str = ""
    low_open: bool = False
    high_open: bool = False

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low is not None and self.low == self.high


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """The report's own limits, in the canonical unit; `sex` where the laboratory prints one range per sex."""

    low: Decimal | None
    high: Decimal | None
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the record says about one patient, tied to the resource that said it.

    `start` None: undated. `end` None: no end on record. `open`: by its status it still goes on (a condition is active,
    a drug is being taken, a procedure is in progress); None where the status does not tell.
    `doubt`: why it can support an unknown at most. `trouble`: why its value could not be read.
    """

    concept: str
    kind: Kind
    resource: str
    version: str | None = None
    updated: str | None = None
    item: str = ""
    start: Span | None = None
    time: str = ""  # UTC instant, ISO 8601; orders results of one day; "" where only the day is known
    end: Span | None = None
    open: bool | None = None
    doubt: Because | None = None
    trouble: Because | None = None
    quantity: Quantity | None = None
    word: str | None = None
    flag: str | None = None  # low | high | normal | positive | negative | indeterminate: the laboratory's own judgement
    ranges: tuple[ReferenceRange, ...] = ()
    received: str = ""  # the value as it came, digits and unit untouched
    name: str = ""  # what the record calls the thing: a display, a drug's name
    daily_dose: Quantity | None = None  # of an exposure, in the equivalents of its units; None: not told in numbers
    cause: str | None = None  # attributed to another cause, in the words of the note
    recorded: Span | None = None
    author: str | None = None
    extra: tuple[tuple[str, str], ...] = ()  # columns that a hospital added to a view

    @property
    def key(self) -> tuple[str, ...]:
        """An order that no order of input changes."""
        return (self.concept, self.kind, self.resource, self.item, self.version or "", self.received, self.word or "")


@dataclass(frozen=True, slots=True)
class Person:
    """The patient: who is judged, how old, of which sex."""

    id: str
    birth: Span | None = None
    sex: str | None = None
    version: str | None = None
    updated: str | None = None
    birth_received: str = ""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A person's word that a fact, as it stood, is not to be used: why, who said so and when, and through which day.

    `item` names the part of the resource where it has several. `received` is the value that was looked at: once the
    record says another, it is another fact and is used.
    """

    resource: str
    item: str
    received: str
    reason: str
    author: str
    since: date
    until: date | None = None

    def holds(self, fact: Fact, as_of: date) -> bool:
        """Whether this fact is the one that was meant, and it is not used on this day."""
        same = (fact.resource, fact.item, fact.received) == (self.resource, self.item, self.received)
        return same and self.due(as_of)

    def due(self, as_of: date) -> bool:
        """Whether it stands on an index date: what is known today counts for every one up to its end."""
        return self.until is None or as_of <= self.until


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """All that one judgement sees: the person, the facts, how many resources of each type came, what is incomplete.

    `set_aside`: what persons have marked as not to be used. `replaces`: the records that were merged into this one,
    whose facts are among its own.
    """

    person: Person
    facts: tuple[Fact, ...] = ()
    seen: tuple[tuple[str, int], ...] = ()
    incomplete: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A fact that a pick chose, and whether it certainly belongs there."""

    fact: Fact
    doubt: Because | None = None

    @property
    def sure(self) -> bool:
        """Whether nothing stands between this fact and an answer."""
        return self.doubt is None


@dataclass(frozen=True, slots=True)
class Pick:
    """What a study variable holds on the index date.

    `because` says why `readings` is empty or can decide nothing. `number` is set by named functions (an age).
    """

    variable: str
    readings: tuple[Reading, ...] = ()
    because: Because | None = None
    number: Quantity | None = None
    earlier: tuple[Reading, ...] = ()  # for `change`: what went before, perhaps or surely, newest first
    presumed_absent: bool = False  # nothing on record, and the study reads that as "no"
    left_out: tuple[Fact, ...] = ()  # where there is no reading: what is there and cannot count


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that decided, with the words for what it showed: `key` and `args` are made a sentence elsewhere."""

    fact: Fact | None
    key: str
    args: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one rule, why it is unknown, what decided it, and what a reader should be told besides."""

    answer: Answer
    because: Because | None = None
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[Evidence, ...] = ()  # conflicts and remarks, shown whatever the answer is


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """What a score can be: unknown items give nothing to `low` and their weight to `high`."""

    low: int
    high: int
    because: Because | None = None
    entry: Answer | None = None
    items: tuple[tuple[str, Finding], ...] = field(default=())
