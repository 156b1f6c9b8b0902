"""What FHIRPath does with single values: exact numbers, partial dates, boundaries and reference keys.

Nothing here raises on odd data: what cannot be decided is None, because hospital data is not always valid FHIR.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any, Final

_MOMENT: Final = re.compile(
    r"(?:(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?(?:T|\Z))?"
    r"(?:(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d(?:\.\d+)?))?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
_FIELDS: Final = ("year", "month", "day", "hour", "minute", "second")
# No traps: a result out of range becomes infinite or NaN, which `_given_back` turns into no result.
_ARITHMETIC: Final = Context(prec=50, traps=[])
_EXACTLY: Final[Mapping[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "+": _ARITHMETIC.add,
    "-": _ARITHMETIC.subtract,
    "*": _ARITHMETIC.multiply,
    "/": _ARITHMETIC.divide,
}
_RESOURCE_TYPE: Final = re.compile(r"[A-Z][A-Za-z]+", re.ASCII)


class Moment(str):
    """A date, dateTime or time that is known to be one; the text as written is the value."""

    __slots__ = ()


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number; a boolean is none."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) and not isinstance(value, bool)


def _decimal(number: Any) -> Decimal:
    # repr gives the digits a person wrote: 1.1 becomes 1.1, not 1.100000000000000088…
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def calculate(operator: str, left: Any, right: Any) -> Any:
    """Add, subtract, multiply or divide two values exactly; None when they cannot be."""
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if not is_number(left) or not is_number(right) or (operator == "/" and not right):
        return None
    both_whole = isinstance(left, int) and isinstance(right, int) and operator != "/"
    result = _EXACTLY[operator](_decimal(left), _decimal(right))
    return _given_back(result, int if both_whole else _kind_of(left, right))


def _kind_of(*numbers: object) -> type[Decimal] | type[float]:
    return Decimal if any(isinstance(number, Decimal) for number in numbers) else float


def _given_back(result: Decimal, kind: Callable[[Decimal], Any]) -> Any:
    """Return a result in the kind its inputs came in, or None when it is out of that kind's range."""
    if not result.is_finite() or (kind is float and math.isinf(float(result))):
        return None
    return kind(result)


