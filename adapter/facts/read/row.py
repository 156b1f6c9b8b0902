"""One row of a view while it is read: its cells, tolerantly; the dates in it; and the facts that come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from adapter.facts.coding.codes import Codes, Match
from adapter.facts.results.dates import Day, span
from adapter.facts.results.units import Units
from adapter.facts.results.wordings import Words
from adapter.screening.model import Fact, Kind, Span

# What our own views hold. Any other column was added by a hospital and is carried along.
_COLUMNS = """
    key id version updated patient
    item status categories codings code_text issued notes
    effective_date effective_instant effective_start effective_end
    value_number value_comparator value_unit value_unit_system value_unit_code value_codings value_text value_string
    value_boolean value_integer value_ratio_numerator value_ratio_denominator value_range_low value_range_high
    value_date absent_reason_codings interpretations interpretation_texts ranges
    clinical_codings verification_codings onset_date onset_start onset_end onset_text
    onset_age onset_age_from onset_age_to
    abatement_date abatement_start abatement_end abatement_text recorded
    medication_key medication_display contained authored bounds_start bounds_end prepared handed_over days_supply
    reasons reason_texts routes route_texts dosage_texts dosages intent do_not_perform asserted
    form_codings form_text ingredients ingredient_texts
    performed_date performed_start performed_end type substances
    questionnaire author link_id answer_boolean answer_integer answer_decimal answer_string answer_date answer_codings
    answer_number answer_date_time answer_unit study period_start period_end identifiers title
"""
KNOWN = frozenset(_COLUMNS.split())
LONGEST_SUPPLY_DAYS = 3650
NOT_WANTED = "not wanted code"  # why a row is ignored that says nothing of what the study asks


class Medicine(NamedTuple):
    """What a medication is: the drugs in it, what it is called, and whether its form acts only where it is put."""

    matches: tuple[Match, ...]
    name: str
    local: bool = False


@dataclass(frozen=True)
class Context:
    """What a row cannot say itself: what codes mean, where the clock stands, other resources, our own study."""

    codes: Codes
    zone: ZoneInfo
    units: Units
    words: Words
    medications: Mapping[str, Medicine] = field(default_factory=dict)  # by the id of the Medication
    own_studies: frozenset[str] = frozenset()  # our own study: its registry number, and the ResearchStudies that are it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: facts, or the reason why there is none, and the pieces that were no FHIR."""

    facts: tuple[Fact, ...] = ()
    ignored: str | None = None
    quarantined: tuple[str, ...] = ()


class Period(NamedTuple):
    """From when to when something went on, as far as the record says."""

    start: Span | None = None
    time: str = ""
    end: Span | None = None


class Row:
    """A row of a view, read cell by cell; cells of the wrong type are named, not guessed at."""

    def __init__(self, cells: Mapping[str, Any], resource_type: str, context: Context) -> None:
        self.cells = cells
        self.type = resource_type
        self.context = context
        self.codes = context.codes
        self.faults: list[str] = []

    def text(self, column: str) -> str | None:
        """Return a cell that holds text, or None."""
        cell = self.cells.get(column)
        return cell.strip() or None if isinstance(cell, str) else None

    def texts(self, *columns: str) -> list[str]:
        """Return all texts of columns that hold one text or a list of them."""
        return texts_in(self.cells, *columns)

    def codings(self, *columns: str) -> list[Mapping[str, Any]]:
        """Return all codings of columns that hold a list of them."""
        return codings_in(self.cells, *columns)

    def code_of(self, column: str) -> str | None:
        """Return the first code of a column of codings, in lower case."""
        codes = (coding.get("code") for coding in self.codings(column))
        return next((code.strip().casefold() for code in codes if isinstance(code, str) and code.strip()), None)

    def named(self) -> str:
        """Return what the record calls the thing."""
        return next(iter([*self.texts("code_text"), *displays(self.codings("codings"))]), "")

    def day(self, column: str) -> Day | None:
        """Return the days that a date may mean; a damaged one is a fault of the row. Of several the first."""
        return min(self._days(column), key=lambda day: (day.span.first, day.time), default=None)

    def last_day(self, column: str) -> Day | None:
        """Return the days that a date may mean; of several, as an order with several doses has, the last."""
        return max(self._days(column), key=lambda day: (day.span.last, day.time), default=None)

    def days(self, column: str) -> Span | None:
        """Return the span of a date, without its time."""
        day = self.day(column)
        return day.span if day else None

    def period(self, start: str, end: str) -> Period:
        """Return start and end of a period; one that ends before it starts says nothing."""
        first, last = self.day(start), self.last_day(end)
        if first and last and last.span.last < first.span.first:
            self.faults.append(f"{end}: before {start}")
            return Period()
        return Period(first.span if first else None, first.time if first else "", last.span if last else None)

    def supplied_until(self, start: Span | None) -> Span | None:
        """Return the day on which what was handed over is used up."""
        cell = self.cells.get("days_supply")
        try:
            days = Decimal(str(cell)) if cell is not None else Decimal(0)
            count = int(days) if 0 < days <= LONGEST_SUPPLY_DAYS else 0
        except InvalidOperation:
            self.faults.append("days_supply: no number")
            return start
        return Span(start.first + timedelta(count), start.last + timedelta(count)) if start else None

    def fact(self, match: Match, kind: Kind, extra: Mapping[str, str] | None = None, **told: Any) -> Fact:
        """Return a fact of this row, with what every fact carries."""
        known = {
            "version": self.text("version"),
            "updated": self.text("updated"),
            "item": written(self.cells.get("item", "")),
            "name": match.display,
            "extra": self._extra(extra or {}),
        }
        return Fact(match.concept, kind, f"{self.type}/{self.cells['id']}", **(known | told))

    def outcome(self, facts: tuple[Fact, ...] | list[Fact], ignored: str | None = None) -> Outcome:
        """Return the outcome with the faults met on the way."""
        return Outcome(tuple(facts), None if facts else ignored, tuple(self.faults))

    def _days(self, column: str) -> list[Day]:
        cell = self.cells.get(column)
        days = []
        for one in cell if isinstance(cell, list) else [cell]:
            try:
                days.append(span(one, self.context.zone))
            except ValueError as error:
                self.faults.append(f"{column}: {error}")
        return [day for day in days if day]

    def _extra(self, more: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        added = {name: written(cell) for name, cell in self.cells.items() if name not in KNOWN and cell is not None}
        return tuple(sorted((added | dict(more)).items()))


def texts_in(cells: Mapping[str, Any], *columns: str) -> list[str]:
    """Return all texts of columns that hold one text or a list of them."""
    found = [cells.get(column) for column in columns]
    said = [one for cell in found for one in (cell if isinstance(cell, list) else [cell])]
    return [one.strip() for one in said if isinstance(one, str) and one.strip()]


def codings_in(cells: Mapping[str, Any], *columns: str) -> list[Mapping[str, Any]]:
    """Return all codings of columns that hold a list of them."""
    found = [cells.get(column) for column in columns]
    return [one for cell in found if isinstance(cell, list) for one in cell if isinstance(one, Mapping)]


def displays(codings: list[Mapping[str, Any]]) -> list[str]:
    """Return the displays of codings."""
    return [said for coding in codings if isinstance(said := coding.get("display"), str) and said.strip()]


def written(cell: object) -> str:
    """Return a cell as a string that does not depend on the order of keys."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    return json.dumps(cell, ensure_ascii=False, sort_keys=True, default=str)
