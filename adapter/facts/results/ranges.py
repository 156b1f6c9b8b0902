"""Numbers as they are printed, from "<0.5" to "3-5/HP" and "1:320", and the limits a report prints beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from adapter.facts.results.units import EXACT, Scale, Units, plain_text, trustworthy
from adapter.screening.model import Quantity, ReferenceRange

PLAIN = r"\d{1,40}(?:\.\d{1,40})?"
POWER = r"(?:[eE][+-]?\d{1,2}|\s*[x*]\s*10\^[+-]?\d{1,2})?"
UNIT = r"(?P<unit>[^\W\d_][^<>=,;]{0,40}|[%‰/\[{(#°][^<>=,;]{0,40})?"
BETWEEN = r"\s*(?:--?|~|to|至|到)\s*"
SIGN = r"(?P<sign><=|>=|<|>)?\s*"
DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "〜": "~", "∼": "~", "∶": ":"})
POWERED = re.compile(f"{SIGN}(?P<first>{PLAIN}{POWER})(?:{BETWEEN}(?P<second>{PLAIN}{POWER}))?\\s*{UNIT}")
# "3.2x10^9/L" is 3.2 of the unit x10^9/L, where "2.5x10^4 IU/mL" is a number and a unit: both are tried.
# A power without its sign, 186 109/L, is one only where a blank or a cross parts it from the number.
POWER_UNIT = r"[x*]?\s*10[\^*eE(][^<>=,;]{0,40}|(?:(?<=\s)|[x*]\s*)10\d\d?/[^<>=,;]{0,40}"
COUNTED = re.compile(f"{SIGN}(?P<first>{PLAIN})(?:{BETWEEN}(?P<second>{PLAIN}))?\\s*(?P<unit>{POWER_UNIT})")
TITRE = re.compile(r"(?<![\d.:/~-])(<=|>=|<|>)?\s*(?<!\d)1\s*[:/]\s*(\d{1,7})(?!\s*[\d.,:/~-])")
SEXES = {"248152002": "female", "248153007": "male", "female": "female", "male": "male", "F": "female", "M": "male"}
SEX_WORDS = (
    ("female", "female"),
    ("women", "female"),
    ("女", "female"),
    ("male", "male"),
    ("men", "male"),
    ("男", "male"),
)
GROWN_UP = {"133936004", "adult", "adults", "成人"}
TITRE_UNIT = "{titer}"
ORDINARY = {"normal", "recommended"}
BOTH = {"男女", "男/女", "all", "both", "不限"}
YEARS = {"": 1, "a": 1, "y": 1, "yr": 1, "year": 1, "years": 1, "岁": 1, "年": 1, "mo": 12, "wk": 52, "d": 365}
YOUNGEST, OLDEST = 18, 65


@dataclass(frozen=True, slots=True)
class Interval:
    """What a printed number leaves open, in the unit it was printed in."""

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def of(cls, sign: str | None, number: Decimal) -> Interval:
        """Return the interval that a comparator leaves of a number."""
        if sign in {"<", "<="}:
            return cls(None, number, high_open=sign == "<")
        if sign in {">", ">="}:
            return cls(number, None, low_open=sign == ">")
        return cls(number, number)

    def on(self, scale: Scale) -> Quantity | None:
        """Return the quantity on a scale; None where no measurement can be there."""
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        if not bounds or not all(trustworthy(bound) and scale.plausible(scale.of(bound)) for bound in bounds):
            return None
        low = None if self.low is None else scale.of(self.low)
        high = None if self.high is None else scale.of(self.high)
        empty = low is not None and high is not None and (low > high or (low == high and self.low_open))
        beyond = (low is None and high == scale.low and self.high_open) or (
            high is None and low == scale.high and self.low_open
        )
        return None if empty or beyond else Quantity(low, high, scale.unit, self.low_open, self.high_open)


@dataclass(frozen=True, slots=True)
class Printed:
    """An interval and the unit that was printed behind it."""

    interval: Interval
    unit: str = ""


def number_of(text: str) -> Decimal:
    """Return a printed number, a power of ten written out included."""
    written = re.sub(r"\s*[x*]\s*10\^", "e", text)
    return Decimal(f"{Decimal(written):f}")


def read_numbers(text: str) -> tuple[Printed, ...]:
    """Return the ways to read a text that is one number or interval with or without a unit."""
    plain = plain_text(text).translate(DASHES).strip()
    found = [match for pattern in (POWERED, COUNTED) if (match := pattern.fullmatch(plain))]
    return tuple(Printed(_interval(match), (match["unit"] or "").strip()) for match in found if _sensible(match))


def _sensible(found: re.Match[str]) -> bool:
    if found["second"] is None:
        return True
    return found["sign"] is None and number_of(found["first"]) <= number_of(found["second"])


def _interval(found: re.Match[str]) -> Interval:
    if found["second"] is None:
        return Interval.of(found["sign"], number_of(found["first"]))
    return Interval(number_of(found["first"]), number_of(found["second"]))


def read_titres(text: str) -> tuple[Interval | None, str]:
    """Return the denominator of the titres in a text and what else it says; several titres span an interval."""
    plain = plain_text(text).translate(DASHES)
    found = {Interval.of(sign, Decimal(number)) for sign, number in TITRE.findall(plain)}
    rest = TITRE.sub(" ", plain)
    if len(found) < 2:
        return (found.pop() if found else None), rest
    bounds = [titre.low for titre in found if titre.low is not None and titre.low == titre.high]
    return (Interval(min(bounds), max(bounds)) if len(bounds) == len(found) else None), rest


def reference_ranges(
    given: object, units: Units, scale: Scale, numbers_in: Callable[[str], str]
) -> tuple[ReferenceRange, ...]:
    """Return the report's limits on the scale of its value.

    Left out: a range of another kind than normal (therapeutic), one for a group that is neither a sex nor adults, one
    whose ages do not cover 18 to 65, one on another scale than the value, and limits that no measurement can have.
    """
    found = [_range(item, units, scale, numbers_in) for item in given] if isinstance(given, list) else []
    return tuple(dict.fromkeys(limits for limits in found if limits))


def _range(item: object, units: Units, scale: Scale, numbers_in: Callable[[str], str]) -> ReferenceRange | None:
    if not isinstance(item, Mapping) or not _ordinary(item) or not _for_adults(item.get("age")):
        return None
    fits, sex = _sex(item.get("appliesTo"))
    try:
        low, high = _limits(item, units, scale, numbers_in)
    except ValueError:
        return None
    ordered = low is None or high is None or low <= high
    return ReferenceRange(low, high, sex) if fits and ordered and (low, high) != (None, None) else None


def codings_of(concept: object) -> list[Mapping[str, object]]:
    """Return the codings of a CodeableConcept that may be damaged."""
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    return [coding for coding in codings if isinstance(coding, Mapping)] if isinstance(codings, list) else []


def _ordinary(item: Mapping[str, object]) -> bool:
    kind = item.get("type")
    if kind is None:
        return True
    codes = {str(coding.get("code", "")).casefold() for coding in codings_of(kind)}
    words = str(kind.get("text", "")) if isinstance(kind, Mapping) else ""
    return bool(codes & ORDINARY) or (not codes and any(word in words.casefold() for word in (*ORDINARY, "正常")))


def _for_adults(age: object) -> bool:
    if age is None:
        return True
    if not isinstance(age, Mapping):
        return False
    low, high = _years(age.get("low"), YOUNGEST), _years(age.get("high"), OLDEST)
    return low is not None and high is not None and low <= YOUNGEST and high >= OLDEST


def _years(bound: object, unbounded: int) -> Decimal | None:
    if bound is None:
        return Decimal(unbounded)
    number = _limit(bound)
    unit = str(bound.get("code") or bound.get("unit") or "") if isinstance(bound, Mapping) else "?"
    return None if number is None or unit not in YEARS else EXACT.divide(number, Decimal(YEARS[unit]))


def _sex(groups: object) -> tuple[bool, str | None]:
    """Return whether the groups let the range speak for our patients, and the one sex that it is for."""
    if groups is None:
        return True, None
    sexes = set()
    for group in groups if isinstance(groups, list) else [None]:
        sex = _group(group)
        if sex is None:
            return False, None
        sexes.add(sex)
    sexes.discard("")
    return len(sexes) < 2, next(iter(sexes), None)


def _group(group: object) -> str | None:
    """Return the sex of one group, empty for adults and both sexes, None for a group that is something else."""
    codes = {str(coding.get("code", "")) for coding in codings_of(group)}
    words = str(group.get("text", "")).casefold().strip() if isinstance(group, Mapping) else ""
    coded = next((SEXES[code] for code in sorted(codes) if code in SEXES), None)
    if coded or codes & GROWN_UP or words in GROWN_UP:
        return coded or ""
    if words in BOTH:
        return ""
    return next((sex for word, sex in SEX_WORDS if word in words), None)


def _limit(bound: object) -> Decimal | None:
    value = bound.get("value") if isinstance(bound, Mapping) else None
    if isinstance(value, str) and re.fullmatch(PLAIN, value.strip(), re.ASCII):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        return None
    number = value if isinstance(value, Decimal) else Decimal(value) if abs(value) < 10**40 else Decimal("Infinity")
    return number if trustworthy(number) else None


def _limits(
    item: Mapping[str, object], units: Units, scale: Scale, numbers_in: Callable[[str], str]
) -> tuple[Decimal | None, Decimal | None]:
    """Return both limits on the scale of the value; raises ValueError where that cannot be done."""
    low, high = item.get("low"), item.get("high")
    if low is not None or high is not None:
        return _on_scale(low, units, scale), _on_scale(high, units, scale)
    text = item.get("text")
    return _printed_limits(numbers_in(text[:200]), units, scale) if isinstance(text, str) else (None, None)


def _on_scale(bound: object, units: Units, scale: Scale) -> Decimal | None:
    if bound is None:
        return None
    number = _limit(bound)
    if number is None or not isinstance(bound, Mapping):
        raise ValueError("a limit without a number")
    unit, code, system = (str(bound[key]) if bound.get(key) else None for key in ("unit", "code", "system"))
    return _kept(number, units.find(scale.concept, unit, code, system) if unit or code else scale, scale)


def _kept(number: Decimal, own: Scale | None, scale: Scale) -> Decimal:
    if own is None or own.unit != scale.unit:
        raise ValueError("a limit on another scale than the value")
    limit = own.of(number)
    if not limit.is_zero() and not own.plausible(limit):
        raise ValueError("a limit that no measurement can have")
    return limit


def _printed_limits(text: str, units: Units, scale: Scale) -> tuple[Decimal | None, Decimal | None]:
    titre = read_titres(text)[0] if scale.unit == TITRE_UNIT else None
    for way in (Printed(titre, TITRE_UNIT),) if titre else read_numbers(text):
        own = units.named(scale.concept, way.unit) if way.unit else scale
        if own is not None:
            # titres are whole numbers: below 1:100 is at most 1:99
            step = Decimal(int(own.unit == TITRE_UNIT))
            low, high = way.interval.low, way.interval.high
            return (
                None if low is None else _kept(low + step * way.interval.low_open, own, scale),
                None if high is None else _kept(high - step * way.interval.high_open, own, scale),
            )
    return None, None