def equal(left: Any, right: Any) -> bool | None:
    """Tell whether two values are equal; None for dates whose precision leaves it open."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if is_number(left) and is_number(right):
        return compare(left, right) == 0
    if isinstance(left, Moment) or isinstance(right, Moment):
        if not isinstance(left, str) or not isinstance(right, str) or not _fields(left) or not _fields(right):
            return False
        order = compare(left, right)
        return None if order is None else order == 0
    return bool(left == right)


def compare(left: Any, right: Any) -> int | None:
    """Order two values: negative, 0 or positive; None when they cannot be ordered."""
    if is_number(left) and is_number(right):
        if isinstance(left, float) is not isinstance(right, float):
            left, right = _decimal(left), _decimal(right)
        return int(left > right) - int(left < right)
    if not isinstance(left, str) or not isinstance(right, str):
        return None
    earlier, later = _fields(left), _fields(right)
    # An element carries no type here, so two texts that are dates to the eye are compared as dates.
    if earlier and later:
        return _compare_fields(earlier, later)
    if isinstance(left, Moment) or isinstance(right, Moment):
        return None
    return (left > right) - (left < right)


def _compare_fields(left: list[Decimal | None], right: list[Decimal | None]) -> int | None:
    for mine, yours in zip(left, right, strict=True):
        if mine is None and yours is None:
            continue
        if mine is None or yours is None:
            return None
        if mine != yours:
            return 1 if mine > yours else -1
    return 0


def _fields(text: str) -> list[Decimal | None]:
    """Split a date or time into year … second and whether it has a zone, in UTC; empty when it is neither."""
    match = _MOMENT.fullmatch(text)
    if not match or not (match["year"] or match["minute"]):
        return []
    zone = match["zone"]
    values = [Decimal(match[name]) if match[name] else None for name in _FIELDS]
    if zone:
        values = _in_utc(values, zone)
    return [*values[:3], Decimal(1) if zone else None, *values[3:]] if values else []


def _in_utc(values: list[Decimal | None], zone: str) -> list[Decimal | None]:
    if zone == "Z" or values[0] is None or values[4] is None:
        return values
    minutes = (int(zone[1:3]) * 60 + int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
    try:
        year, month, day, hour, minute = (int(value or 0) for value in values[:5])
        moment = datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(minutes=minutes)
    except (ValueError, OverflowError):
        return []
    shifted = (moment.year, moment.month, moment.day, moment.hour, moment.minute)
    return [*map(Decimal, shifted), values[5]]


def boundary(value: Any, high: bool, kind: str | None) -> Any:
    """Return the least or greatest value that a number or date of this precision can stand for."""
    if is_number(value):
        return _number_boundary(value, high)
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    if match["year"] is None:
        return _clock(match, high) if match["minute"] else None
    day = _day_boundary(match, high)
    if day is None or (kind == "date" and not match["hour"]):
        return day
    return f"{day}T{_clock(match, high)}{match['zone'] or ('-12:00' if high else '+14:00')}"


def _number_boundary(value: Any, high: bool) -> Any:
    number = _decimal(value)
    half = Decimal((0 if high else 1, (5,), int(number.as_tuple().exponent) - 1))
    # Two digits more than the value has: the half step adds one and may carry into another.
    result = Context(prec=len(number.as_tuple().digits) + 2, traps=[]).add(number, half)
    return _given_back(result, _kind_of(value))


def _day_boundary(match: re.Match[str], high: bool) -> str | None:
    year, month = match["year"], match["month"] or ("12" if high else "01")
    if not 1 <= int(month) <= 12 or int(year) < 1:
        return None
    last = calendar.monthrange(int(year), int(month))[1]
    return f"{year}-{month}-{match['day'] or (last if high else '01')}"


def _clock(match: re.Match[str], high: bool) -> str:
    hour, minute = match["hour"] or ("23" if high else "00"), match["minute"] or ("59" if high else "00")
    second, _, fraction = (match["second"] or ("59" if high else "00")).partition(".")
    return f"{hour}:{minute}:{second}.{fraction.ljust(3, '9' if high else '0')}"


def resource_key(resource: Any) -> str | None:
    """Return `Type/id`, the key that references to this resource carry too."""
    if not isinstance(resource, Mapping):
        return None
    kind, name = resource.get("resourceType"), resource.get("id")
    return f"{kind}/{name}" if isinstance(kind, str) and isinstance(name, str) and kind and name else None


def reference_key(reference: Any, wanted: str | None, resource: Any) -> str | None:
    """Return the key a Reference points to, or None when it points to another type or nowhere we know.

    `Type/id`, absolute URLs and versioned ones give `Type/id`; `#contained` and `urn:` forms are their own key.
    """
    text = reference.get("reference") if isinstance(reference, Mapping) else None
    if not isinstance(text, str) or not text:
        return None
    if text.startswith(("#", "urn:")):
        kind = _contained_type(text[1:], resource) if text[0] == "#" else _declared_type(reference)
        return text if wanted in (None, kind) else None
    parts = text.partition("#")[0].partition("/_history/")[0].split("/")
    if len(parts) < 2 or not parts[-1] or not _RESOURCE_TYPE.fullmatch(parts[-2]):
        return None
    return f"{parts[-2]}/{parts[-1]}" if wanted in (None, parts[-2]) else None


def _declared_type(reference: Mapping[str, Any]) -> str | None:
    kind = reference.get("type")
    return kind.rpartition("/")[2] if isinstance(kind, str) else None


def _contained_type(name: str, resource: Any) -> str | None:
    inside = resource.get("contained") if isinstance(resource, Mapping) else None
    for item in inside if isinstance(inside, list) else [inside]:
        if isinstance(item, Mapping) and item.get("id") == name:
            kind = item.get("resourceType")
            return kind if isinstance(kind, str) else None
    return None
