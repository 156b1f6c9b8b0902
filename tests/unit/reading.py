"""A result read with the shipped tables, and quantities written as mathematics does."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from adapter.facts.results.units import Units
from adapter.facts.results.values import Measured, read_value
from adapter.facts.results.wordings import Words
from adapter.screening.model import Quantity

MAPPINGS = Path(__file__).parents[2] / "mappings"
UNITS = Units.load(MAPPINGS / "units.csv")
WORDS = Words.load(MAPPINGS / "words.csv")
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
SNOMED = "http://snomed.info/sct"
BARE = ("interpretations", "interpretation_texts", "ranges", "absent_reason_codings")


def read(concept: str, *, hint: str | None = None, site: Any = None, **columns: Any) -> Measured:
    row = {name if name in BARE else f"value_{name}": value for name, value in columns.items()}
    return read_value(concept, row, UNITS, WORDS, unit_hint=hint, value_word=site)


def exactly(number: str, unit: str) -> Quantity:
    return Quantity(Decimal(number), Decimal(number), unit)


def between(text: str, unit: str) -> Quantity:
    """Write an interval as mathematics does: [3,5] or (0,1) or [,80)."""
    low, high = text[1:-1].split(",")
    return Quantity(
        Decimal(low) if low else None,
        Decimal(high) if high else None,
        unit,
        text[0] == "(" and bool(low),
        text[-1] == ")" and bool(high),
    )
