"""What a row of a spec table gives: facts told in days before the index date, and a person."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from adapter.screening.model import Because, Fact, Kind, Quantity, ReferenceRange, Span

When = int | str | None  # days before the index date, a date that may be partial, or undated
NUMBER = re.compile(r"(?P<sign><=|>=|<|>)?(?P<low>\d+(\.\d+)?)(-(?P<high>\d+(\.\d+)?))?")
STATUSES = {  # whether it goes on, and what doubt it carries
    "active": (True, None),
    "stopped": (False, None),
    "resolved": (False, None),
    "completed": (False, None),
    "on-hold": (None, None),
    "not said": (None, None),
    "preliminary": (None, Because.NOT_FINAL),
    "provisional": (True, Because.INDETERMINATE),
    "unknown": (None, Because.INDETERMINATE),
}


def span(when: When, as_of: date) -> Span | None:
    """The days that may be meant."""
    if when is None:
        return None
    if isinstance(when, int):
        day = as_of - timedelta(days=when)
        return Span(day, day)
    parts = [int(part) for part in when.split("-")]
    if len(parts) == 3:
        return Span(date(*parts), date(*parts))
    year, first, last = parts[0], parts[1] if parts[1:] else 1, parts[1] if parts[1:] else 12
    return Span(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def quantity(text: str, unit: str = "") -> Quantity | None:
    """Read `7`, `<60`, `>=90` or `4-6`; anything else is no number."""
    found = NUMBER.fullmatch(text)
    if found is None:
        return None
    low = Decimal(found["low"])
    sign = found["sign"] or ""
    if sign.startswith("<"):
        return Quantity(None, low, unit, high_open=sign == "<")
    if sign.startswith(">"):
        return Quantity(low, None, unit, low_open=sign == ">")
    return Quantity(low, Decimal(found["high"]) if found["high"] else low, unit)


@dataclass(frozen=True)
class Given:
    """One fact of a row, as short as it can be told."""

    when: When
    value: str = ""
    of: str = "marker"
    kind: Kind = Kind.RESULT
    until: When = None
    status: str = ""
    unit: str = ""
    at: str = ""  # time of day
    flag: str | None = None
    report: tuple[tuple[str, str, str], ...] = ()  # the report's ranges: low, high, sex; "" where there is none
    cause: str | None = None
    trouble: Because | None = None
    recorded: When = None
    route: str = ""
    sign: str = ""  # of a number whose unit is in no table
    item: str = ""  # which drug of a class
    dose: str = ""  # of a day
    via: str = ""  # the type of resource that told of a drug
    unsaid: tuple[str, ...] = ()  # what a diagnosis leaves out: its verification, its clinical status

    def fact(self, as_of: date, number: int) -> Fact:
        """The fact that a reader would have made of it."""
        start, number_read = span(self.when, as_of), quantity(self.value, self.unit)
        goes_on, doubt = STATUSES.get(self.status, (None, None))
        return Fact(
            self.of,
            self.kind,
            f"Given/{number}",
            item=self.item,
            start=start,
            time=f"{start}T{self.at}Z" if self.at else "",
            end=span(self.until, as_of),
            open=goes_on,
            doubt=doubt,
            trouble=self.trouble,
            quantity=None if self.trouble else number_read,
            word=self.value if self.value and number_read is None and self.trouble is None else None,
            flag=self.flag,
            ranges=tuple(ReferenceRange(limit(low), limit(high), sex or None) for low, high, sex in self.report),
            received=self.value,
            daily_dose=quantity(self.dose),
            cause=self.cause,
            recorded=span(self.recorded, as_of),
            extra=tuple(pair for pair in self._extra() if pair[1]),
        )

    def _extra(self) -> tuple[tuple[str, str], ...]:
        told = (("status", self.status), ("route", self.route), ("via", self.via), ("comparator", self.sign))
        return (*told, *((name, "missing") for name in self.unsaid))

    def __str__(self) -> str:
        said = " ".join(part for part in (self.of, self.item, self.value, self.unit) if part)
        notes = [
            self.status,
            f"flag {self.flag}" if self.flag else "",
            *(f"range {low}..{high}{' ' * bool(sex)}{sex}" for low, high, sex in self.report),
            " ".join(part for part in (self.sign, str(self.trouble)) if part) if self.trouble else "",
            f"due to {self.cause}" if self.cause else "",
            f"given {self.route}ly" if self.route else "",
            f"{self.dose} a day" if self.dose else "",
            self.via,
            *(f"{name} not said" for name in self.unsaid),
            f"recorded {told(self.recorded)}" if self.recorded is not None else "",
        ]
        time = told(self.when) + f" {self.at}" * bool(self.at)
        time += f" until {told(self.until)}" if self.until is not None else ""
        return ", ".join([said, time, *(note for note in notes if note)])


def limit(text: str) -> Decimal | None:
    """A limit of a range."""
    return Decimal(text) if text else None


def told(when: When) -> str:
    """A time as a reader is told it."""
    if when is None:
        return "undated"
    if isinstance(when, int):
        return f"day {-when:+d}" if when else "day 0"
    return when


def result(when: When, value: object = "", **more: object) -> Given:
    """A result: a number, an interval or a word."""
    return Given(when, str(value), **more)


def unreadable(when: When, because: str = "unreadable", **more: object) -> Given:
    """A result whose value, unit or code could not be read."""
    return Given(when, trouble=Because(because), **more)


def stated(when: When, word: str, **more: object) -> Given:
    """What a person answered on a form."""
    return Given(when, word, kind=Kind.WORD, **more)


def condition(when: When, status: str = "active", **more: object) -> Given:
    """A diagnosis; `when` is its onset."""
    return Given(when, of=more.pop("of", "disease"), kind=Kind.CONDITION, status=status, **more)


def procedure(when: When, status: str = "completed", **more: object) -> Given:
    """A procedure or a series of sessions."""
    return Given(when, of=more.pop("of", "session"), kind=Kind.PROCEDURE, status=status, **more)


def drug(when: When, status: str = "completed", **more: object) -> Given:
    """A drug taken, ordered, given or dispensed."""
    return Given(when, of=more.pop("of", "drug"), kind=Kind.EXPOSURE, status=status, **more)
