"""Cells of the export: a number stays a number, a text is never a formula, and what is read back is what was there."""

import csv
import json
from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.export.rows import reading_of
from adapter.export.table import Column, Kind, Table
from adapter.export.write import as_cell, write

FORMULAS = [
    "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u3000=1", "\u200b=1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "\ufeff=1", "\u202e=1", "|calc", "%0A=1", "\x00=1"
]  # fmt: skip
TABLE = Table("t", (Column("text"), Column("number", Kind.NUMBER), Column("whole", Kind.WHOLE)))


@pytest.mark.parametrize("text", FORMULAS)
def test_75_a_text_is_never_a_formula(tmp_path, text):
    write(tmp_path, TABLE, [{"text": text, "number": -5.0, "whole": -5}])
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["text"].startswith("'")
    (kept,) = pq.read_table(tmp_path / "t.parquet").to_pylist()
    assert kept == {"text": text, "number": -5.0, "whole": -5}
    assert (row["number"], row["whole"]) == ("-5", "-5")


@pytest.mark.parametrize("text", ["a\n=1+1", "a\r\n=1", "a\u2028=1", "a\x0b=1", "a\x85+1"])
def test_75_no_line_of_a_cell_begins_a_formula(text):
    assert len(as_cell(text).splitlines()) == 1


@given(st.text())
def test_no_text_begins_a_formula_or_a_line(text):
    cell = as_cell(text)
    first = cell.strip()[:1]
    assert first not in set("=+-@＝＋－＠") and len(cell.splitlines()) <= 1


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_is_read_back_as_it_was(number):
    assert float(as_cell(float(number))) == pytest.approx(number, rel=1e-14)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), (True, "true"), (False, "false"), (0, "0"), (0.52, "0.52"), (12.0, "12"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 9, tzinfo=UTC), "2026-03-01T09:00:00+00:00"), ("狼疮, \"a\"", "狼疮, \"a\""),
    ],
)  # fmt: skip
def test_a_value_is_written_plainly(value, cell):
    assert as_cell(value) == cell


def fact(**more):
    return {"fact": {"concept": "c3", **more}}


def exact(value, unit="g/L"):
    return {"quantity": {"low": value, "high": value, "unit": unit}}


@pytest.mark.parametrize(
    ("readings", "number", "low", "high", "unit"),
    [
        ([fact(**exact("0.52"))], 0.52, 0.52, 0.52, "g/L"),
        ([fact(quantity={"high": "0.1", "unit": "g/L"})], None, None, 0.1, "g/L"),
        ([fact(**exact("0.5")), fact(**exact("0.9"))], None, 0.5, 0.9, "g/L"),
        ([fact(**exact("0.5")), fact(quantity={"high": "0.1", "unit": "g/L"})], None, None, 0.5, "g/L"),
        ([fact(**exact("0.5")), fact(**exact("50", "mg/dL"))], None, None, None, None),
        ([fact(word="positive")], None, None, None, None),
    ],
)
def test_a_pick_comes_to_a_number_only_where_there_is_one(readings, number, low, high, unit):
    said = reading_of({"readings": readings})
    assert (said["number"], said["low"], said["high"], said["unit"]) == (number, low, high, unit)


def test_words_are_told_once_and_a_day_only_where_it_is_known():
    readings = [fact(word="positive", start="2026-02-01"), fact(word="positive", start="2026-03-01/2026-03-31"), fact()]
    said = reading_of(json.loads(json.dumps({"readings": readings})))
    assert (said["word"], said["on"], said["readings"]) == ("positive", date(2026, 2, 1), 3)
