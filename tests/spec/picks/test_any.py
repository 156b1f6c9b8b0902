"""`any`: one reading is enough for met; not met needs all that is there to say no and to be readable.

`course` asks for a point in the course of what has a beginning and an end: `open` goes on, `in_progress` is known to go
on, `no_end` has no end on record and is not said to go on, `ended` has an end.
"""

from tests.spec.given import condition, drug, procedure, result, unreadable
from tests.spec.tables import Table, row

EVER = """
[variables.marker]
pick = "any"
undated = "sure"

[rules.answer]
variable = "marker"
above = 5
"""
DISEASE = """
[variables.disease]
pick = "any"
kinds = ["condition"]
course = "open"
absence = "no"
window = { days = 56, unknown_days = "ever" }

[rules.answer]
variable = "disease"
recorded = true
"""
CLOSED = """
[variables.test]
pick = "latest"

[variables.disease]
pick = "any"
kinds = ["condition"]
course = "open"
absence = "no"
closed_by = "test"

[rules.answer]
variable = "disease"
recorded = true
"""


BEGUN = """
[variables.drug]
pick = "any"
kinds = ["exposure"]
window = { days = 90 }
begun_after_days = 90
absence = "no"

[rules.answer]
variable = "drug"
recorded = true
"""


def session(course: str, more: str = "") -> str:
    return f"""
[variables.session]
pick = "any"
kinds = ["procedure"]
course = "{course}"
window = {{ days = 90 }}
absence = "no"
{more}
[rules.answer]
variable = "session"
recorded = true
"""


TABLES = (
    Table(
        "An `ever` item: once is enough, measured and never found is a no, never measured is unknown.",
        EVER,
        (
            row([result(4000, 7)], "met"),
            row([result(4000, 7), result(10, 3)], "met"),
            row([result(10, 3), result(20, 3)], "not met"),
            row([result(10, 3), unreadable(20)], "unknown: unreadable", "one no and one that nobody can read"),
            row([result(10, 7), unreadable(20)], "met"),
            row([result(10, 3), result(20, "<9")], "unknown: indeterminate"),
            row([result(10, 7, status="preliminary")], "unknown: not_final"),
            row([result(10, 3, status="preliminary")], "unknown: not_final"),
            row([result(10, 3), result(5, 7, status="preliminary")], "unknown: not_final"),
            row([result(10, 3), result(5, 3, status="preliminary")], "not met"),
            row([result(None, 7)], "met", "undated serves an `ever` item"),
            row([result(-1, 7), result(10, 3)], "not met", "what begins after the index date is not there"),
            row([], "unknown: no_result"),
        ),
    ),
    Table(
        '`undated = "unknown"`, which is the default, and `"drop"`.',
        EVER.replace('undated = "sure"', ""),
        (
            row([result(None, 7)], "unknown: undated"),
            row([result(None, 7), result(10, 3)], "unknown: undated"),
            row([result(None, 3), result(10, 3)], "not met"),
            row([result(None, 7), result(10, 7)], "met"),
        ),
    ),
    Table(
        "Dropped, an undated reading decides nothing, but it still says why there is no answer.",
        EVER.replace('"sure"', '"drop"'),
        (
            row([result(None, 7), result(10, 3)], "not met"),
            row([result(None, 7)], "unknown: undated"),
        ),
    ),
    Table(
        '`course = "open"`: what goes on counts from its onset; in the wider window it supports an unknown.',
        DISEASE,
        (
            row([condition(56)], "met"),
            row([condition(57)], "unknown: too_old", "active, but not of these days"),
            row([condition(4000)], "unknown: too_old"),
            row([condition(56, "resolved")], "not met"),
            row([condition(40, until=10)], "not met", "an end in the past closes it whatever its status says"),
            row([condition(40, until=-10)], "met", "began before the index date and ends after it: goes on"),
            row([condition(40, "resolved", until=-10)], "met"),
            row([condition(40, until=0)], "not met", "ended on the index date"),
            row([condition(40, until="2026-03")], "unknown: indeterminate", "the end may be past or to come"),
            row([condition(40, "provisional")], "unknown: indeterminate"),
            row([condition("2026-01")], "unknown: indeterminate", "the window opens on 19 January"),
            row([condition(None, recorded=56)], "met", "without an onset the recorded day counts"),
            row([condition(4000, recorded=5)], "unknown: too_old", "an old disease recorded again is old"),
            row([condition(None)], "unknown: undated"),
            row([condition(-1)], "not met", "begins after the index date"),
            row([condition(10), condition(20, "provisional")], "met"),
            row([], "not met", "the study reads silence as a no"),
        ),
    ),
    Table(
        '`course = "in_progress"`: known to go on.',
        session("in_progress"),
        (
            row([procedure(30, "active")], "met"),
            row([procedure(30, "active", until=-5)], "met"),
            row([procedure(30, "active", until=5)], "not met"),
            row([procedure(30, "completed")], "not met"),
            row(
                [procedure(30, "active", until="2026-03")],
                "unknown: indeterminate",
                "the end may be past",
            ),
            row([procedure(91, "active")], "not met"),
        ),
    ),
    Table(
        '`course = "no_end"`: no end on record, and not said to go on.',
        session("no_end"),
        (
            row([procedure(30, "completed")], "met"),
            row([procedure(30, "completed", until=30)], "not met"),
            row([procedure(30, "active")], "not met"),
        ),
    ),
    Table(
        '`course = "ended"`, dated by the end.',
        session("ended", 'dated_by = "end"'),
        (
            row([procedure(400, "completed", until=90)], "met"),
            row([procedure(400, "completed", until=91)], "not met"),
            row([procedure(30, "completed")], "not met"),
        ),
    ),
    Table(
        "`closed_by`: a later negative result closes what was said before it; one of the same day does not.",
        CLOSED,
        (
            row([condition(50)], "met"),
            row([condition(50), result(40, "negative", of="test")], "not met"),
            row([condition(50), result(40, "positive", of="test")], "met"),
            row([condition(50), result(50, "negative", of="test")], "met"),
            row([condition(50, recorded=30), result(40, "negative", of="test")], "met", "recorded anew after the test"),
            row([condition(50), result(40, "negative", of="test", status="preliminary")], "met"),
            row([condition(50), result(None, "negative", of="test")], "met"),
        ),
    ),
    Table(
        "`begun_after_days`: a drug is begun where nothing of it went on in so many days before.",
        BEGUN,
        (
            row([drug(10)], "met"),
            row([drug(90)], "met"),
            row([drug(91)], "not met"),
            row([drug(10), drug(40), drug(120)], "not met", "prescribed again and again"),
            row([drug(10), drug(101)], "met", "a pause of 91 days"),
            row([drug(10), drug(400, until=100)], "not met", "the last course ended 90 days before"),
            row([drug(10), drug(400, until=101)], "met"),
            row([drug(10), drug(400, "active")], "not met", "it was never stopped"),
            row([drug(10), drug(10)], "met", "told twice"),
        ),
    ),
)


def test_any(table, row):
    assert table.ask(row) == row.answer
