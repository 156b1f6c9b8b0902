"""Picks as text: the same picks are the same bytes, and a difference names what moved."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

from adapter.journal.picks import as_json, difference
from adapter.screening.model import Because, Fact, Kind, Pick, Quantity, Reading, ReferenceRange, Span

DAY = date(2026, 3, 12)
C3 = Fact(
    "c3", Kind.RESULT, "Observation/o7", "3", "2026-03-12T02:00:00Z", start=Span(DAY, DAY),
    quantity=Quantity(Decimal("0.520"), Decimal("0.520"), "g/L"), ranges=(ReferenceRange(Decimal("0.79"), None),),
    received="0.520 g/L",
)  # fmt: skip
ANTIBODY = Fact("ana", Kind.RESULT, "Observation/o8", start=Span(date(2026, 1, 1), date(2026, 1, 31)), word="positive")
AGE = Pick("age", number=Quantity(Decimal(32), Decimal(32), "a"))
NOTHING = Pick("igg", because=Because.NO_RESULT)


def pick(*facts, **more):
    return Pick("c3", tuple(Reading(fact) for fact in facts), **more)


def moved(old, new):
    return difference(as_json(old), as_json(new))


def test_dates_are_iso_numbers_keep_their_digits_and_what_is_not_said_is_left_out():
    assert json.loads(as_json({"c3": pick(C3), "ana": Pick("ana", (Reading(ANTIBODY, Because.TOO_OLD),))})) == {
        "ana": {
            "variable": "ana",
            "readings": [
                {
                    "doubt": "too_old",
                    "fact": {
                        "concept": "ana", "kind": "result", "resource": "Observation/o8",
                        "start": "2026-01-01/2026-01-31", "word": "positive",
                    },
                }
            ],
        },
        "c3": {
            "variable": "c3",
            "readings": [
                {
                    "fact": {
                        "concept": "c3", "kind": "result", "resource": "Observation/o7", "version": "3",
                        "updated": "2026-03-12T02:00:00Z", "start": "2026-03-12", "received": "0.520 g/L",
                        "quantity": {"low": "0.520", "high": "0.520", "unit": "g/L"},
                        "ranges": [{"low": "0.79", "high": None}],
                    }
                }
            ],
        },
    }  # fmt: skip


def test_the_order_of_variables_does_not_matter():
    assert as_json({"age": AGE, "igg": NOTHING}) == as_json({"igg": NOTHING, "age": AGE})


def test_equal_picks_have_no_difference():
    assert moved({"c3": pick(C3), "age": AGE}, {"age": AGE, "c3": pick(C3)}) == []


def test_a_new_version_that_says_the_same_moves_nothing():
    again = replace(C3, version="4", updated="2026-03-13T02:00:00Z")
    assert as_json({"c3": pick(again)}) != as_json({"c3": pick(C3)})
    assert moved({"c3": pick(C3)}, {"c3": pick(again)}) == []


def test_the_order_of_readings_moves_nothing():
    assert moved({"c3": pick(C3, ANTIBODY)}, {"c3": pick(ANTIBODY, C3)}) == []


def test_what_moved_is_shown_old_and_new():
    newer = replace(C3, resource="Observation/o9", version="1", received="0.9 g/L", quantity=None, flag="normal")
    assert moved({"c3": pick(C3), "igg": NOTHING}, {"c3": pick(newer), "igg": NOTHING}) == [
        {
            "variable": "c3",
            "old": {
                "readings": [
                    {"concept": "c3", "resource": "Observation/o7", "version": "3", "start": "2026-03-12",
                     "received": "0.520 g/L"}
                ]
            },
            "new": {
                "readings": [
                    {"concept": "c3", "resource": "Observation/o9", "version": "1", "start": "2026-03-12",
                     "received": "0.9 g/L", "flag": "normal"}
                ]
            },
        }
    ]  # fmt: skip


def test_a_reading_that_is_gone_a_doubt_and_a_birthday_are_differences():
    doubtful = Pick("c3", (Reading(C3, Because.TOO_OLD),))
    (old,) = moved({"c3": pick(C3)}, {"c3": doubtful})
    assert old["new"]["readings"][0]["doubt"] == "too_old"
    (gone,) = moved({"c3": pick(C3)}, {"c3": Pick("c3", because=Because.NO_RESULT)})
    assert gone["new"] == {"because": "no_result"}
    (birthday,) = moved({"age": AGE}, {"age": replace(AGE, number=Quantity(Decimal(33), Decimal(33), "a"))})
    assert birthday["new"] == {"number": {"low": "33", "high": "33", "unit": "a"}}


def test_a_variable_that_the_study_did_not_have_is_a_difference():
    assert [(one["variable"], one["old"]) for one in moved({}, {"age": AGE, "igg": NOTHING})] == [
        ("age", None),
        ("igg", None),
    ]
