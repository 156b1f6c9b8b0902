"""The clinical reference, sentence by sentence: sections 1 to 4, 9 and 10, and their settled readings in section 12."""

import csv
from decimal import Decimal

import pytest

from tests.robustness.ward import ROOT
from tests.studies.reference_a import acr, all_criteria, eular, reading, sledai
from tests.studies.reference_a.probe import Probe, came, screen
from tests.studies.reference_a.records import LOINC, UCUM
from tests.studies.reference_a.tables import CONVERTED, LABORATORY, OWN_SCALE, PLAUSIBLE

MODULES = (all_criteria, eular, acr, sledai, reading)
PROBES = [(module.__name__.rsplit(".", 1)[1], probe) for module in MODULES for probe in module.PROBES]


@pytest.mark.parametrize("probe", [pytest.param(one, id=f"{name}-{one.section}-{one.says}") for name, one in PROBES])
def test_the_answer_is_what_the_reference_says(probe: Probe):
    assert came(probe) == probe.expected


@pytest.mark.parametrize(
    ("name", "code"), [(name, code) for name, codes in LABORATORY.items() for code in codes.split()]
)
def test_each_code_is_its_concept(name: str, code: str):
    found = screen().context.codes.concepts([{"system": LOINC, "code": code}], None, kind="observation")
    assert [match.concept for match in found] == [name]


@pytest.mark.parametrize("name", PLAUSIBLE)
def test_each_concept_has_its_unit_and_its_plausible_range(name: str):
    units, (unit, low, high) = screen().context.units, PLAUSIBLE[name]
    assert units.canonical(name) == unit
    for limit, beyond in ((Decimal(low), Decimal(low) - Decimal("0.001")), (Decimal(high), Decimal(high) + 1)):
        assert units.convert(name, limit, unit_code=unit, unit_system=UCUM).number == limit
        assert units.convert(name, beyond, unit_code=unit, unit_system=UCUM).trouble == "unreadable"


@pytest.mark.parametrize(("name", "number", "unit", "kept"), CONVERTED)
def test_each_unit_converts_by_its_factor(name: str, number: str, unit: str, kept: str | None):
    units = screen().context.units
    for found in (units.convert(name, Decimal(number), unit), units.convert(name, Decimal(number), None, unit, UCUM)):
        assert found.number == (None if kept is None else Decimal(kept))
        assert found.trouble == ("unmapped" if kept is None else None)


@pytest.mark.parametrize(("name", "unit"), OWN_SCALE)
def test_a_scale_of_its_own_is_never_converted(name: str, unit: str):
    units = screen().context.units
    found = units.convert(name, Decimal(7), unit)
    assert found.number == 7
    assert found.unit not in {"", units.canonical(name)}


def test_a_number_is_held_against_a_limit_of_its_own_scale_only():
    with (ROOT / "mappings" / "units.csv").open(encoding="utf-8", newline="") as file:
        several = {row["concept"] for row in csv.DictReader(file) if not row["factor"]}
    study, loose = screen().study, []
    for rule in study.rules.values():
        if (asked := rule.compare) and {asked.above, asked.at_least, asked.below, asked.at_most} != {None}:
            variable = study.variables[asked.variable]
            loose += [rule.id] if variable.unit is None and several & set(variable.concepts) else []
    assert loose == []
