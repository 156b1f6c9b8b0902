"""The limits that a report prints beside its value, on the scale of the value."""

from decimal import Decimal
from typing import Any

import pytest

from adapter.screening.model import ReferenceRange
from tests.unit.reading import SNOMED, exactly, read


def limit(value: Any, unit: str | None = None) -> dict[str, Any]:
    return {"value": value} | ({"unit": unit} if unit else {})


FEMALE = [{"coding": [{"system": SNOMED, "code": "248152002"}]}]


@pytest.mark.parametrize(
    ("given_range", "expected"),
    [
        ({"low": limit(Decimal(79)), "high": limit(Decimal(152))}, ("0.79", "1.52", None)),
        ({"low": limit(Decimal("0.79"), "g/L"), "high": limit(Decimal("1.52"), "g/L")}, ("0.79", "1.52", None)),
        ({"low": limit("79")}, ("0.79", None, None)),
        ({"high": limit(152)}, (None, "1.52", None)),
        ({"text": "0.79-1.52 g/L"}, ("0.79", "1.52", None)),
        ({"text": "79～152"}, ("0.79", "1.52", None)),
        ({"text": "<152"}, (None, "1.52", None)),
        ({"text": "≤152 mg/dL"}, (None, "1.52", None)),
        ({"text": ">=79"}, ("0.79", None, None)),
        ({"text": "正常: 79-152"}, ("0.79", "1.52", None)),
        ({"low": limit(79), "appliesTo": FEMALE}, ("0.79", None, "female")),
        ({"low": limit(79), "appliesTo": [{"text": "男"}]}, ("0.79", None, "male")),
        ({"low": limit(79), "appliesTo": [{"text": "Female"}]}, ("0.79", None, "female")),
        ({"low": limit(79), "appliesTo": [{"text": "成人"}]}, ("0.79", None, None)),
        ({"low": limit(79), "type": {"coding": [{"code": "normal"}]}}, ("0.79", None, None)),
        ({"low": limit(79), "age": {"low": limit(18, "a")}}, ("0.79", None, None)),
        ({"low": limit(79), "age": {"low": limit(14, "岁"), "high": limit(120, "岁")}}, ("0.79", None, None)),
        ({"text": "阴性"}, None),
        ({"text": "see comment"}, None),
        ({"low": limit(79), "appliesTo": [{"text": "pregnant"}]}, None),
        ({"low": limit(79), "appliesTo": [{"coding": [{"system": SNOMED, "code": "77386006"}]}]}, None),
        ({"low": limit(79), "type": {"coding": [{"code": "therapeutic"}]}}, None),
        ({"low": limit(79), "type": {"text": "treatment"}}, None),
        ({"low": limit(79), "age": {"high": limit(14, "a")}}, None),
        ({"low": limit(79), "age": {"high": limit(60, "a")}}, None),
        ({"low": limit(79, "IU/mL")}, None),
        ({"low": limit(152), "high": limit(79)}, None),
        ({"low": limit("0.79")}, None),  # 0.79 mg/dL: the range was printed for g/L
        ({"low": limit(True)}, None),
        ({"low": "79"}, None),
        ({"low": {}}, None),
        ({}, None),
        ("0.79-1.52", None),
        (None, None),
    ],
)
def test_reference_ranges(given_range, expected):
    measured = read("c3", number=Decimal(52), unit="mg/dL", ranges=[given_range])
    wanted = expected and ReferenceRange(
        *(None if side is None else Decimal(side) for side in expected[:2]), expected[2]
    )
    assert measured.ranges == ((wanted,) if wanted else ())
    assert measured.quantity == exactly("0.52", "g/L")


def test_a_range_stays_on_the_value_s_own_scale():
    ranges = [{"high": limit(100, "RU/mL")}, {"high": limit(30, "IU/mL")}]
    assert read("anti_dsdna", number=Decimal(120), unit="RU/mL", ranges=ranges).ranges == (
        ReferenceRange(None, Decimal(100)),
    )


def test_below_a_titre_is_at_most_the_whole_number_before_it():
    ranges = [{"text": "阴性(<1:10)"}]
    assert read("anti_dsdna", string="1:10", ranges=ranges).ranges == (ReferenceRange(None, Decimal(9)),)


@pytest.mark.parametrize(
    "ranges", [None, {}, "x", 5, [[]], [{"low": {"value": object()}}], [{"appliesTo": "x", "low": {"value": 1}}]]
)
def test_damaged_ranges_are_left_out(ranges):
    assert read("c3", number=Decimal(1), unit="g/L", ranges=ranges).ranges == ()
