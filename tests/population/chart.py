"""A patient as the generator knows it, before it is written as FHIR: plain records, in the words of the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

AS_OF = date(2026, 3, 16)


@dataclass(frozen=True)
class Result:
    """One result: a number with a comparator, a span ("4-6") or words; `low` and `high` are the report's range."""

    concept: str
    code: str  # LOINC
    when: str  # a FHIR date or instant, or the two ends of a period with "/" between; "" undated
    value: Decimal | None = None
    upto: Decimal | None = None  # the upper end of a span
    comparator: str = ""
    unit: str = ""  # UCUM
    word: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    flag: str = ""  # H, HH, L, LL, N, POS or NEG
    reason: str = ""  # why there is no value: a code of dataAbsentReason
    status: str = "final"
    note: str = ""
    panel: str = ""  # results of one panel are components of one Observation


@dataclass(frozen=True)
class Answer:
    """One answer on a form: item and what was said of it."""

    item: str
    word: str


@dataclass(frozen=True)
class Form:
    """What a clinician entered on one day; what is not in `answers` was not assessed."""

    when: str
    answers: tuple[Answer, ...]
    status: str = "completed"
    as_components: bool = False  # an Observation with components in place of a QuestionnaireResponse
    total: int | None = None  # a bare total, in an Observation of its own


@dataclass(frozen=True)
class Diagnosis:
    """A Condition by a code of SNOMED CT or of another system."""

    concept: str
    code: str
    onset: str
    clinical: str = "active"
    verification: str = "confirmed"
    abated: str = ""
    recorded: str = ""
    system: str = "http://snomed.info/sct"


@dataclass(frozen=True)
class Procedure:
    """What was done, by SNOMED CT code; without an `end` it may go on."""

    concept: str
    code: str
    start: str
    end: str = ""
    status: str = "completed"


@dataclass(frozen=True)
class Chart:
    """A whole patient."""

    id: str
    birth: str
    gender: str
    results: tuple[Result, ...] = ()
    forms: tuple[Form, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = field(default=())
    procedures: tuple[Procedure, ...] = ()
