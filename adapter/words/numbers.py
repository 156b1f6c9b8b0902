"""Numbers, units and dates as a laboratory prints them and a reader wants them."""

from __future__ import annotations

import calendar
import re
from decimal import Decimal

from adapter.screening.model import Fact, Quantity, Span
from adapter.words.tongue import Tongue

# A ratio such as 1:640 and a range such as 0-2/HP are no number with a unit.
_NUMBER_AND_UNIT = re.compile(r"([<>=≤≥~]*\s*\d+(?:[.,]\d+)*)(?:\s+(?=\S)|(?=[^\d\s.,:：*^/~-]))(.+)")
_MARKS = re.compile(r"\{[^}]*\}|[\[\]]")
POINTS = "points"
RATIO = "1:N"


def short(number: Decimal | None, decimals: int | None = None) -> str:
    """A number with as many digits as a reader can use, or rounded to so many decimals."""
    if number is None:
        return ""
    if decimals is not None:
        return format(round(number, decimals), "f")
    digits = number.normalize()
    exponent = digits.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        digits = round(number, 2 if abs(number) >= 1 else 4).normalize()
    return format(digits, "f")


def with_unit(tongue: Tongue, number: str, concept: str, unit: str) -> str:
    """A number in a unit of the concept; a titre is a ratio, and points need no unit."""
    shown = tongue.shown_unit(concept, unit)
    if shown == RATIO:
        return f"1:{number}"
    return number if shown == POINTS else f"{number} {_MARKS.sub('', shown)}".strip()


def printed(tongue: Tongue, concept: str, received: str) -> str:
    """A value as received, its unit as laboratories print it."""
    found = _NUMBER_AND_UNIT.fullmatch(received.strip())
    return with_unit(tongue, found[1], concept, found[2].strip()) if found else received


def unit_of(received: str) -> str:
    """The unit that came with a number."""
    found = _NUMBER_AND_UNIT.fullmatch(received.strip())
    return found[2].strip() if found else ""


def bounds(tongue: Tongue, quantity: Quantity, decimals: int | None = None) -> str:
    """A quantity without its unit: one number, a range, or what lies beyond a bound."""
    low, high = short(quantity.low, decimals), short(quantity.high, decimals)
    if quantity.low is None or quantity.high is None:
        mark = ("<" if quantity.high_open else "≤") if high else (">" if quantity.low_open else "≥")
        return mark + (high or low)
    return tongue.span(low, high)


def canonical(tongue: Tongue, fact: Fact) -> str:
    """The number in the unit that its concept is kept in; empty where it is not one number."""
    if fact.quantity is None or not fact.quantity.exact:
        return ""
    return with_unit(tongue, short(fact.quantity.low), fact.concept, fact.quantity.unit)


def as_received(fact: Fact) -> bool:
    """Whether the converted number is the number that was received."""
    if fact.quantity is None or not fact.received:
        return True
    return short(fact.quantity.low) in fact.received or str(fact.quantity.low) in fact.received


def day(tongue: Tongue, span: Span) -> str:
    """A date with what is known of it: the day, the month, the year, or from one day to another."""
    first, last = span.first, span.last
    if first == last:
        return first.isoformat()
    if first.day == 1 and (last.month, last.day) == (12, 31) and (first.month, first.year) == (1, last.year):
        return f"{first.year:04d}"
    if first.day == 1 and first.replace(day=calendar.monthrange(first.year, first.month)[1]) == last:
        return f"{first.year:04d}-{first.month:02d}"
    return tongue.phrase("state", "from_to", start=first.isoformat(), end=last.isoformat())
