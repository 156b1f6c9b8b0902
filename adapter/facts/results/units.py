"""A closed table of units: what stands in it is turned into the canonical unit exactly, anything else is unknown."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation
from pathlib import Path

from adapter.errors import StudyError, did_you_mean
from adapter.screening.model import Because

COLUMNS = ("concept", "canonical", "unit", "factor", "offset", "shown", "plausible_low", "plausible_high")
ALIAS_COLUMNS = ("text", "unit", "concept")
UCUM = ("unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8")
DIMENSIONLESS = ("", "1", "{titer}", "{score}")
LONGEST = 40  # digits: more than that is no measurement, and arithmetic stays exact below
NEAR = Context(prec=28)  # for a division that does not end: 101 degrees Fahrenheit
EXACT = Context(prec=3 * LONGEST, Emax=MAX_EMAX, Emin=MIN_EMIN)
ONE = (Decimal(1), Decimal(1))
SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
CROSS = re.compile(r"^[xX*](?=10)")  # 5.2 x10^9/L, 5.2*10^9/L
SIGNS = str.maketrans({"\u03bc": "u", "×": "x", "·": ".", "•": ".", "∙": ".", "⋅": "."})


@dataclass(frozen=True, slots=True)
class Scale:
    """One row of the table: how a number in one unit becomes a number in the unit that is kept.

    The kept number is (number + offset) * factor. `own` says that the unit has no way to the canonical one: the number
    stays as it came and is judged by the report's own range alone.
    """

    concept: str
    unit: str  # the unit that is kept: the canonical one, or this one where `own`
    factor: tuple[Decimal, Decimal] = ONE
    offset: Decimal = Decimal(0)
    shown: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    own: bool = False

    def of(self, number: Decimal) -> Decimal:
        """Return the number in the kept unit."""
        moved = EXACT.add(number, self.offset) if self.offset else number
        above, below = self.factor
        product = moved if above == 1 else EXACT.multiply(moved, above)
        return product if below == 1 else Decimal(f"{NEAR.divide(product, below).normalize():f}")

    def plausible(self, number: Decimal) -> bool:
        """Whether the kept number can be a measurement at all."""
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)


@dataclass(frozen=True, slots=True)
class Converted:
    """A number in the unit that is kept, or why there is none and which words say so."""

    number: Decimal | None
    unit: str = ""
    trouble: Because | None = None
    reason: str = ""


def plain_text(text: str) -> str:
    """Return text in one spelling: NFKC, but with superscripts as ^n (NFKC alone makes 10⁹ into 109)."""
    lifted = SUPERSCRIPT.sub(lambda found: "^" + found.group(), text)
    return unicodedata.normalize("NFKC", lifted).translate(SIGNS)


def plain_unit(text: str) -> str:
    """Return a unit as it is looked up: in one spelling, without blanks and the cross before a power, micro as u."""
    return CROSS.sub("", "".join(plain_text(text).split()))


def trustworthy(number: Decimal) -> bool:
    """Whether a number is finite and of a size that a measurement can have."""
    if not number.is_finite():
        return False
    return len(number.as_tuple().digits) <= LONGEST and (number.is_zero() or abs(number.adjusted()) <= LONGEST)


class Units:
    """The units that each concept is reported in, and the spellings of each unit."""

    def __init__(self, scales: Mapping[tuple[str, str], Scale], aliases: Mapping[tuple[str, str], str]) -> None:
        self._scales = dict(scales)
        self._aliases = dict(aliases)
        self._canonical = {c: s.unit for (c, u), s in scales.items() if not s.own and s.unit == u}

    @classmethod
    def load(cls, path: Path, overrides: Mapping[tuple[str, str], Decimal] | None = None) -> Units:
        """Read `units.csv` and the `unit-aliases.csv` beside it; an override sets the factor of a concept's unit."""
        scales = _read_scales(path, overrides or {})
        beside = path.with_name("unit-aliases.csv")
        return cls(scales, _read_aliases(beside, scales) if beside.exists() else {})

    def joined_with(self, other: Units) -> Units:
        """Return both tables as one; where both know a unit of a concept, the other one's row holds."""
        return Units({**self._scales, **other._scales}, {**self._aliases, **other._aliases})

    def concepts(self) -> frozenset[str]:
        """Return every concept that has a row."""
        return frozenset(concept for concept, _ in self._scales)

    def canonical(self, concept: str) -> str:
        """Return the unit that numbers of the concept are kept in; empty where there is none."""
        return self._canonical.get(concept, "")

    def shown(self, concept: str, unit: str) -> str:
        """Return the unit as a reader sees it."""
        scale = self._scales.get((concept, unit))
        return scale.shown if scale else unit

    def named(self, concept: str, text: str) -> Scale | None:
        """Return the row that a spelling of a unit names for the concept; None where the table has none."""
        key = plain_unit(text)
        for unit in (key, self._aliases.get((concept, key)), self._aliases.get(("", key))):
            if unit is not None and (scale := self._scales.get((concept, unit))):
                return scale
        return None

    def find(
        self,
        concept: str,
        unit_text: str | None = None,
        unit_code: str | None = None,
        unit_system: str | None = None,
        hint: str | None = None,
    ) -> Scale | None:
        """Return the row for a unit as a result carries it: UCUM code, then text, then the site's hint."""
        ucum = not unit_system or any(name in unit_system for name in UCUM)
        given = [unit for unit in (unit_code if ucum else None, unit_text) if unit and unit.strip()]
        for unit in given or [hint or ""]:
            if unit and (scale := self.named(concept, unit)):
                return scale
        if given or hint or self.canonical(concept) not in DIMENSIONLESS:
            return None
        return self._scales.get((concept, self.canonical(concept)), Scale(concept, ""))

    def convert(  # noqa: PLR0917 a unit comes in three parts
        self,
        concept: str,
        number: Decimal,
        unit_text: str | None = None,
        unit_code: str | None = None,
        unit_system: str | None = None,
        hint: str | None = None,
    ) -> Converted:
        """Turn a number into the canonical unit of its concept, or say why that cannot be done."""
        scale = self.find(concept, unit_text, unit_code, unit_system, hint)
        if scale is None:
            unit = next((unit for unit in (unit_text, unit_code, hint) if unit and unit.strip()), None)
            reason = f'{concept}: unit "{unit}" is not in the table' if unit else f"{concept}: no unit"
            return Converted(None, trouble=Because.UNMAPPED, reason=reason)
        kept = scale.of(number) if trustworthy(number) else None
        if kept is None or not scale.plausible(kept):
            reason = f"{concept}: the number is outside the plausible range in {scale.shown or 'no unit'}"
            return Converted(None, scale.unit, Because.UNREADABLE, reason)
        return Converted(kept, scale.unit)


def read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row of a table with the words that name its place; the table must have the columns."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            _check_columns(path, reader.fieldnames or (), columns)
            for row in reader:
                yield f"{path}, line {reader.line_num}", {name: (row[name] or "").strip() for name in columns}
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise StudyError(f"{path}: cannot be read: {fault}") from fault


def _check_columns(path: Path, found: object, columns: tuple[str, ...]) -> None:
    names = [str(name) for name in found] if isinstance(found, (list, tuple)) else []
    for name in columns:
        if name not in names:
            raise StudyError(f'{path}, line 1: no column "{name}".{did_you_mean(name, names)}')


def _read_scales(path: Path, overrides: Mapping[tuple[str, str], Decimal]) -> dict[tuple[str, str], Scale]:
    scales: dict[tuple[str, str], Scale] = {}
    canonical: dict[str, str] = {}
    for where, row in read_rows(path, COLUMNS):
        key = (row["concept"], row["unit"])
        if not all(key) or key in scales:
            raise StudyError(f"{where}: each row needs a concept and a unit of its own; {key} is empty or there twice")
        if canonical.setdefault(row["concept"], row["canonical"]) != row["canonical"]:
            raise StudyError(f'{where}: "{row["concept"]}" has two canonical units; keep {canonical[row["concept"]]}')
        scales[key] = _scale(where, row)
    for concept, unit in canonical.items():
        first = scales.get((concept, unit))
        if unit and (first is None or first != replace(first, factor=ONE, offset=Decimal(0), own=False)):
            raise StudyError(f'{path}: "{concept}" needs a row for its canonical unit "{unit}" with factor 1')
    for (concept, unit), factor in overrides.items():
        scales[concept, unit] = _overridden(path, scales, canonical, (concept, unit), factor)
    return _with_canonical_range(scales, canonical)


def _scale(where: str, row: dict[str, str]) -> Scale:
    own = not row["factor"]
    above, _, below = row["factor"].partition("/")
    if not own and not row["canonical"]:
        raise StudyError(f"{where}: a factor leads to a canonical unit, and there is none")
    return Scale(
        row["concept"],
        row["unit"] if own else row["canonical"],
        (_number(where, above or "1"), _number(where, below or "1")),
        _number(where, row["offset"] or "0"),
        row["shown"],
        _number(where, row["plausible_low"]) if row["plausible_low"] else None,
        _number(where, row["plausible_high"]) if row["plausible_high"] else None,
        own,
    )


def _number(where: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise StudyError(f'{where}: "{text}" is not a number; write 0.001, or 5/9 for a factor') from None
    if not trustworthy(number):
        raise StudyError(f'{where}: "{text}" is not a usable number')
    return number


def _overridden(
    path: Path,
    scales: Mapping[tuple[str, str], Scale],
    canonical: Mapping[str, str],
    key: tuple[str, str],
    factor: Decimal,
) -> Scale:
    concept, unit = key
    if not canonical.get(concept):
        raise StudyError(f'{path}: no concept "{concept}" to set a factor for.{did_you_mean(concept, canonical)}')
    if unit == canonical[concept] or not trustworthy(factor) or factor <= 0:
        raise StudyError(f'{path}: the factor of "{concept}" in "{unit}" cannot be set to {factor}')
    row = scales.get(key, Scale(concept, unit, shown=unit))
    return replace(row, unit=canonical[concept], factor=(factor, Decimal(1)), own=False)


def _with_canonical_range(
    scales: Mapping[tuple[str, str], Scale], canonical: Mapping[str, str]
) -> dict[tuple[str, str], Scale]:
    ranged = dict(scales)
    for key, scale in scales.items():
        first = scales.get((scale.concept, canonical[scale.concept]))
        if first and not scale.own:
            ranged[key] = replace(scale, low=first.low, high=first.high)
    return ranged


def _read_aliases(path: Path, scales: Mapping[tuple[str, str], Scale]) -> dict[tuple[str, str], str]:
    concepts, units = {concept for concept, _ in scales}, {unit for _, unit in scales}
    aliases: dict[tuple[str, str], str] = {}
    for where, row in read_rows(path, ALIAS_COLUMNS):
        if row["unit"] not in units:
            raise StudyError(f'{where}: no unit "{row["unit"]}" in units.csv.{did_you_mean(row["unit"], units)}')
        for concept in row["concept"].split() or [""]:
            if concept and concept not in concepts:
                raise StudyError(f'{where}: no concept "{concept}" in units.csv.{did_you_mean(concept, concepts)}')
            key = (concept, plain_unit(row["text"]))
            if not key[1] or aliases.setdefault(key, row["unit"]) != row["unit"]:
                raise StudyError(f'{where}: "{row["text"]}" is empty or already means "{aliases.get(key)}"')
    return aliases
